"""app-role-superuser: the application connects as the superuser of the server."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import is_superuser
from rlslint.access.ownership import Answer
from rlslint.access.serving import in_words, protected_tables, serves
from rlslint.config import Confidence, Severity
from rlslint.config.platforms import SUPERUSER
from rlslint.files.connections import Connection
from rlslint.files.settings.development import is_for_tests
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import is_inside_only, is_open_to_outside
from rlslint.project.questions.exempt_connections import (
    Exemption,
    exemption,
    is_in_database_of_application,
    is_only_one,
    is_told_before,
    serves_requests,
)
from rlslint.project.questions.ordinary_roles import connect_as_another
from rlslint.rules.registry import rule


@rule
def app_role_superuser(connection: Connection, project: Project) -> Iterator[Finding]:
    if not project.uses_row_security:
        return
    if connection.product:
        yield from _of_product(connection, project)
        return
    if not serves_requests(connection, project):
        return
    if connection.is_open:
        yield from _of_sessions(connection, project)
        return
    if is_told_before(connection, project) or is_open_to_outside(connection.role, project):
        return
    found = exemption(connection, project)
    if found is not None and found.escape == SUPERUSER:
        yield from _findings(connection, found, project)


def _of_sessions(connection: Connection, project: Project) -> Iterator[Finding]:
    """Yield a finding where sessions are open as the superuser that initdb made.

    That one has to stay a superuser (PostgreSQL 16 refuses to change it, release notes of 16); any
    other is reported as a role, which can be mended.
    """
    role, tables = connection.role, protected_tables(project.catalog)
    serving = serves(project.catalog, project.runtime, role)
    is_bound = not connection.superuser_evidence or not is_superuser(project.catalog, role)
    if is_bound or not tables or serving.answer is Answer.no:
        return
    certain = serving.answer is Answer.yes
    yield Finding(
        object=role,
        message=f"{role} can read and write every tenant's rows of {in_words(tables)}, "
        f"because no policy applies to a superuser ({serving.because})",
        span=connection.span,
        label=f"shows sessions of {role}, a superuser",
        help=connect_as_another(project),
        severity=None if certain else Severity.warning,
        confidence=None if certain else Confidence.medium,
    )


def _of_product(connection: Connection, project: Project) -> Iterator[Finding]:
    """Yield a finding where a product keeps what it knows where the application keeps its rows."""
    found, tables = exemption(connection, project), protected_tables(project.catalog)
    if found is None or found.escape != SUPERUSER or not tables:
        return
    if not is_in_database_of_application(connection, project):
        return
    yield Finding(
        object=connection.source or connection.role,
        message=f"{connection.product} can read and write the rows of every tenant in "
        f"{in_words(tables)}, because it connects to {connection.database}, the application's own "
        f"database, as {connection.role}, a superuser, to which no policy applies "
        f"({found.because})",
        span=connection.span,
        label="a superuser in the application's database",
        help=f"give {connection.product} a database of its own, and a role that owns no other",
        severity=Severity.info
        if is_for_tests(connection.span.text.path, connection.source)
        else Severity.warning,
        confidence=Confidence.medium,
    )


def _findings(connection: Connection, found: Exemption, project: Project) -> Iterator[Finding]:
    tables = protected_tables(project.catalog)
    if not tables:
        return
    role, rows = connection.role, f"every tenant's rows of {in_words(tables)}"
    severity, tail = None if found.certain else Severity.warning, ""
    if connection.development:
        severity, tail = _in_development(connection, project)
    elif is_inside_only(role, project):
        severity, tail = Severity.info, "; an info, for no route from outside leads to it"
    yield Finding(
        object=connection.source or role,
        message=f"the application {'can' if found.certain else 'may'} read and write {rows}, "
        f"because it connects as {role}, a superuser, to which no policy applies "
        f"({found.because}){tail}",
        span=connection.span,
        label="a superuser" if found.certain else "may bypass policies",
        help=connect_as_another(project, found.remedy),
        related=also_shown(*project.ways_in(role)),
        severity=severity,
        confidence=found.confidence,
    )


def _in_development(connection: Connection, project: Project) -> tuple[Severity, str]:
    """Return what a connection for development weighs: it may be the only one that there is."""
    for_tests = is_for_tests(connection.span.text.path, connection.source)
    if connection.superuser_evidence and not for_tests and is_only_one(connection, project):
        return Severity.warning, "; a warning, for no other connection of the application is known"
    return Severity.info, "; an info, for the connection is for development or tests"
