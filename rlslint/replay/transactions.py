"""Which statements of a text a ROLLBACK undoes, known before they are carried out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rlslint.sql.parser import Node
from rlslint.sql.statements import ParsedStatement, read
from rlslint.text import Text


class Undone(NamedTuple):
    """A stretch of a text whose statements leave nothing behind."""

    start: int
    end: int


def undone_stretches(text: Text, start: int) -> tuple[Undone, ...]:
    """Return the stretches behind `start` that ROLLBACK or ROLLBACK TO SAVEPOINT undoes.

    Only a text that has such a word is read twice.
    """
    words = text.data[start:].lower()
    if b"rollback" not in words and b"abort" not in words:
        return ()
    return tuple(_stretches(text, start))


def _stretches(text: Text, start: int) -> Iterator[Undone]:
    begun: int | None = None
    savepoints: list[tuple[str, int]] = []
    for parsed in read(text, {"TransactionStmt"}, ((start, len(text.data)),)):
        if not isinstance(parsed, ParsedStatement):
            continue
        node: Node = parsed.node
        place, end = parsed.statement.start, parsed.statement.end
        chained = end if node.get("chain") else None
        match node["kind"]:
            case "TRANS_STMT_BEGIN" | "TRANS_STMT_START" if begun is None:
                begun = end
            case "TRANS_STMT_SAVEPOINT":
                savepoints.append((node["savepoint_name"], end))
            case "TRANS_STMT_ROLLBACK_TO":
                undone_from = _reach(savepoints, node["savepoint_name"], keep=True)
                if undone_from is not None:
                    yield Undone(undone_from, place)
            case "TRANS_STMT_RELEASE":
                _reach(savepoints, node["savepoint_name"], keep=False)
            case "TRANS_STMT_COMMIT":
                begun = chained
                savepoints.clear()
            case "TRANS_STMT_ROLLBACK":
                if begun is not None:
                    yield Undone(begun, place)
                begun = chained
                savepoints.clear()
            case _:
                continue


def _reach(savepoints: list[tuple[str, int]], name: str, keep: bool) -> int | None:
    """Go back to the last savepoint of this name; those set after it are gone."""
    for number in range(len(savepoints) - 1, -1, -1):
        if savepoints[number][0] == name:
            start = savepoints[number][1]
            del savepoints[number + keep :]
            return start
    return None
