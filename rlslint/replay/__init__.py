"""Replays a migration history, statement by statement, into the catalog that it leaves behind."""

from rlslint.replay.session import Session
from rlslint.replay.state import Replay, handled_kinds
from rlslint.replay.transactions import Ending, end_script

__all__ = ["Ending", "Replay", "Session", "end_script", "handled_kinds"]
