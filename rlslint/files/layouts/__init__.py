"""The migration tools: which files each one runs, in which order, and which it keeps for undoing.

Each module has a `claim` that takes what it recognises out of the files that are still free.
"""
