"""Replays a migration history, statement by statement, into the catalog that it leaves behind."""

from rlslint.replay.dispatch import DATA_KINDS, HANDLED_KINDS
from rlslint.replay.session import Session
from rlslint.replay.state import Replay
from rlslint.replay.transactions import Ending, end_script

__all__ = ["DATA_KINDS", "HANDLED_KINDS", "Ending", "Replay", "Session", "end_script"]
