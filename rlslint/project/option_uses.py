"""What the configuration names of the database, beside the names that there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint import NamedTuple
from rlslint.access.data_roles import granted_roles
from rlslint.catalog import Catalog
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from rlslint.config.options import Config
from rlslint.config.platforms import PLATFORMS
from rlslint.project.project import Project
from rlslint.text import Span, Text


class KnownNames(NamedTuple):
    """The names that a project has of a kind; `are_all` is False where there may be others.

    `serving` are the roles that are granted rows.
    """

    known: frozenset[str]
    are_all: bool
    serving: frozenset[str] = frozenset()


class OptionUse(NamedTuple):
    """That an option names something, and which names of its kind there are."""

    option: str
    name: str
    span: Span
    names: KnownNames

    def __str__(self) -> str:
        return f"{self.option}: {self.name}"


def option_uses(config: Config, projects: Iterable[Project]) -> Iterator[OptionUse]:
    """Yield what a configuration file names, with the names that any of its databases has."""
    everything = tuple(projects)
    roles, tables, columns = _roles(everything), _tables(everything), _columns(everything)
    of_options = {"reference-tables": tables, "tenant-columns": columns}
    texts: dict[str, Text] = {}
    for one in config.named:
        place = one.place
        text = texts.setdefault(place.path, Text(place.path, place.source))
        span = Span(text, place.start, place.end)
        yield OptionUse(one.option, one.name, span, of_options.get(one.option, roles))


def _roles(projects: tuple[Project, ...]) -> KnownNames:
    found = {role for platform in PLATFORMS for role in platform.provided_roles}
    serving: set[str] = set()
    configured: set[str] = set()
    for project in projects:
        found |= {role.name for role in project.catalog.roles.values()}
        found |= {connection.role for connection in project.connections}
        found |= set(_owners(project.catalog))
        serving |= granted_roles(project.catalog, frozenset()).keys()
        configured |= set(project.config.owner_roles) | set(project.config.bypass_roles)
    known = frozenset(found - {"", MIGRATION_ROLE, PUBLIC})
    return KnownNames(known, True, frozenset(serving - configured))


def _owners(catalog: Catalog) -> Iterator[str]:
    return (one.owner for one in catalog.relations.known() if one.knows("owner"))


def _tables(projects: tuple[Project, ...]) -> KnownNames:
    found: set[str] = set()
    for project in projects:
        catalog = project.catalog
        for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
            found |= {relation.name, str(relation)}
    return KnownNames(frozenset(found), not any(p.catalog.relations.is_open for p in projects))


def _columns(projects: tuple[Project, ...]) -> KnownNames:
    tables = [table for project in projects for table in project.catalog.relations.known()]
    known = [table for table in tables if table.knows("columns")]
    names = frozenset(name for table in known for name in table.columns)
    is_open = any(project.catalog.relations.is_open for project in projects)
    return KnownNames(names, len(known) == len(tables) and not is_open)
