"""The names that PostgreSQL makes up for indexes and constraints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rlslint.catalog.facts import Members
from rlslint.catalog.journal import append
from rlslint.catalog.model import Relation
from rlslint.replay.state import Replay

_LONGEST = 63
"""NAMEDATALEN - 1: names are cut to this many bytes."""


def generated_name(
    replay: Replay, relation: Relation, columns: Iterable[str], suffix: str, constraint: bool
) -> str:
    """Return the first free name of the form table_columns_suffix.

    PostgreSQL shortens the table's name or the columns', whichever is longer (makeObjectName in
    indexcmds.c), and counts up while the schema has a relation or a constraint of that name. It
    goes on where it stopped as long as no name was given back.
    """
    words = "_".join(columns)
    tried = relation.schema, relation.name, words, suffix
    number = replay.generated_numbers.get(tried, 0)
    while True:
        name = _joined(relation.name, words, f"{suffix}{number or ''}")
        if not is_taken(replay, relation.schema, name, constraint):
            replay.generated_numbers[tried] = number
            return name
        number += 1


def is_taken(replay: Replay, schema: str, name: str, constraint: bool = False) -> bool:
    """Tell whether a schema has an index or a relation, or a constraint, of this name."""
    if (schema, name) in replay.catalog.names:
        return True
    for holder in holders(replay, name):
        if holder.schema == schema and (
            dict.__contains__(holder.indexes, name)
            or (constraint and dict.__contains__(holder.constraints, name))
        ):
            return True
    return False


def holders(replay: Replay, name: str) -> list[Relation]:
    """Return the relations that have an index or a constraint of this name."""
    return [
        relation
        for relation in replay.name_holders.get(name, ())
        if dict.__contains__(replay.catalog.relations, relation.oid)
        and (
            dict.__contains__(relation.indexes, name)
            or dict.__contains__(relation.constraints, name)
        )
    ]


def hold_name(replay: Replay, relation: Relation, name: str) -> None:
    """Remember that a relation has an index or a constraint of this name."""
    held = replay.name_holders.setdefault(name, [])
    if relation not in held:
        append(held, relation)


def rename_member(members: Members[str, Any], old: str, new: str) -> None:
    """Give an index or a constraint another name; it stays where it stands among the others."""
    members.replace_all(
        (new, member._replace(name=new)) if name == old else (name, member)
        for name, member in list(dict.items(members))
    )


def numbered(words: Iterable[str]) -> list[str]:
    """Return the columns' words of an index's name, equal ones told apart by a number."""
    chosen: list[str] = []
    for word in words:
        candidate, number = word, 0
        while candidate in chosen:
            number += 1
            candidate = f"{word}{number}"
        chosen.append(candidate)
    return chosen


def _joined(table: str, words: str, suffix: str) -> str:
    room = _LONGEST - len(suffix.encode()) - 1 - (1 if words else 0)
    first, second = table.encode(), words.encode()
    while len(first) + len(second) > room:
        if len(first) > len(second):
            first = first[:-1]
        else:
            second = second[:-1]
    parts = [first.decode(errors="ignore"), second.decode(errors="ignore"), suffix]
    return "_".join(part for part in parts if part)
