"""Rules that look at tables."""
