"""Rules that look at what ALTER has changed."""
