"""Replays a migration history, statement by statement, into the catalog that it leaves behind."""

from rlslint.catalog.replay.session import Session
from rlslint.catalog.replay.state import Replay, handled_kinds

__all__ = ["Replay", "Session", "handled_kinds"]
