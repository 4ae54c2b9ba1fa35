"""What a table without row security lacks: which statement was forgotten, or took it away."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from rlslint.access.reach import protected_sources
from rlslint.catalog.facts import GivenUp, UnknownFact
from rlslint.catalog.model import Relation
from rlslint.text.budget import TABLES_ABOVE


class Gap(Enum):
    """Why row security is off, the most specific reason: each is one rule's business.

    `disabled`: a statement took it away. `forced`: FORCE alone stands there. `policies`: policies
    do. `swapped`: the table stands where one with row security stood. `partition` and `child`: a
    table above has row security, which a query of this one passes by. `query` and `like`: the table
    is a copy of one that has it. `plain`: none of these.
    """

    disabled = "disabled"
    forced = "forced"
    policies = "policies"
    swapped = "swapped"
    partition = "partition"
    child = "child"
    query = "query"
    like = "like"
    plain = "plain"


def gap_of(table: Relation) -> Gap | None:
    """Return why a table has no row security, None where it has."""
    if table.rls_enabled:
        return None
    if table.before("rls_enabled"):
        return Gap.disabled
    if table.rls_forced:
        return Gap.forced
    if table.policies.known():
        return Gap.policies
    if protected_predecessor(table) is not None:
        return Gap.swapped
    if protected_ancestors(table):
        return Gap.partition if table.partition_of is not None else Gap.child
    if protected_originals(table):
        return Gap.query if table.copy_kind == "as" else Gap.like
    return Gap.plain


def protected_predecessor(table: Relation) -> Relation | None:
    """Return the last table with row security that had the name of a table and most columns of it.

    What has others is another thing by the same name.
    """
    before, left = table.replaces, TABLES_ABOVE
    while before is not None and left:
        if before.knows("rls_enabled") and before.rls_enabled:
            return before if _is_alike(table, before) else None
        before, left = before.replaces, left - 1
    return None


def _is_alike(table: Relation, before: Relation) -> bool:
    if not table.knows("columns") or not before.knows("columns"):
        return True
    return 2 * len(before.columns.keys() & table.columns.keys()) >= len(before.columns)


def ancestors(table: Relation) -> Iterator[Relation]:
    """Yield the tables that a table is a partition of or inherits from, each once.

    Raises GivenUp where there are far too many.
    """
    seen: set[int] = set()
    waiting = _parents(table)
    while waiting:
        above = waiting.pop()
        if id(above) in seen:
            continue
        if len(seen) >= TABLES_ABOVE:
            raise GivenUp(table)
        seen.add(id(above))
        yield above
        waiting += _parents(above)


def _parents(table: Relation) -> list[Relation]:
    """Return the tables right above one, the first of them last."""
    parent = table.partition_of
    return [parent] if parent is not None else list(table.parents)[::-1]


def protected_ancestors(table: Relation) -> tuple[Relation, ...]:
    """Return the tables above one whose row security a query of it passes by.

    PostgreSQL applies the policies of the table that a query names, and no others (manual:
    Inheritance). Raises UnknownFact only where no table above is certain to have row security.
    """
    return _certain(_enabled_above(table))


def protected_originals(table: Relation) -> tuple[Relation, ...]:
    """Return the tables with row security that CREATE TABLE AS or LIKE took a table from.

    Copies of copies count, and tables behind views. Raises UnknownFact only where none is certain.
    """
    return _certain(_copied(table))


Certain = Iterator[Relation | UnknownFact]
"""Relations that are certain, and among them what is not known."""


def _certain(found: Certain) -> tuple[Relation, ...]:
    relations: list[Relation] = []
    gap: UnknownFact | None = None
    for item in found:
        if isinstance(item, UnknownFact):
            gap = gap or item
        elif item not in relations:
            relations.append(item)
    if gap is not None and not relations:
        raise gap
    return tuple(relations)


def _enabled_above(table: Relation) -> Certain:
    try:
        for above in ancestors(table):
            if not above.knows("rls_enabled"):
                yield UnknownFact(above, "rls_enabled", above.unknown["rls_enabled"])
            elif above.rls_enabled:
                yield above
    except UnknownFact as unknown:
        yield unknown


def _copied(table: Relation) -> Certain:
    for source in table.copied_from:
        try:
            protected = protected_sources(source)
        except UnknownFact as unknown:
            yield unknown
            continue
        yield from protected or _copied(source)
