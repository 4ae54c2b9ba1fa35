"""Rules that look at foreign tables."""
