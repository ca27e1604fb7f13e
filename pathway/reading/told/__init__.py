"""What a partner's system is told: read under its own role, cut to what it may know, and logged."""
