"""Rules that look at views."""
