"""Which tables without row security the application, or whoever calls an API, gets at."""

from __future__ import annotations

from rlslint.access import is_probably_superuser, is_superuser
from rlslint.access.exposure import Exposure, exposure
from rlslint.access.gaps import Gap, gap_of
from rlslint.catalog.model import Relation, Table
from rlslint.config import Confidence
from rlslint.project.project import Project


def tenants_exposed(table: Table, project: Project) -> Exposure | None:
    """Return who gets at a table of tenants that should have row security and lacks it.

    None where the table is no such table. Raises UnknownFact where that cannot be told.
    """
    return project.ask(_tenants_exposed, table)


def _tenants_exposed(project: Project, table: Table) -> Exposure | None:
    if table.temporary or project.is_shared(table) or gap_of(table) is not Gap.plain:
        return None
    return exposed_by_grants(table, project) if project.tenant_columns(table) else None


def exposed_by_grants(table: Relation, project: Project) -> Exposure | None:
    """Return who gets at a table; where only names tell of tenants, it takes a grant to a role."""
    exposed = project.exposure(table)
    if exposed is None or not goes_by_names(project):
        return exposed
    # With superusers alone, or nobody that anything is granted to, nobody keeps tenants apart here.
    catalog = project.catalog
    unbound = all(
        is_superuser(catalog, r) or is_probably_superuser(catalog, r) for r in exposed.roles
    )
    return None if exposed.confidence is not None or unbound else exposed


def goes_by_names(project: Project) -> bool:
    """Tell whether nothing but the names of columns says that there are tenants."""
    return not project.uses_row_security and not project.config.tenant_columns


def exposure_to_api(relation: Relation, project: Project) -> Exposure | None:
    """Return how the roles of an API reach a relation that it shows, None where they do not."""
    roles = project.api_roles
    if not roles or not project.is_exposed(relation.schema):
        return None
    opened = exposure(project.catalog, project.runtime._replace(names=roles), relation)
    # What an API's role perhaps owns is no privilege that anybody has given it.
    return None if opened is None or opened.confidence is Confidence.medium else opened
