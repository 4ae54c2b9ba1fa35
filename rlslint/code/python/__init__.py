"""The front end for Python, without running it: application code, settings and migrations."""
