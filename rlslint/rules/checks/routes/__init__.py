"""Rules that look at routes from outside."""
