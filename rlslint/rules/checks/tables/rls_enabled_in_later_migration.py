"""rls-enabled-in-later-migration: for a while the table was open, between two migrations."""

from __future__ import annotations

import os
from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.privileges import grants_to
from rlslint.catalog.facts import Facts, UnknownFact
from rlslint.catalog.model import Table
from rlslint.catalog.roles import DATA_PRIVILEGES
from rlslint.files.layouts import number
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.rules.registry import rule
from rlslint.text import Statement


class _Gap(NamedTuple):
    """That a table was made by one migration and protected by a later one.

    `granted` is what let `roles` in meanwhile, None where a platform's own grants did.
    """

    table: Table
    created: Statement
    protected: Statement
    roles: tuple[str, ...]
    granted: Statement | None


@rule
def rls_enabled_in_later_migration(table: Table, project: Project) -> Iterator[Finding]:
    if not table.rls_enabled or _gap(table, project) is None:
        return
    for gaps in project.ask(_gaps).values():
        if gaps[0].table is table:
            yield _finding(gaps, project)


def _gaps(project: Project) -> dict[str, list[_Gap]]:
    """Return the tables that were open for a while by the migration that ends that: one fault."""
    found: dict[str, list[_Gap]] = {}
    for table in project.catalog.tables():
        try:
            gap = _gap(table, project) if table.rls_enabled else None
        except UnknownFact:
            continue
        if gap is not None:
            found.setdefault(gap.protected.span.text.path, []).append(gap)
    return found


def _gap(table: Table, project: Project) -> _Gap | None:
    created, protected = table.created, table.statements.get("protected")
    if created is None or protected is None or not _are_deployed_apart(created, protected):
        return None
    if not project.tenant_columns(table) or project.is_shared(table):
        return None
    if created.number < project.ask(_adoption) and not _follow(created, protected, project):
        return None
    roles = []
    granted: Statement | None = None
    for role in project.reachable_by(table, *DATA_PRIVILEGES):
        before = [
            grant.statement
            for privilege in DATA_PRIVILEGES
            for grant in grants_to(project.catalog, role, table, privilege)
            if grant.statement is None or _comes_before(grant.statement, protected)
        ]
        if before:
            roles.append(role)
            granted = granted or before[0]
    return _Gap(table, created, protected, tuple(roles), granted) if roles else None


def _comes_before(granted: Statement, protected: Statement) -> bool:
    """Tell whether something was granted by a migration before the one that protects the table."""
    same = granted.span.text.path == protected.span.text.path
    return granted.number < protected.number and not same


def _are_deployed_apart(created: Statement, protected: Statement) -> bool:
    """Tell whether two statements stand in migrations with numbers, which may run years apart.

    Scripts that set up a database run one after another. CREATE TABLE IF NOT EXISTS may come late.
    """
    if created.number > protected.number:
        return False
    one, other = created.span.text, protected.span.text
    if one.path == other.path or one.host is not None or other.host is not None:
        return False
    return all(_is_numbered(path) and "initdb" not in path for path in (one.path, other.path))


def _is_numbered(path: str) -> bool:
    folder, name = os.path.split(path)
    return number(name) is not None or number(os.path.basename(folder)) is not None


def _adoption(project: Project) -> int:
    """Return the number of the first statement that enabled row security anywhere."""
    numbers = [
        statement.number
        for table in project.catalog.tables()
        if (statement := table.statements.get("protected")) is not None
    ]
    return min(numbers, default=0)


def _follow(created: Statement, protected: Statement, project: Project) -> bool:
    """Tell whether no other migration stands between two."""
    order = project.ask(_migrations)
    one, other = created.span.text.path, protected.span.text.path
    return one in order and other in order and order.index(other) - order.index(one) == 1


def _migrations(project: Project) -> tuple[str, ...]:
    """Return the files whose statements the catalog knows, in their order."""
    catalog = project.catalog
    relations = catalog.relations.known()
    subjects: list[Facts] = [*relations, *catalog.functions.known(), *catalog.roles.values()]
    subjects += [policy for relation in relations for policy in relation.policies.known()]
    first: dict[str, int] = {}
    for subject in subjects:
        for statement in subject.statements.values():
            path = statement.span.text.path
            first[path] = min(first.get(path, statement.number), statement.number)
    return tuple(sorted(first, key=lambda path: first[path]))


def _finding(gaps: list[_Gap], project: Project) -> Finding:
    first, *others = gaps
    also = f" and {len(others)} other table{'s' if len(others) > 1 else ''}" if others else ""
    made, kept = (os.path.basename(one.span.text.path) for one in (first.created, first.protected))
    return Finding(
        object=str(first.table),
        message=f"{spoken(first.roles)} could get at all rows of {first.table}{also} "
        "for a "
        f"while: {made} makes the table, and only {kept} enables row security",
        span=shown(first.protected),
        label="enabled here, in another migration than the one that made the table",
        help="enable row security in the migration that makes a table, before anything is granted "
        "on it",
        related=also_shown(
            (first.created, f"{first.table} is made here"),
            (first.granted, f"{first.roles[0]} gets at it since here"),
        ),
        confidence=certainty(project),
    )
