"""Replays a migration history, statement by statement, into the catalog that it leaves behind."""

from rlslint.replay.session import Session
from rlslint.replay.state import Replay, handled_kinds

__all__ = ["Replay", "Session", "handled_kinds"]
