"""From a route to the row: where traffic comes in, who connects behind it, and what they read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access.effective import Extent
from rlslint.files.connections import Connection
from rlslint.files.deployment import Route
from rlslint.project.matrix import matrix_of
from rlslint.project.project import Project
from rlslint.project.questions.exempt_connections import exemption


class Reach(NamedTuple):
    """What a connection behind a route gets at.

    `extents` counts the tables by how many of their rows SELECT shows. `exempt` says why no policy
    binds the role, "" where one may.
    """

    connection: Connection
    extents: dict[Extent, int]
    exempt: str


class TracedRoute(NamedTuple):
    """A route and what is behind it; `because` says why it ends before a database."""

    route: Route
    reaches: tuple[Reach, ...]
    because: str


def traced_routes(project: Project) -> Iterator[TracedRoute]:
    """Yield each route from outside, with the connections of the workload that it gets to."""
    for route in project.deployment.routes:
        if route.because:
            yield TracedRoute(route, (), route.because)
            continue
        behind = [one for one in project.connections if route.leads_to(one)]
        reaches = tuple(project.ask(_reach, connection) for connection in behind)
        because = "" if behind else f"nothing tells as whom {route.workload_name} connects"
        yield TracedRoute(route, reaches, because)


def _reach(project: Project, connection: Connection) -> Reach:
    matrix = matrix_of(project)
    counted = Counter(
        matrix.rows(connection.role, table, "select").extent for table in matrix.tables
    )
    found = exemption(connection, project)
    exempt = found.because if found is not None and found.certain else ""
    return Reach(connection, dict(counted), exempt)
