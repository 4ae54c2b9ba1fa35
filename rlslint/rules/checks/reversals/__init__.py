"""Rules that look at what undoing a migration would do."""
