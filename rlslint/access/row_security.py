"""Which policies PostgreSQL applies to what a role does with a table, and who escapes them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from rlslint.access.roles import (
    has_bypassrls,
    inherited_roles,
    is_probably_superuser,
    is_superuser,
)
from rlslint.catalog.answers import remembered
from rlslint.catalog.model import Catalog, Policy, Relation
from rlslint.catalog.predicates import Clause
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


class Operation(Enum):
    """What can be done to rows, told apart as the policies are that PostgreSQL applies.

    An UPDATE or DELETE reads where it has a WHERE or RETURNING clause or uses a column in SET,
    which is nearly always; an INSERT where it has RETURNING or an ON CONFLICT target.
    """

    select = "SELECT"
    select_for_update = "SELECT FOR UPDATE"
    insert = "INSERT"
    insert_reading = "INSERT … RETURNING"
    insert_or_update = "INSERT … ON CONFLICT DO UPDATE"
    update = "UPDATE"
    update_blindly = "UPDATE without reading a column"
    delete = "DELETE"
    delete_blindly = "DELETE without reading a column"


class AppliedClause(NamedTuple):
    """A clause and the policy that contributes it."""

    policy: Policy
    clause: Clause


class RowCondition(NamedTuple):
    """What the policies for one command demand of a row.

    At least one of `permissive` and all of `restrictive` must be true; so no row passes where
    there is no permissive clause. `command` says whose policies they are.
    """

    command: str
    permissive: tuple[AppliedClause, ...]
    restrictive: tuple[AppliedClause, ...]


class EffectivePolicy(NamedTuple):
    """All that row security demands of an operation of a role on a table.

    Rows that are there must meet all conditions of `existing`, or else they are passed over (an
    INSERT … ON CONFLICT DO UPDATE fails); rows that the operation writes must meet all of `new`,
    or else it fails. `active` is False where nothing is demanded, because row security is off or
    the role bypasses it; `existing` and `new` then tell what would be.
    """

    role: str
    relation: Relation
    operation: Operation
    active: bool
    existing: tuple[RowCondition, ...]
    new: tuple[RowCondition, ...]


# Manual: CREATE POLICY, the table "Policies Applied by Command Type". Where an operation reads,
# the policies for SELECT apply to the rows that it found and to those that it leaves behind.
EXISTING: dict[Operation, tuple[str, ...]] = {
    Operation.select: ("select",),
    Operation.select_for_update: ("select", "update"),
    Operation.insert_or_update: ("select", "update"),
    Operation.update: ("select", "update"),
    Operation.update_blindly: ("update",),
    Operation.delete: ("select", "delete"),
    Operation.delete_blindly: ("delete",),
}
CHECKED: dict[Operation, tuple[str, ...]] = {
    Operation.insert: ("insert",),
    Operation.insert_reading: ("insert",),
    Operation.insert_or_update: ("insert", "update"),
    Operation.update: ("update",),
    Operation.update_blindly: ("update",),
}
READ_BACK = frozenset((Operation.insert_reading, Operation.insert_or_update, Operation.update))


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
        if policy.covers(command) and any(name == PUBLIC or name in roles for name in policy.roles)
    ]
    return (
        tuple(policy for policy in policies if policy.permissive),
        tuple(policy for policy in policies if not policy.permissive),
    )


def effective_policy(
    catalog: Catalog, role: str, relation: Relation, operation: Operation
) -> EffectivePolicy:
    """Return what row security demands of an operation of `role` on `relation`."""

    def condition(command: str, *, checks_new_row: bool) -> RowCondition:
        permissive, restrictive = applicable_policies(catalog, relation, role, command)
        return RowCondition(
            command,
            tuple(_clauses(permissive, checks_new_row)),
            tuple(_clauses(restrictive, checks_new_row)),
        )

    existing = [condition(command, checks_new_row=False) for command in EXISTING.get(operation, ())]
    new = [condition(command, checks_new_row=True) for command in CHECKED.get(operation, ())]
    if operation in READ_BACK:
        new.append(condition("select", checks_new_row=False))
    active = row_security_active(catalog, role, relation)
    return EffectivePolicy(role, relation, operation, active, tuple(existing), tuple(new))


def _clauses(policies: tuple[Policy, ...], checks_new_row: bool) -> Iterator[AppliedClause]:
    # A policy without the clause in question contributes nothing: a permissive one lets no row
    # pass, a restrictive one stops none (src/backend/rewrite/rowsecurity.c).
    for policy in policies:
        clause = policy.effective_check if checks_new_row else policy.using
        if clause is not None:
            yield AppliedClause(policy, clause)


def _bypass_of_owner(role: str, relation: Relation) -> Bypass:
    if role == relation.owner:
        reason = f"owns {relation}, whose row security is not forced"
    else:
        reason = f"inherits from {relation.owner}, the owner of {relation}, and "
        reason += "the row security of the table is not forced"
    return Bypass(Escape.owner, reason, True, relation.because("owner"))
