"""Rules that look at roles."""
