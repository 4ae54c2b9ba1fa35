"""app-role-owns-table: whoever owns a table can switch its row security off."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.data_roles import escapes_row_security, is_administrative
from rlslint.access.serving import in_words
from rlslint.catalog.model import Table
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import is_inside_only
from rlslint.project.questions.exempt_connections import is_of_the_server
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier

_MOST_NAMES = 10


@rule
def app_role_owns_table(table: Table, project: Project) -> Iterator[Finding]:
    # Where row security is not forced, the owner need not even switch it off: rls-not-forced.
    if not table.rls_enabled or not table.rls_forced or project.runtime.assumed:
        return
    owner, tables = table.owner, project.forced_tables.get(table)
    if tables is None or _is_set_aside(owner, project):
        return
    if owner in project.runtime.names:
        yield _finding(owner, tables, project)
    elif owner == MIGRATION_ROLE:
        yield from _by_connection(tables, project)


def _is_set_aside(owner: str, project: Project) -> bool:
    """Tell whether a role that owns tables serves nobody, or passes by all policies anyway."""
    if owner == MIGRATION_ROLE:
        return False
    inferred = project.runtime.is_inferred(owner)
    return (inferred and is_administrative(owner)) or escapes_row_security(project.catalog, owner)


def _finding(owner: str, tables: tuple[Table, ...], project: Project) -> Finding:
    statement, created = tables[0].because("owner"), tables[0].created
    is_inside = is_inside_only(owner, project)
    tail = "; an info, for no route from outside leads to it" if is_inside else ""
    return Finding(
        object=str(tables[0]),
        message=f"{owner} can switch off the row security of {in_words(tables)} and then read "
        f"every tenant's rows, because it is the owner ({project.runtime.reason(owner).because})"
        f"{tail}",
        span=shown(statement),
        label=f"belongs to {owner}",
        help=_help(owner, tables, project),
        related=also_shown((created, "the table is created here"), beside=statement),
        severity=Severity.info if is_inside else None,
    )


def _by_connection(tables: tuple[Table, ...], project: Project) -> Iterator[Finding]:
    """Yield a finding where requests and migrations are known to use the same role."""
    for connection in project.connections:
        role = connection.role
        if connection.span not in project.runtime.spans or role not in project.runtime.migrating:
            continue
        if role in project.runtime.exempt or escapes_row_security(project.catalog, role):
            continue
        if is_of_the_server(role, project):
            continue
        tail = ", for development or tests as this connection is" if connection.development else ""
        yield Finding(
            object=role,
            message=f"{role} can switch off the row security of {in_words(tables)} and then read "
            "every tenant's rows, because it runs the migrations too and so owns what they make"
            + tail,
            span=connection.span,
            label="serves requests and owns the tables",
            help=_help(role, tables, project),
            related=also_shown(
                *(
                    (other.span, "runs the migrations")
                    for other in project.connections
                    if other.connects and other.runs_migrations and other.role == role
                )
            ),
            severity=Severity.info if connection.development else None,
            confidence=Confidence.medium,
        )
        return


def _help(owner: str, tables: tuple[Table, ...], project: Project) -> str:
    """Return SQL that gives the tables back to the role that migrates, or advice.

    Only where a migration has given them away, and to a role that runs none itself: another one
    could be changed by no migration any more.
    """
    others = [role for role in project.runtime.names if role != owner and _is_granted(role, tables)]
    if others:
        return f"let the application connect as {others[0]}, for which the grants are made"
    gave = all(_was_given(table) for table in tables)
    if not gave or owner in project.runtime.migrating or len(tables) > _MOST_NAMES:
        return (
            "make a role for the application that owns nothing, grant it what it needs, and let it "
            f"connect as that; {owner} goes on running the migrations"
        )
    role = quoted_identifier(owner)
    lines = []
    for table in tables:
        lines += [
            f"ALTER TABLE {table.sql_name} OWNER TO CURRENT_USER;",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table.sql_name} TO {role};",
        ]
    return "\n".join(lines)


def _is_granted(role: str, tables: tuple[Table, ...]) -> bool:
    return all(
        any(grant.grantee == role for grant in table.grants.known() if grant.statement)
        for table in tables
    )


def _was_given(table: Table) -> bool:
    """Tell whether ALTER TABLE … OWNER TO has made a role the owner of a table."""
    given = table.because("owner")
    return given is not None and given is not table.created and given.kind == "AlterTableStmt"
