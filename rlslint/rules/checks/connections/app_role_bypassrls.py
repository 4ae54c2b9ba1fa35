"""app-role-bypassrls: the application connects as a role that its platform exempts."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.runtime_roles import Evidence, speaks_of
from rlslint.access.serving import in_words, protected_tables
from rlslint.config import Severity
from rlslint.config.platforms import BYPASSRLS
from rlslint.files.connections import Connection
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import is_inside_only, is_open_to_outside
from rlslint.project.questions.exempt_connections import (
    Exemption,
    exemption,
    is_only_one,
    is_told_before,
    serves_requests,
)
from rlslint.project.questions.ordinary_roles import connect_as_another
from rlslint.rules.registry import rule


@rule
def app_role_bypassrls(connection: Connection, project: Project) -> Iterator[Finding]:
    if connection.is_open or not project.uses_row_security:
        return
    if not serves_requests(connection, project):
        return
    if is_told_before(connection, project):
        return
    if is_open_to_outside(connection.role, project):
        return
    found = exemption(connection, project)
    if found is not None and found.escape == BYPASSRLS:
        yield from _findings(connection, found, project)


def _serves_beside_an_api(connection: Connection, project: Project) -> bool:
    """Tell whether policies are written for the callers of the platform's API."""
    platform = connection.platform
    by_platform = project.runtime.evidence is Evidence.platform
    return by_platform and platform is not None and speaks_of(project.catalog, platform)


def _findings(connection: Connection, found: Exemption, project: Project) -> Iterator[Finding]:
    tables = protected_tables(project.catalog)
    if not tables:
        return
    role = connection.role
    does = "gets past every policy" if found.certain else "may get past every policy"
    severity, tail = None if found.certain else Severity.warning, ""
    if connection.development and found.certain and is_only_one(connection, project):
        severity, tail = Severity.warning, ""
    elif connection.development:
        severity, tail = Severity.info, "; an info, for the connection is for development or tests"
    elif is_inside_only(role, project):
        severity, tail = Severity.info, "; an info, for no route from outside leads to it"
    elif _serves_beside_an_api(connection, project):
        severity, tail = Severity.warning, "; a warning, for an API serves requests as well"
    yield Finding(
        object=connection.source or role,
        message=f"the application {does} to the rows of all tenants in {in_words(tables)}, forced "
        f"row security or not, because it connects as {role}: {found.because}{tail}",
        span=connection.span,
        label="has BYPASSRLS" if found.certain else "may have BYPASSRLS",
        help=connect_as_another(project, found.remedy),
        related=also_shown(*project.ways_in(role)),
        severity=severity,
        confidence=found.confidence,
    )
