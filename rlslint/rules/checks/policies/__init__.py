"""Rules that look at policies."""
