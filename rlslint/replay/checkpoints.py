"""Places between two statements of a history to which its replay can go back, and go on from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rlslint import NamedTuple
from rlslint.catalog.journal import JOURNAL, Record
from rlslint.replay.state import Replay


class Checkpoint(NamedTuple):
    """A mark in the journal, and what of a replay the journal does not undo.

    `lengths` are those of what the catalog keeps of all statements in order.
    """

    mark: int
    plain: tuple[Any, ...]
    numbers: Mapping[tuple[str, ...], int]
    lengths: tuple[int, int, int]


_PLAIN = ("has_forced", "was_outlived", "fire_event_triggers", "carried_out", "_next_oid")


def set_checkpoint(replay: Replay) -> Checkpoint | None:
    """Return a place to go back to, None inside of a transaction or a branch of psql's."""
    if replay.transaction is not None or replay.branches:
        return None
    catalog = replay.catalog
    return Checkpoint(
        JOURNAL.set_checkpoint(),
        (replay.budget.left, *(getattr(replay, name) for name in _PLAIN)),
        dict(replay.generated_numbers),
        (len(catalog.refusals), len(catalog.reversals), len(catalog.row_accesses)),
    )


def go_back(replay: Replay, checkpoint: Checkpoint) -> list[Record]:
    """Undo what statements have done since a checkpoint, and return what they had changed.

    The checkpoint stays, those behind it go.
    """
    changed = JOURNAL.go_back(checkpoint.mark)
    replay.budget.left, *values = checkpoint.plain
    for name, value in zip(_PLAIN, values, strict=True):
        setattr(replay, name, value)
    replay.generated_numbers.clear()
    dict.update(replay.generated_numbers, checkpoint.numbers)
    replay.transaction = None
    replay.branches.clear()
    replay.possible_errors = replay.ddl_commands = None
    catalog = replay.catalog
    kept = (catalog.refusals, catalog.reversals, catalog.row_accesses)
    for items, length in zip(kept, checkpoint.lengths, strict=True):
        del items[length:]  # type: ignore[attr-defined]
    return changed
