"""Rules that look at what application code does to a session."""
