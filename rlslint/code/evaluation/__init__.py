"""What programs do with SQL and sessions, found by following the form of their files."""
