"""Rules that look at what the configuration names."""
