"""predefined-data-role: a role that reads or writes all tables, row security there or not."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.privileges import PREDEFINED_ROLES
from rlslint.access.serving import in_words
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import Membership, Role
from rlslint.config import Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.ordinary_roles import users_through
from rlslint.rules.registry import rule

_MOST_SHOWN = 10


@rule
def predefined_data_role(role: Role, project: Project) -> Iterator[Finding]:
    if not project.uses_row_security:
        return
    for membership in role.memberships.known():
        if membership.role.name in PREDEFINED_ROLES.values() and membership.inherit:
            users = users_through(membership, project, become=False)
            if users:
                yield _finding(membership, users, project)


def _unprotected(project: Project) -> list[Relation]:
    """Return the tables of the history with rows of tenants and without row security."""
    return [
        table
        for table in project.catalog.tables()
        if all(table.knows(fact) for fact in ("rls_enabled", "columns"))
        and not table.rls_enabled
        and not table.temporary
        and not project.is_shared(table)
        and project.tenant_columns(table)
    ]


def _finding(membership: Membership, users: tuple[str, ...], project: Project) -> Finding:
    held, predefined = membership.member, membership.role.name
    verb = "read" if predefined == PREDEFINED_ROLES["select"] else "write"
    tables = _unprotected(project)
    what = f"every row of {in_words(tables)}" if tables else "every table that is made later"
    tail = "" if tables else " (an info, for all tables of tenants have row security now)"
    places = ((one.created, "a table without row security") for one in tables[:_MOST_SHOWN])
    return Finding(
        object=held.name,
        message=f"{spoken(users)} can {verb} {what}, because {predefined} reaches the tables of "
        f"all schemas, and only row security holds it back{tail}",
        span=shown(membership.statement),
        label="gives access to what nobody has granted",
        help=f"grant {held} the tables that it needs by name, and revoke {predefined} from it",
        related=also_shown(*places),
        severity=None if tables else Severity.info,
    )
