"""Checks of how a server differs from its migrations."""
