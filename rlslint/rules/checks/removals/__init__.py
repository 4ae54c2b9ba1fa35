"""Checks of what took policies from tables that are still there."""
