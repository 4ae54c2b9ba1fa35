"""Whether the application's roles may own its tables."""

from __future__ import annotations

from enum import Enum

from rlslint import NamedTuple
from rlslint.access import inherited_roles, is_declared
from rlslint.access.runtime_roles import Evidence, RuntimeRoles
from rlslint.catalog import Catalog
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import MIGRATION_ROLE, Membership
from rlslint.text import CatalogText, StatementPlace


class Answer(Enum):
    """An answer that evidence gives: certain, or open where it does not reach far enough."""

    yes = "yes"
    no = "no"
    maybe = "maybe"


class Ownership(NamedTuple):
    """Whether a role owns a relation. `because` is a clause for messages, "" where it is plain."""

    answer: Answer
    because: str

    def __bool__(self) -> bool:
        raise TypeError("an Ownership may be yes, no or maybe: compare its answer")


def owns(catalog: Catalog, runtime: RuntimeRoles, role: str, relation: Relation) -> Ownership:
    """Tell whether a session of the runtime role `role` has the rights of the relation's owner.

    What the history makes belongs to the role that runs it. That is not `role` where the history
    makes `role`, or grants it what an owner has anyway.
    """
    owner = relation.owner
    if runtime.assumed:
        return Ownership(Answer.maybe, "nothing says who serves requests")
    if owner in inherited_roles(catalog, role):
        because = "" if owner == role else f"{role} inherits from {owner}"
        return Ownership(Answer.yes, because)
    if owner != MIGRATION_ROLE or runtime.evidence is Evidence.platform:
        return Ownership(Answer.no, "")
    if role in runtime.migrating:
        return Ownership(Answer.maybe, f"{role} is also the role that runs the migrations")
    roles = inherited_roles(catalog, role)
    migrating = sorted(roles & runtime.migrating)
    if migrating:
        because = f"{role} inherits from {migrating[0]}, which runs the migrations"
        return Ownership(Answer.yes, because)
    if runtime.migrating or is_declared(catalog, role) or roles & runtime.grantees:
        return Ownership(Answer.no, "")
    return Ownership(
        Answer.maybe,
        f"the migrations grant {role} nothing, so it may be the role that runs them",
    )


def owning_membership(
    catalog: Catalog, runtime: RuntimeRoles, role: str, relation: Relation
) -> Membership | None:
    """Return the membership by which `role` has the rights of the owner of a relation.

    It is one of the role's own, though the owner may be further away. None where the role owns
    the relation itself, or has the rights of its owner only after SET ROLE, or not at all.
    """
    member, owner = catalog.roles.get(role), relation.owner
    if member is None or owner == role:
        return None
    migrating = runtime.migrating if owner == MIGRATION_ROLE else frozenset()
    if role in migrating:
        return None
    for membership in member.memberships.values():
        if not membership.inherit:
            continue
        inherited = inherited_roles(catalog, membership.role.name)
        if owner in inherited or inherited & migrating:
            return membership
    return None


def forced_tables(catalog: Catalog) -> dict[Relation, tuple[Relation, ...]]:
    """Return the tables whose row security is forced, by the first of those with one cause.

    The cause is where they became their owner's. All that the role owns that runs the migrations
    has one cause, the choice of that role, and so has what a role owns in a schema of a server.
    """
    found: dict[tuple[str, StatementPlace | str | None], list[Relation]] = {}
    relations = (*catalog.relations.known(), *catalog.unknown_relations.values())
    for relation in sorted(relations, key=str):
        if not all(relation.knows(fact) for fact in ("rls_enabled", "rls_forced", "owner")):
            continue
        if relation.rls_enabled and relation.rls_forced:
            found.setdefault((relation.owner, _owned_since(relation)), []).append(relation)
    return {tables[0]: tuple(tables) for tables in found.values()}


def _owned_since(relation: Relation) -> StatementPlace | str | None:
    statement = relation.because("owner")
    if statement is None or relation.owner == MIGRATION_ROLE:
        return None
    return relation.schema if isinstance(statement.text, CatalogText) else statement.place
