"""default-privileges-wrong-creator: they are for what one role makes, and another makes tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access import spoken
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.serving import in_words
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import MIGRATION_ROLE, DefaultPrivilege
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.defaults import served_by
from rlslint.project.questions.view_exposure import owner_name
from rlslint.project.subjects import DefaultGrants
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier
from rlslint.text import CatalogText

_MOST_SHOWN = 10


@rule
def default_privileges_wrong_creator(grants: DefaultGrants, project: Project) -> Iterator[Finding]:
    roles = tuple(role for role in served_by(grants, project) if role in project.runtime.names)
    if not roles:
        return
    later = [table for table in _made_after(grants, project) if _is_meant(table, grants)]
    # Where they serve the tables of some creator, others keep theirs to themselves.
    if any(table.owner in {one.creator for one in grants.given} for table in later):
        return
    missed = [
        table
        for table in later
        if _is_another(table.owner, grants.given[0].creator, project)
        and not any(_holds(role, table, grants, project) for role in roles)
    ]
    if missed:
        yield _finding(grants, roles, missed, project)


def _made_after(grants: DefaultGrants, project: Project) -> Iterator[Relation]:
    """Yield the tables that were made after the statement and still belong to their creator.

    A server tells neither what came first nor who made what.
    """
    is_shown = isinstance(grants.statement.text, CatalogText)
    for table in project.catalog.tables():
        made = table.created
        if made is None or not table.knows("owner"):
            continue
        given_away = "owner" in table.statements
        if not is_shown and (given_away or made.number <= grants.statement.number):
            continue
        if not table.temporary and table.partition_of is None:
            yield table


def _is_meant(table: Relation, grants: DefaultGrants) -> bool:
    return any(one.schema in ("", table.schema) for one in grants.given)


def _is_another(owner: str, creator: str, project: Project) -> bool:
    """Tell whether two roles are certainly two: what runs the migrations has a name as well."""
    if owner == creator or MIGRATION_ROLE not in (owner, creator):
        return owner != creator
    named = owner if creator == MIGRATION_ROLE else creator
    migrating = project.runtime.migrating
    # What SET ROLE makes another role do, nobody writes for the role that runs them.
    return named not in migrating and (bool(migrating) or creator == MIGRATION_ROLE)


def _holds(role: str, table: Relation, grants: DefaultGrants, project: Project) -> bool:
    return any(
        has_any_column_privilege(project.catalog, role, table, one.privilege)
        for one in grants.given
    )


def _finding(
    grants: DefaultGrants, roles: tuple[str, ...], missed: Sequence[Relation], project: Project
) -> Finding:
    first, given = missed[0], grants.given
    places = ((one.created, f"{one.owner} makes a table") for one in missed[:_MOST_SHOWN])
    return Finding(
        object=str(first),
        message=f"{spoken(roles)} may not use {in_words(missed)}, because these default privileges "
        f"are for what {owner_name(given[0].creator, project)} makes, and {first.owner} makes the "
        "tables",
        span=shown(grants.statement),
        label=f"is not for what {first.owner} makes",
        help=_remedy(first, given),
        related=also_shown(*places),
        confidence=Confidence.medium,
    )


def _remedy(first: Relation, given: Sequence[DefaultPrivilege]) -> str:
    """Return what the creator of the tables has to run, for nobody else may."""
    words = ", ".join(dict.fromkeys(one.privilege.upper() for one in given))
    within = f" IN SCHEMA {quoted_identifier(given[0].schema)}" if given[0].schema else ""
    return (
        f"run it with FOR ROLE {quoted_identifier(first.owner)}{within}, as that role or a member "
        f"of it, and grant {words} on the tables that are there"
    )
