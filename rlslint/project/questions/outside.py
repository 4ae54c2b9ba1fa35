"""Which connections requests from outside are served over, and which no policy binds."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access import has_bypassrls, is_superuser
from rlslint.access.runtime_roles import Evidence, speaks_of
from rlslint.access.serving import protected_tables
from rlslint.catalog.model import Relation
from rlslint.config import Confidence
from rlslint.files.connections import Connection
from rlslint.files.deployment import Route
from rlslint.project.project import Project
from rlslint.project.questions.exempt_connections import exemption
from rlslint.project.questions.unforced import unforced


class Unbound(NamedTuple):
    """Why no policy of `tables` binds the role of a connection; `because` continues a sentence.

    `owned` is True where it is only their owner, which FORCE would bind. `is_by_platform` is True
    where the platform's API serves requests beside it. `confidence` is None where the card's holds.
    """

    because: str
    tables: tuple[Relation, ...]
    owned: bool = False
    is_by_platform: bool = False
    confidence: Confidence | None = None


def ways_from_outside(project: Project) -> tuple[tuple[Route, Connection], ...]:
    """Return the routes from outside with the connections that they lead to.

    Stages before production let nobody in who matters.
    """
    return project.ask(_ways)


def _ways(project: Project) -> tuple[tuple[Route, Connection], ...]:
    return tuple(
        (route, connection)
        for route in project.deployment.routes
        if not route.development or route.workload.startswith("services.")
        for connection in project.connections
        if not connection.development and route.leads_to(connection)
    )


def unbound(connection: Connection, project: Project) -> Unbound | None:
    """Return why no policy binds what is answered over a connection, None where one may."""
    role, catalog = connection.role, project.catalog
    tables = protected_tables(catalog)
    if not tables or not role:
        return None
    if is_superuser(catalog, role):
        return Unbound("the migrations make it a superuser", tables)
    if has_bypassrls(catalog, role):
        return Unbound("the migrations give it BYPASSRLS", tables)
    found = exemption(connection, project)
    if found is not None:
        by_platform = connection.platform is not None and _serves_beside_an_api(connection, project)
        return (
            Unbound(found.because, tables, False, by_platform, found.confidence)
            if found.certain
            else None
        )
    owned = tuple(table for table in tables if _is_owned_unforced(table, role, project))
    if not owned:
        return None
    which = "them" if len(owned) > 1 else "it"
    return Unbound(f"it owns {which}, and row security is not forced", owned, True)


def _serves_beside_an_api(connection: Connection, project: Project) -> bool:
    platform = connection.platform
    by_platform = project.runtime.evidence is Evidence.platform
    return by_platform and platform is not None and speaks_of(project.catalog, platform)


def _is_owned_unforced(table: Relation, role: str, project: Project) -> bool:
    found = unforced(table, project)
    return found is not None and found.role == role and found.is_certain and found.change is None


def inside_roles(project: Project) -> frozenset[str]:
    """Return the roles to which no route leads, though some lead to others.

    A route of which nothing says where it leads may lead anywhere.
    """
    deployment = project.deployment
    reached = {connection.role for _, connection in ways_from_outside(project)}
    if not reached or any(route.leads_anywhere for route in deployment.routes):
        return frozenset()
    inside, elsewhere = set[str](), set[str]()
    for connection in project.connections:
        if connection.connects and not (connection.development or connection.runs_migrations):
            is_placed = any(workload.has(connection) for workload in deployment.workloads)
            (inside if is_placed and not connection.is_open else elsewhere).add(connection.role)
    return frozenset(inside - elsewhere - reached)
