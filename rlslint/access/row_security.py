"""Which policies PostgreSQL applies to what a role does with a table, and who escapes them."""

from __future__ import annotations

from enum import Enum

from rlslint import NamedTuple
from rlslint.access.roles import (
    has_bypassrls,
    inherited_roles,
    is_probably_superuser,
    is_superuser,
)
from rlslint.catalog.answers import remembered
from rlslint.catalog.catalog import Catalog
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.text import Statement


class Escape(Enum):
    """Why row security does not apply to a role (manual: Row Security Policies)."""

    superuser = "superuser"
    bypassrls = "BYPASSRLS"
    owner = "owner"


class Bypass(NamedTuple):
    """That a role bypasses the row security of a table.

    `reason` completes a sentence that starts with the role ("owns public.docs, whose …").
    `certain` is False for the role that runs the migrations and for `postgres`, which are probably
    superusers. `statement` brought it about.
    """

    escape: Escape
    reason: str
    certain: bool
    statement: Statement | None


def bypass(catalog: Catalog, role: str, relation: Relation) -> Bypass | None:
    """Return why the row security of `relation` does not apply to `role`, None where it does.

    Does not ask whether row security is enabled. Membership passes on the owner's exemption,
    never SUPERUSER or BYPASSRLS (src/backend/utils/misc/rls.c, check_enable_rls).
    """
    known = catalog.roles.get(role)
    if is_superuser(catalog, role):
        because = known.because("superuser") if known is not None else None
        return Bypass(Escape.superuser, "is a superuser", True, because)
    if has_bypassrls(catalog, role):
        because = known.because("bypassrls") if known is not None else None
        return Bypass(Escape.bypassrls, "has BYPASSRLS", True, because)
    if relation.owner in inherited_roles(catalog, role) and not relation.rls_forced:
        return _bypass_of_owner(role, relation)
    if is_probably_superuser(catalog, role):
        return Bypass(Escape.superuser, "is probably a superuser", False, None)
    return None


def row_security_active(catalog: Catalog, role: str, relation: Relation) -> bool:
    """Tell whether policies filter what `role` does with `relation`.

    Says what PostgreSQL's row_security_active() says; probable superusers count as such.
    """
    return relation.rls_enabled and bypass(catalog, role, relation) is None


@remembered
def applicable_policies(
    catalog: Catalog, relation: Relation, role: str, command: str
) -> tuple[tuple[Policy, ...], tuple[Policy, ...]]:
    """Return the permissive and the restrictive policies for a command of `role`.

    `command` is select, insert, update or delete; policies for ALL take part in each.
    """
    roles = inherited_roles(catalog, role)
    policies = [
        policy
        for policy in relation.policies.values()
        if policy.covers(command) and (PUBLIC in policy.roles or not roles.isdisjoint(policy.roles))
    ]
    return (
        tuple(policy for policy in policies if policy.permissive),
        tuple(policy for policy in policies if not policy.permissive),
    )


def _bypass_of_owner(role: str, relation: Relation) -> Bypass:
    if role == relation.owner:
        reason = f"owns {relation}, whose row security is not forced"
    else:
        reason = f"inherits from {relation.owner}, the owner of {relation}, and "
        reason += "the row security of the table is not forced"
    return Bypass(Escape.owner, reason, True, relation.because("owner"))
