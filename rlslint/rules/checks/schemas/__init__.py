"""Rules that look at schemas."""
