"""A live database beside the migrations that were to make it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Relation
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.drift.comparison import (
    Comparison,
    Written,
    compare,
    facts_of,
    subjects_of,
    with_possible,
    written_statements,
)


def compare_with_migrations(
    history: Catalog, live: Catalog, version: int, owner_roles: Sequence[str]
) -> tuple[Comparison, Written]:
    """Return where a history and a live database differ, and which statement made what.

    `version` is the server's server_version_num.
    """
    migration_role = _migration_role(history, live, owner_roles)
    theirs = facts_of(live, migration_role)
    ours = with_possible(facts_of(history, migration_role), history, theirs)
    comparison = compare(ours, theirs, version=version)
    differing = {difference.key for difference in comparison.differences}
    return comparison, written_statements(history, live, differing)


def _migration_role(history: Catalog, live: Catalog, owner_roles: Sequence[str]) -> str:
    """Return who ran the migrations: whoever owns most of what they made."""
    ours, theirs = subjects_of(history), subjects_of(live)
    owners = Counter(
        theirs[name].owner
        for name, subject in ours.items()
        if name in theirs
        and isinstance(subject, Relation | Function)
        and subject.knows("owner")
        and subject.owner == MIGRATION_ROLE
        and theirs[name].knows("owner")
    )
    for role in owner_roles:
        if role in owners:
            return role
    return owners.most_common(1)[0][0] if owners else MIGRATION_ROLE
