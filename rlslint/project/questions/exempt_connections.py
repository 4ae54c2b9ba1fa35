"""Connections of the application whose role no policy binds, for what platforms say of it."""

from __future__ import annotations

from pathlib import PurePath

from rlslint import NamedTuple, Pattern
from rlslint.access import (
    BOOTSTRAP_SUPERUSER,
    is_declared,
    is_probably_superuser,
    is_superuser,
)
from rlslint.access.runtime_roles import Evidence
from rlslint.catalog.answers import remembered
from rlslint.config import Confidence
from rlslint.config.platforms import SUPERUSER, console_role
from rlslint.files.connections import Connection
from rlslint.files.settings.development import is_compose, is_for_tests
from rlslint.project.project import Project

_IN_CLUSTER = Pattern(r"\.[\w-]+\.svc(?:\.cluster\.local)?\.?$")


class Exemption(NamedTuple):
    """Why policies do not bind the role of a connection.

    `escape` is the attribute, superuser or bypassrls; `certain` is False where it may be missing.
    `because` continues a sentence, `remedy` is a sentence without its end, "" where the platform
    has none of its own. `confidence` is None where the rule's own holds.
    """

    escape: str
    certain: bool
    because: str
    remedy: str
    confidence: Confidence | None


def serves_requests(connection: Connection, project: Project) -> bool:
    """Tell whether the application answers requests over a connection."""
    runtime, role = project.runtime, connection.role
    if not connection.connects or connection.runs_migrations:
        return False
    if runtime.evidence is Evidence.configuration and role not in runtime.names:
        return False
    if role in runtime.names and runtime.reason(role).evidence is Evidence.connections:
        return True
    return role not in runtime.bypassing and role not in project.config.owner_roles


def exemption(connection: Connection, project: Project) -> Exemption | None:
    """Return why no policy binds the role of a connection, None where nothing says so.

    What the history says of the role is the business of its statement.
    """
    role = connection.role
    known = project.catalog.roles.get(role)
    if role == BOOTSTRAP_SUPERUSER and is_superuser(project.catalog, role):
        return Exemption(SUPERUSER, True, "the migrations make it one", "", Confidence.medium)
    if known is not None and {"superuser", "bypassrls"} & known.statements.keys():
        return None
    made = next((c for c in project.connections if c.made_as and c.user == role), None)
    if made is not None:
        file = made.span.text.path
        remedy = f"take the attribute from the role in {file}"
        return Exemption(made.made_as, True, f"{file} makes it with that attribute", remedy, None)
    platform = connection.platform
    if platform is not None:
        console = console_role(platform, role)
        if console is None or (is_declared(project.catalog, role) and not console.names):
            return None
        unsure = Confidence.low if console.names else Confidence.medium
        return Exemption(
            console.escape,
            console.certain,
            console.because,
            console.remedy,
            None if console.certain else unsure,
        )
    if connection.superuser_evidence:
        return Exemption(SUPERUSER, True, connection.superuser_evidence, "", None)
    other = _evidence_elsewhere(connection, project)
    if other is not None:
        because = f"{other.superuser_evidence}, says {other.span.text.path}"
        if _is_of_another_deployment(connection, other):
            return Exemption(SUPERUSER, False, because, "", Confidence.medium)
        return Exemption(SUPERUSER, True, because, "", None)
    if is_probably_superuser(project.catalog, role):
        because = "the superuser of a server has this name unless told otherwise"
        return Exemption(SUPERUSER, True, because, "", Confidence.medium)
    return None


def is_of_the_server(role: str, project: Project) -> bool:
    """Tell whether what sets up the server of a deployment makes a role its superuser.

    Then FORCE binds it no more than a policy does: its connection is what has to change.
    """
    return role in project.ask(_superusers_of_servers) and not is_declared(project.catalog, role)


def _superusers_of_servers(project: Project) -> frozenset[str]:
    return frozenset(
        connection.role
        for connection in project.connections
        if connection.connects
        and not connection.development
        and (connection.superuser_evidence or _evidence_elsewhere(connection, project))
    )


def _evidence_elsewhere(connection: Connection, project: Project) -> Connection | None:
    """Return what another file makes a superuser of the role of a connection.

    A host without a dot is a service that such a file sets up, and so is one that Kubernetes names
    after its namespace.
    """
    host = _IN_CLUSTER().sub("", connection.host)
    if not host or "." in host.strip("[]") or connection.is_open:
        return None
    return next(
        (
            other
            for other in _of_superusers(project)
            if other.user == connection.user and f".{host}." in f".{other.source}"
        ),
        None,
    )


def _is_of_another_deployment(connection: Connection, other: Connection) -> bool:
    """Tell whether one is of Compose and one a manifest: their services share but their names."""
    name, beside = (PurePath(one.span.text.path).name for one in (connection, other))
    return is_compose(beside) and name.endswith((".yaml", ".yml")) and not is_compose(name)


@remembered
def _of_superusers(project: Project) -> tuple[Connection, ...]:
    """Return what sets up superusers without connecting; that of tests says nothing of others."""
    return tuple(
        connection
        for connection in project.connections
        if connection.superuser_evidence
        and not connection.connects
        and not is_for_tests(connection.span.text.path, "")
    )


def sets_up_a_server(project: Project) -> bool:
    """Tell whether files of the project make a server's superuser, which may run migrations."""
    return any(connection.superuser_evidence for connection in project.connections)


def is_in_database_of_application(connection: Connection, project: Project) -> bool:
    """Tell whether a connection leads into the database over which requests are served."""
    return bool(connection.database) and any(
        other.database == connection.database
        and other.host == connection.host
        and serves_requests(other, project)
        for other in project.connections
        if not other.product
    )


def is_only_one(connection: Connection, project: Project) -> bool:
    """Tell whether no connection of the application is as another role."""
    role = connection.role
    return not any(
        other.role not in ("", role) and serves_requests(other, project)
        for other in project.connections
    )


def is_told_before(connection: Connection, project: Project) -> bool:
    """Tell whether the same is said of another connection for development: once is enough."""
    role = connection.role
    for other in project.connections:
        if other is connection or not connection.development:
            return False
        if other.role == role and other.development and serves_requests(other, project):
            return True
    return False
