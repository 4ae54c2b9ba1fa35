"""What a statement did is undone without a trace, whatever it was."""

from __future__ import annotations

from typing import Any

import pytest

from rlslint.catalog import Catalog
from rlslint.catalog.facts import Facts, Members
from rlslint.catalog.journal import JOURNAL, RecordedDict, RecordedSet
from rlslint.replay import Origins
from rlslint.replay.session import Session
from rlslint.replay.state import Replay
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.statements import read
from rlslint.text import Text
from tests.replay import sql_histories, sql_histories_of_structure
from tests.replay.plpgsql.blocks import BLOCKS, SETUP
from tests.replay.random_histories import random_history

LASTING = {"ROLLBACK and COMMIT of a procedure", "SET LOCAL until a procedure commits"}
"""Histories with a procedure that commits, which nothing undoes."""

HISTORIES = {
    name: sql
    for name, sql in (
        *sql_histories.ALL.items(),
        *sql_histories_of_structure.ALL.items(),
        *((block.name, SETUP + block.sql) for block in BLOCKS),
    )
    if name not in LASTING
}
RANDOM = {f"random_history({seed})": random_history(seed) for seed in range(7_000, 7_004)}

_CACHES = {
    "refusals",
    "answers",
    "columns_key",
    "named_columns",
    "_resolved",
    "_resolved_for",
    "earlier",
}


class _Everything(frozenset[str]):
    def __contains__(self, kind: object) -> bool:
        return True


@pytest.mark.parametrize("name", [*HISTORIES, *RANDOM])
def test_what_is_undone_leaves_no_trace(name: str) -> None:
    replay = Replay()
    for item in read(Text("history.sql", (HISTORIES | RANDOM)[name].encode()), _Everything()):
        if not isinstance(item, ParsedStatement) or item.statement.kind == "TransactionStmt":
            continue
        if item.statement.kind == "DoStmt" and "COMMIT" in item.statement.sql:
            replay.run(item)
            continue
        before = _described(replay)
        mark = JOURNAL.mark()
        replay.run(item)
        JOURNAL.undo(mark)
        JOURNAL.release(mark)
        assert _described(replay) == before, item.statement.sql
        replay.run(item)
    assert JOURNAL.records is None


def _described(replay: Replay) -> list[Any]:
    """Return all that a replay knows, as values: objects are told apart by their identity."""
    seen: dict[int, list[Any]] = {}
    for part in (
        replay.catalog, replay.session, replay.origins, replay.event_triggers,
        replay.private_function_creators,
    ):  # fmt: skip
        _describe(part, seen)
    return list(seen.values())


def _describe(part: Any, seen: dict[int, list[Any]]) -> Any:
    match part:
        case dict():
            items = [(_describe(k, seen), _describe(v, seen)) for k, v in dict.items(part)]
            if not isinstance(part, RecordedDict) or isinstance(part, RecordedSet):
                return frozenset((str(key), str(value)) for key, value in items)
            return (items, part.is_open, part.gap) if isinstance(part, Members) else items
        case Facts() | Catalog() | Origins() | Session():
            if id(part) not in seen:
                seen[id(part)] = []
                seen[id(part)] += [
                    (name, _describe(value, seen)) for name, value in _attributes(part)
                ]
            return id(part)
        case tuple() | list():
            return [_describe(item, seen) for item in part]
        case set():
            return sorted(map(repr, part))
        case _:
            return part


def _attributes(part: Any) -> list[tuple[str, Any]]:
    names = [
        *getattr(type(part), "__slots__", ()),
        *Facts.__slots__,
        *getattr(part, "__dict__", ()),
    ]
    found = []
    for name in names:
        if name not in _CACHES:
            try:
                found.append((name, object.__getattribute__(part, name)))
            except AttributeError:
                continue
    return found
