"""Checks of what only a server tells."""
