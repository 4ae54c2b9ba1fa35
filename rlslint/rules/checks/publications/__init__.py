"""Checks that look at a publication."""
