"""The front end for migrations and set-up in Python, without running it."""
