"""route-reaches-bypass-role: requests from outside get to a role that no policy binds."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import has_bypassrls, is_superuser
from rlslint.access.serving import in_words, protected_tables
from rlslint.config import Confidence, Severity
from rlslint.files.connections import Connection
from rlslint.files.deployment import Route
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.exempt_connections import exemption, serves_requests
from rlslint.rules.registry import rule


@rule
def route_reaches_bypass_role(route: Route, project: Project) -> Iterator[Finding]:
    is_stage = route.development and not route.workload.startswith("services.")
    if not project.uses_row_security or is_stage:
        return
    for connection in project.connections:
        is_meant = not connection.development and route.leads_to(connection)
        because = _because(connection, project) if is_meant else ""
        # Of what is known to serve requests, app-role-superuser and app-role-bypassrls tell.
        if because and not serves_requests(connection, project):
            yield _finding(route, connection, because, project)
            return


def _because(connection: Connection, project: Project) -> str:
    """Return why no policy binds the role of a connection, "" where nothing certain says so."""
    role = connection.role
    if is_superuser(project.catalog, role):
        return "the migrations make it a superuser"
    if has_bypassrls(project.catalog, role):
        return "the migrations give it BYPASSRLS"
    found = exemption(connection, project) if connection.platform is not None else None
    return found.because if found is not None and found.certain else ""


def _finding(route: Route, connection: Connection, because: str, project: Project) -> Finding:
    role, tables = connection.role, protected_tables(project.catalog)
    is_set_aside = role in project.config.bypass_roles
    return Finding(
        object=route.workload_name,
        message=f"requests from outside are served as {role}, which no policy of "
        f"{in_words(tables)} binds ({because}): {route.how} leads to "
        f"{route.workload_name}",
        span=route.span,
        label="lets in traffic from outside",
        help=f"let this workload connect as a role that policies bind, and keep {role} for work "
        "that nothing outside reaches",
        related=also_shown((connection.span, f"it connects as {role} here")),
        severity=Severity.error if is_set_aside else None,
        confidence=None if is_set_aside else Confidence.medium,
    )
