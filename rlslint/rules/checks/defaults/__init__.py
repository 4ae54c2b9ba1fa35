"""Rules that look at default privileges."""
