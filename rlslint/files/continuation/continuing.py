"""From what is to be done to the files that do it behind the last migration of a history."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime

from rlslint import Pattern
from rlslint.files import disk
from rlslint.files.continuation import Change, Continuation, NotWritten, Step, Undoable
from rlslint.files.layouts import History, Migration

_MENDS = ("mend", "row", "security")
_INDEXES = ("row", "security", "indexes")
_INDEX = Pattern(r"\A(CREATE INDEX|DROP INDEX|REINDEX INDEX) (?!CONCURRENTLY)")


def continued(
    history: History,
    steps: Sequence[Step],
    indexes: Sequence[Step],
    involved: Iterable[str],
    now: datetime,
) -> Continuation:
    """Return the files that do `steps` and then `indexes` behind the last migration of a history.

    Indexes are built CONCURRENTLY in a file of their own where the tool can run one outside of
    a transaction. `involved` are the files, as they are shown, that made what it is about; `now` is
    a time in UTC. Raises NotWritten.
    """
    last = _last(history)
    if not disk.may_be_read(os.path.dirname(last.path)):
        raise NotWritten(f"{os.path.dirname(last.shown)} leads out of the project.")
    if last.path.endswith(".py"):
        from rlslint.files.continuation.python_files import next_python

        changes = _changes(steps, indexes, can_be_alone=True)
        return next_python(history, changes, frozenset(involved), now)
    if last.path.endswith(".sql"):
        from rlslint.files.continuation.sql_files import next_files, tool_of

        tool = tool_of(history, last)
        can_be_alone = tool is not None and tool.alone is not None
        changes = _changes(steps, indexes, can_be_alone, tool is not None and tool.lone)
        return next_files(history, last, tool, changes, now)
    from rlslint.files.continuation.programs import framework_of, next_programs

    framework = framework_of(last)
    changes = _changes(steps, indexes, framework is not None and bool(framework.alone))
    return next_programs(history, last, framework, changes, now)


def _last(history: History) -> Migration:
    """Return the last file that a next one could follow: no schema, nothing repeatable."""
    found = [one for one in history.migrations if not one.is_declaration]
    if any(one.path.endswith(".sql") for one in found):
        found = [one for one in found if one.path.endswith(".sql")]
    if history.layout == "flyway":
        found = [one for one in found if os.path.basename(one.path)[:1] in "VB"]
    if not found:
        first = history.migrations[0]
        raise NotWritten(
            f"{first.shown} declares the schema, and no migration changes it: say there what "
            "the statements do."
        )
    return found[-1]


def _changes(
    steps: Sequence[Step], indexes: Sequence[Step], can_be_alone: bool, lone: bool = False
) -> list[Change]:
    """Return the migrations to write; `lone` tells that one of indexes holds one statement only."""
    if not can_be_alone:
        return [Change(_MENDS if steps else _INDEXES, (*steps, *indexes))]
    changes = [Change(_MENDS, tuple(steps))] if steps else []
    built = [
        Step(step.comments, tuple(Undoable(*map(_concurrently, each)) for each in step.statements))
        for step in indexes
    ]
    if lone:
        each = [step._replace(statements=(one,)) for step in built for one in step.statements]
        return [*changes, *(Change(_INDEXES, (step,), alone=True) for step in each)]
    return [*changes, *([Change(_INDEXES, tuple(built), alone=True)] if built else [])]


def _concurrently(sql: str) -> str:
    return _INDEX().sub(r"\1 CONCURRENTLY ", sql)
