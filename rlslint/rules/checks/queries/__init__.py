"""Rules that look at SQL in application code."""
