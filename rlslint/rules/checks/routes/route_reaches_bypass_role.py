"""route-reaches-bypass-role: requests from outside get to a role that no policy binds."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.serving import in_words
from rlslint.config import Severity
from rlslint.files.connections import Connection
from rlslint.files.deployment import Route
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.exempt_connections import serves_requests
from rlslint.project.questions.ordinary_roles import connect_as_another
from rlslint.project.questions.outside import Unbound, unbound, ways_from_outside
from rlslint.project.questions.remedies import forcing
from rlslint.rules.registry import rule

_MOST_TABLES = 10


@rule
def route_reaches_bypass_role(route: Route, project: Project) -> Iterator[Finding]:
    if not project.uses_row_security:
        return
    ways = ways_from_outside(project)
    for other, connection in ways:
        found = unbound(connection, project) if other == route else None
        if found is not None:
            if not _is_told_before(route, connection, ways):
                yield _finding(route, connection, found, project)
            return


def _is_told_before(
    route: Route, connection: Connection, ways: tuple[tuple[Route, Connection], ...]
) -> bool:
    """Tell whether another rule of the same entrance leads there: once is enough."""
    path, how = route.span.text.path, route.how
    first = next(
        other
        for other, reached in ways
        if reached is connection and (other.span.text.path, other.how) == (path, how)
    )
    return first != route


def _finding(route: Route, connection: Connection, found: Unbound, project: Project) -> Finding:
    role, name = connection.role, route.workload_name
    is_doubtful = found.is_by_platform or not serves_requests(connection, project)
    is_set_aside = role in project.config.bypass_roles
    if found.owned and len(found.tables) <= _MOST_TABLES:
        help = "\n".join(forcing(table, project) for table in found.tables)
    else:
        help = connect_as_another(project, f"{role} is for work that nothing outside reaches")
    return Finding(
        object=name,
        message=f"requests from outside are served as {role}, which no policy of "
        f"{in_words(found.tables)} binds ({found.because}): {route.how} leads to {name}",
        span=route.span,
        label="lets in traffic from outside",
        help=help,
        related=also_shown(
            (connection.span, f"{name} connects as {role} here"),
            (route.service, "this Service is on the way"),
        ),
        severity=Severity.warning if is_doubtful and not is_set_aside else None,
        confidence=found.confidence,
    )
