"""Rules that look at functions."""
