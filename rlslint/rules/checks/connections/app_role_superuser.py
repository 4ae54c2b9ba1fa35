"""app-role-superuser: the application connects as the superuser of the server."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import (
    Answer,
    Evidence,
    in_words,
    is_probably_superuser,
    is_superuser,
    protected_tables,
    serves,
)
from rlslint.access.data_roles import escapes_row_security
from rlslint.access.roles import ASSUMED_ROLE, BOOTSTRAP_SUPERUSER
from rlslint.config.scales import Confidence, Severity
from rlslint.files.connections import Connection, is_managed, role_of, runs_migrations
from rlslint.project.findings import Finding
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.sql.quoting import quoted_identifier


@rule
def app_role_superuser(connection: Connection, project: Project) -> Iterator[Finding]:
    if not project.uses_row_security or not _serves(connection, project):
        return
    if connection.is_open:
        yield from _of_sessions(connection, project)
        return
    reason = _reason(connection, project)
    if reason:
        yield from _findings(connection, reason, project)


def _serves(connection: Connection, project: Project) -> bool:
    """Tell whether the application answers requests over a connection."""
    runtime, role = project.runtime, role_of(connection)
    if not connection.connects or runs_migrations(connection):
        return False
    if runtime.evidence is Evidence.configuration and role not in runtime.names:
        return False
    return role not in runtime.bypassing and role not in project.config.owner_roles


def _of_sessions(connection: Connection, project: Project) -> Iterator[Finding]:
    """Yield a finding where sessions are open as the superuser that initdb made.

    That one has to stay a superuser (PostgreSQL 16 refuses to change it, release notes of 16); any
    other is reported as a role, which can be mended.
    """
    role, tables = role_of(connection), protected_tables(project.catalog)
    serving = serves(project.catalog, project.runtime, role)
    is_bound = not connection.superuser_evidence or not is_superuser(project.catalog, role)
    if is_bound or not tables or serving.answer is Answer.no:
        return
    certain = serving.answer is Answer.yes
    yield Finding(
        object=role,
        message=f"{role} can read and write the rows of every tenant in {in_words(tables)}, "
        f"because no policy applies to a superuser ({serving.because})",
        span=connection.span,
        label=f"shows sessions of {role}, a superuser",
        help=_help(project),
        severity=None if certain else Severity.warning,
        confidence=None if certain else Confidence.medium,
    )


def _reason(connection: Connection, project: Project) -> str:
    """Return what says that the connection's role is a superuser, "" where nothing does.

    Where the history makes it one, its statement is what has to change.
    """
    role = role_of(connection)
    known = project.catalog.roles.get(role)
    if role == BOOTSTRAP_SUPERUSER and is_superuser(project.catalog, role):
        return "the migrations make it one"
    if connection.superuser_evidence:
        stated = known is not None and "superuser" in known.statements
        return "" if stated else connection.superuser_evidence
    if is_probably_superuser(project.catalog, role):
        return "the superuser of a server has this name unless told otherwise"
    return ""


def _findings(connection: Connection, reason: str, project: Project) -> Iterator[Finding]:
    tables = protected_tables(project.catalog)
    if not tables:
        return
    role, rows = role_of(connection), f"the rows of every tenant in {in_words(tables)}"
    message = (
        f"the application can read and write {rows}, because it connects as {role}, a superuser, "
        f"to which no policy applies ({reason})"
    )
    severity, confidence = None, None
    if connection.development:
        message += "; an info, for the connection is for development or tests"
        severity = Severity.info
    elif is_managed(connection):
        message = (
            f"the application may read and write {rows}, because it connects as {role}, which is "
            "no superuser on a managed service, but may own the tables or have BYPASSRLS there"
        )
        severity, confidence = Severity.warning, Confidence.low
    elif not connection.superuser_evidence:
        confidence = Confidence.medium
    yield Finding(
        object=connection.source or role,
        message=message,
        span=connection.span,
        label="a superuser" if confidence is not Confidence.low else "may bypass policies",
        help=_help(project),
        severity=severity,
        confidence=confidence,
    )


def _help(project: Project) -> str:
    names = (name for name in project.runtime.names if name != ASSUMED_ROLE)
    filtered = [name for name in names if not escapes_row_security(project.catalog, name)]
    if filtered:
        return f"-- connect as {quoted_identifier(filtered[0])}, to which the policies apply"
    tables = ", ".join(table.sql_name for table in protected_tables(project.catalog)[:3])
    return (
        "CREATE ROLE app_user LOGIN;\n"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO app_user; -- then connect as app_user"
    )
