"""Rules that look at REVOKE statements."""
