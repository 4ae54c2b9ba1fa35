"""Rules that look at the versions of PostgreSQL that files ask for."""
