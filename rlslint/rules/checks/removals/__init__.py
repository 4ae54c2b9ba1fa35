"""Rules that look at what took policies from tables that are still there."""
