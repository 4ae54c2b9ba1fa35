"""A live database beside the migrations that were to make it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.drift.comparison import Comparison, compare, facts_of, with_possible
from rlslint.drift.drifts import Drift, drifts
from rlslint.drift.fact_values import objects_of
from rlslint.drift.statements_behind import WrittenFor, origins
from rlslint.meaning.calls import functions_of_policies


def compare_with_migrations(
    history: Catalog, live: Catalog, version: int, owner_roles: Sequence[str]
) -> tuple[Comparison, WrittenFor]:
    """Return where a history and a live database differ, and which statement made what.

    `version` is the server's server_version_num.
    """
    migration_role = _migration_role(history, live, owner_roles)
    theirs = facts_of(live, migration_role)
    ours = with_possible(facts_of(history, migration_role), history, theirs)
    comparison = compare(ours, theirs, version=version)
    differing = {difference.key for difference in comparison.differences}
    return comparison, origins(history, live, differing)


def drifts_between(comparison: Comparison, history: Catalog, live: Catalog) -> list[Drift]:
    """Return which of the differences decide who sees which rows."""
    called = {function for catalog in (history, live) for function in _of_policies(catalog)}
    return drifts(comparison.differences, history, live, called)


def _of_policies(catalog: Catalog) -> Collection[Function]:
    """Return the functions that policies call: all, where that is not known."""
    try:
        return functions_of_policies(catalog)
    except UnknownFact:
        return catalog.functions.known()


def _migration_role(history: Catalog, live: Catalog, owner_roles: Sequence[str]) -> str:
    """Return who ran the migrations: whoever owns most of what they made."""
    ours = {
        (kind, name)
        for kind, name, made in objects_of(history)
        if isinstance(made, Relation | Function)
        and made.knows("owner")
        and made.owner == MIGRATION_ROLE
    }
    owners = Counter(
        made.owner
        for kind, name, made in objects_of(live)
        if (kind, name) in ours and isinstance(made, Relation | Function) and made.knows("owner")
    )
    for role in owner_roles:
        if role in owners:
            return role
    return owners.most_common(1)[0][0] if owners else MIGRATION_ROLE
