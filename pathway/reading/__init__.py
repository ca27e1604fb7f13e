"""Reading as an act: what each kind of person may look at, through row-level security, logged in the same transaction."""
