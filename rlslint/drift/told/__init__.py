"""A difference between a server and its migrations in words, and the SQL that takes it back."""

from rlslint.drift.told.told import statement_behind, tell
from rlslint.drift.told.wording import Told

__all__ = ["Told", "statement_behind", "tell"]
