"""Rules that look at rules of CREATE RULE."""
