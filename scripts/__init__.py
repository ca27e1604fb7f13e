"""What developers run from the root of a checkout; none of it is part of the installed product."""
