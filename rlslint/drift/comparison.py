"""Two catalogs fact by fact: where they agree, where they differ, and what one does not tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Kind, Relation
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC, Role, Schema
from rlslint.drift.fact_values import NoValue, Object, Reading, objects_of
from rlslint.drift.table import EXISTENCE, TABLE


class FactKey(NamedTuple):
    """What a fact is about: `kind` is a noun for the object, `name` its name in full."""

    kind: str
    name: str
    fact: str


Stated = dict[FactKey, object]
"""What a catalog states, NoValue.unknown where it does not tell."""


class Difference(NamedTuple):
    """A fact on which two catalogs differ, NoValue.absent where one has no such object."""

    key: FactKey
    history: Any
    live: Any

    def __str__(self) -> str:
        kind, name, fact = self.key
        return f"{kind} {name}, {fact}: history {self.history!r}, server {self.live!r}"


class Comparison(NamedTuple):
    """What came of comparing a history's facts with a server's.

    `unknown` are those that the history does not tell: neither agreement nor difference.
    """

    agreeing: int
    differences: tuple[Difference, ...]
    unknown: tuple[FactKey, ...]


def facts_of(catalog: Catalog, migration_role: str = MIGRATION_ROLE) -> Stated:
    """Return what a catalog states of each fact of the table.

    `migration_role` is who ran the history, where that does not say it.
    """
    reading = Reading(catalog, migration_role)
    found: Stated = {}
    for kind, name, described in objects_of(catalog):
        if not _is_compared(described, migration_role):
            continue
        for fact, line in TABLE[kind].items():
            if fact == EXISTENCE:
                continue
            is_beyond = isinstance(described, Relation) and described.is_beyond_history
            try:
                value = NoValue.unknown if is_beyond else line.value(described, reading)
            except UnknownFact:
                value = NoValue.unknown
            found[FactKey(kind, name, fact)] = value
    return found


def _is_compared(described: Object, migration_role: str) -> bool:
    match described:
        case Relation():
            return not (described.knows("kind") and described.kind is Kind.sequence)
        case Schema():
            return described.created is not None or described.name == PUBLIC
        case Role(name=name):
            is_of_server = name == migration_role or name.startswith("pg_")
            return described.declared and not is_of_server
        case _:
            return True


def with_possible(stated: Stated, catalog: Catalog, others: Iterable[FactKey]) -> Stated:
    """Return what a catalog states, and as unknown those of `others` that it may have beside.

    Where dynamic SQL may have made a table, that a server has one more is no difference.
    """
    open_kinds = {
        kind
        for kind, objects in (
            ("relation", catalog.relations),
            ("function", catalog.functions),
            ("publication", catalog.publications),
        )
        if objects.is_open
    }
    relations = (*catalog.relations.known(), *catalog.unknown_relations.values())
    tables = tuple(f"{relation}." for relation in relations)
    open_tables = tuple(f"{relation}." for relation in relations if relation.policies.is_open)

    def is_possible(key: FactKey) -> bool:
        match key.kind:
            case "policy":
                return key.name.startswith(open_tables) or (
                    catalog.relations.is_open and not key.name.startswith(tables)
                )
            case "role":
                # Named, and perhaps made by what the replay could not follow.
                return key.name in catalog.roles and bool(catalog.roles[key.name].unknown)
            case kind:
                return kind in open_kinds

    possible = {k: NoValue.unknown for k in others if k not in stated and is_possible(k)}
    return {**possible, **stated}


def compare(history: Stated, live: Stated, *, version: int) -> Comparison:
    """Compare fact by fact with a server whose server_version_num is `version`."""
    agreeing = 0
    unknown: list[FactKey] = []
    found: list[Difference] = []
    for key in sorted({*history, *live}):
        if _depends_on_version(key, version):
            continue
        ours, theirs = history.get(key, NoValue.absent), live.get(key, NoValue.absent)
        if ours is NoValue.unknown or theirs is NoValue.unknown:
            # What neither side looks into (a platform's table) is not a fact to compare.
            if ours is not theirs and NoValue.absent is not ours and NoValue.absent is not theirs:
                unknown.append(key)
        elif same(key, ours, theirs):
            agreeing += 1
        else:
            found.append(Difference(key, ours, theirs))
    return Comparison(agreeing, tuple(found), tuple(unknown))


def same(key: FactKey, ours: object, theirs: object) -> bool:
    """Tell whether two values of a fact are alike."""
    if isinstance(ours, NoValue) or isinstance(theirs, NoValue):
        return ours is theirs
    return TABLE[key.kind][key.fact].are_same(ours, theirs)


def _depends_on_version(key: FactKey, version: int) -> bool:
    """Tell whether an older server differs in a fact whatever a history says.

    Before PostgreSQL 16 a membership had no options, and before 15 the schema public belonged to
    the superuser and let everyone create in it (their release notes).
    """
    if key.fact == "membership options":
        return version < 160000
    return (key.kind, key.name) == ("schema", PUBLIC) and version < 150000
