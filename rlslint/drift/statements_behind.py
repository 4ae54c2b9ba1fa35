"""The statements behind what two catalogs have, and behind where they differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from rlslint.catalog import Catalog
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.publications import Publication
from rlslint.catalog.roles import Role, Schema
from rlslint.drift.comparison import FactKey
from rlslint.drift.drifts import Drift
from rlslint.drift.fact_values import Object, objects_of
from rlslint.drift.table import TABLE
from rlslint.drift.telling import gravest
from rlslint.text import Statement

WrittenFor = dict[Statement, Statement]
"""The statements that show what a server holds, each with the one that a migration has for it."""


def origins(history: Catalog, live: Catalog, differing: Collection[FactKey]) -> WrittenFor:
    """Return the statements of `history` behind those that describe `live`.

    Where the two differ in a fact, what the history has is not what made the server's.
    """
    found: WrittenFor = {}
    objects = {(kind, name): described for kind, name, described in objects_of(history)}
    changed = {(key.kind, key.name) for key in differing}
    for kind, name, theirs in objects_of(live):
        ours = objects.get((kind, name))
        if ours is None or isinstance(ours, Catalog) or isinstance(theirs, Catalog):
            continue
        is_changed = (kind, name) in changed
        if kind == "policy" and is_changed:
            continue
        facts = {line.attribute: fact for fact, line in TABLE[kind].items()}
        for attribute, shown in theirs.statements.items():
            written = ours.because(attribute)
            key = FactKey(kind, name, facts.get(attribute, attribute))
            if written is not None and key not in differing:
                found.setdefault(shown, written)
        if kind == "publication" and is_changed:
            continue
        parts = dict(_parts(ours))
        for part, shown in _parts(theirs):
            if part in parts:
                found.setdefault(shown, parts[part])
    return found


def _parts(described: Object) -> Iterator[tuple[object, Statement]]:
    """Yield what else of an object has a statement of its own."""
    match described:
        case Relation():
            for key, grant in dict.items(described.grants):
                if grant.statement is not None:
                    yield key, grant.statement
            for name, index in dict.items(described.indexes):
                if index.statement is not None:
                    yield name, index.statement
        case Publication():
            yield from described.statements_of_parts().items()
        case _:
            return


def statement_behind(drift: Drift, *, on_server: bool) -> Statement | None:
    """Return what shows one side of a drift: the part that differs, else the object.

    What the server has not, nothing of the server shows.
    """
    deviation = gravest(drift)
    described = deviation.theirs if on_server else deviation.ours or drift.holder
    if described is None or isinstance(described, Catalog):
        return None
    attribute = deviation.line.attribute
    values = deviation.live if on_server else deviation.history
    if on_server and (values is False or (attribute == "indexes" and not values)):
        return None
    differing = values or deviation.live or deviation.history
    of_values = _of_values(described, attribute, differing)
    found: Statement | None = next(of_values, None) or described.because(attribute)
    return found


def _of_values(described: Any, attribute: str, values: Iterable[Any]) -> Iterator[Statement]:
    """Yield the statements of privileges, memberships, indexes and settings."""
    found: list[Any] = []
    match attribute, described:
        case "grants", Relation() | Function() | Schema():
            found = [dict.get(described.grants, value[:3]) for value in values]
        case "memberships", Role():
            groups = (value if isinstance(value, str) else value[0] for value in values)
            found = [dict.get(described.memberships, group) for group in groups]
        case "indexes", Relation():
            found = [dict.get(described.indexes, value[0]) for value in values]
        case "settings", Role():
            of_names = [described.statements.get(f"setting {name}") for name in values]
            yield from (statement for statement in of_names if statement is not None)
        case _:
            return
    yield from (part.statement for part in found if part is not None and part.statement is not None)
