"""Why a role gets at rows of a table, step by step in PostgreSQL's order.

Steps are values: the words for them stand in `reports.access_words`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from rlslint import NamedTuple
from rlslint.access import inherited_roles, is_probably_superuser, is_superuser
from rlslint.access.effective import (
    Extent,
    Ground,
    Rows,
    is_usage_assumed,
    rows_of,
)
from rlslint.access.privileges import PREDEFINED_ROLES, can_use_schema, has_any_column_privilege
from rlslint.access.reach import Bypass, bypass
from rlslint.access.refusals import Lack, asked, together
from rlslint.access.runtime_roles import RuntimeRoles
from rlslint.catalog import Catalog
from rlslint.catalog.answers import ask
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import PUBLIC, Grant, Membership
from rlslint.meaning.calls import inlined_predicate
from rlslint.meaning.context import ContextFunctions
from rlslint.meaning.deciding import Outcome
from rlslint.meaning.given import NOTHING_GIVEN, Given, outcomes
from rlslint.meaning.row_kinds import RowKind, row_kinds
from rlslint.meaning.simplifying import conjunction
from rlslint.sql.expressions import Constant, Expr

Chain = tuple[Membership, ...]
"""Memberships from a role to one that it has the rights of, none for itself."""


class GrantHeld(NamedTuple):
    """A grant and by which memberships a role has it."""

    grant: Grant
    chain: Chain


class PrivilegeStep(NamedTuple):
    """Whether a role holds the privilege for a command, and by what.

    `by` is superuser, owner (then `chain` leads to it) or predefined (a role such as
    pg_read_all_data), "" for `grants`. `columns` are the only ones that are granted. `out_of_reach`
    are grants that it would have only after SET ROLE.
    """

    held: bool
    by: str
    chain: Chain
    grants: tuple[GrantHeld, ...]
    columns: tuple[str, ...]
    out_of_reach: tuple[GrantHeld, ...]


class SchemaStep(NamedTuple):
    """Whether a role gets past the schema of a table; `grants` let it, `assumed` that some do."""

    held: bool
    assumed: bool
    grants: tuple[GrantHeld, ...]


class RowSecurityStep(NamedTuple):
    """Whether row security is on."""

    enabled: bool
    forced: bool


class ExemptionStep(NamedTuple):
    """Whether row security does not apply to a role; `chain` leads to the owner of the table."""

    owns: bool
    chain: Chain
    bypass: Bypass | None


class BranchTold(NamedTuple):
    """One way to meet a condition, and what it gives: None where nothing is given."""

    kind: RowKind
    outcomes: tuple[Outcome, ...] | None


class PolicyTold(NamedTuple):
    """A policy of the table, and what its clause gives for what is given.

    `applies` tells whether it is for the command and the role, `why_not` is "command" or "roles".
    `clause` is None where it demands nothing.
    """

    policy: Policy
    why_not: str
    clause: Clause | None
    branches: tuple[BranchTold, ...]
    outcomes: tuple[Outcome, ...] | None

    @property
    def applies(self) -> bool:
        return not self.why_not


class PoliciesStep(NamedTuple):
    """The policies that take part in one demand of a command.

    `demand` is "rows" (which are there), "new rows" (those that are written) or "reading" (what a
    statement with WHERE or RETURNING sees besides). Of the permissive ones one has to be met, of
    the others each.
    """

    demand: str
    command: str
    permissive: tuple[PolicyTold, ...]
    restrictive: tuple[PolicyTold, ...]


class AskedStep(NamedTuple):
    """What the policies ask, and the first of it that the role may not, None for nothing."""

    asked: tuple[Lack, ...]
    lack: Lack | None


class RefusedStep(NamedTuple):
    """That PostgreSQL refuses a command whoever gives it, by what decides that."""

    ground: Ground


class UnknownStep(NamedTuple):
    """That a step cannot be told, and why."""

    step: str
    gap: UnknownFact


Step = (
    PrivilegeStep
    | SchemaStep
    | RowSecurityStep
    | ExemptionStep
    | PoliciesStep
    | AskedStep
    | RefusedStep
    | UnknownStep
)


class Trace(NamedTuple):
    """The answer for a role, a table and a command, and the steps that lead to it."""

    role: str
    table: Relation
    command: str
    given: Given
    rows: Rows
    steps: tuple[Step, ...]


def trace(
    catalog: Catalog,
    runtime: RuntimeRoles,
    role: str,
    table: Relation,
    command: str,
    functions: ContextFunctions = frozenset(),
    given: Given = NOTHING_GIVEN,
) -> Trace:
    """Return why a role gets at rows of a table by a command, or does not.

    A step that stops the command, or that decides for all rows, is the last one.
    """
    rows = rows_of(catalog, runtime, role, table, command, functions)
    steps: list[Step] = []

    def add(name: str, find: Callable[[], Step]) -> bool:
        """Add a step; tell whether it is known."""
        try:
            steps.append(find())
        except UnknownFact as gap:
            steps.append(UnknownStep(name, gap))
            return False
        return True

    def policies(demand: str, of: str) -> Callable[[], Step]:
        return lambda: _policies(catalog, role, table, demand, of, functions, given)

    add("privilege", lambda: _privilege(catalog, role, table, command, rows.columns))
    stopped = isinstance(steps[-1], PrivilegeStep) and not steps[-1].held
    # One that perhaps owns the table goes on.
    if stopped and rows.extent is Extent.none:
        return Trace(role, table, command, given, rows, tuple(steps))
    add("schema", lambda: _schema(catalog, role, table))
    if isinstance(steps[-1], SchemaStep) and not steps[-1].held:
        return Trace(role, table, command, given, rows, tuple(steps))
    if rows.ground is Ground.not_changeable:
        return Trace(role, table, command, given, rows, (*steps, RefusedStep(rows.ground)))
    known = add("row security", lambda: RowSecurityStep(table.rls_enabled, table.rls_forced))
    if command == "truncate" or (known and not table.rls_enabled):
        return Trace(role, table, command, given, rows, tuple(steps))
    add("exemption", lambda: _exemption(catalog, role, table))
    last = steps[-1]
    if isinstance(last, ExemptionStep) and last.bypass is not None and last.bypass.certain:
        return Trace(role, table, command, given, rows, tuple(steps))
    if rows.ground is Ground.bypassrls:
        # What the platform or the configuration says decides, and no statement.
        return Trace(role, table, command, given, rows, tuple(steps))
    if command == "insert":
        add("policies", policies("new rows", "insert"))
    else:
        add("policies", policies("rows", command))
    if command == "update":
        add("policies", policies("new rows", "update"))
    if command in ("update", "delete"):
        add("policies", policies("reading", "select"))
    found = tuple(_asked(catalog, role, steps))
    if found or rows.lack is not None:
        steps.append(AskedStep(found, rows.lack))
    if rows.ground is Ground.recursion:
        steps.append(RefusedStep(rows.ground))
    return Trace(role, table, command, given, rows, tuple(steps))


def _privilege(
    catalog: Catalog, role: str, table: Relation, command: str, columns: tuple[str, ...]
) -> PrivilegeStep:
    chain = memberships_to(catalog, role, table.owner)
    grants = tuple(_held(catalog, role, table, command, "inherit"))
    if is_superuser(catalog, role) or (
        is_probably_superuser(catalog, role) and chain is None and not grants
    ):
        return PrivilegeStep(True, "superuser", (), (), (), ())
    if chain is not None:
        return PrivilegeStep(True, "owner", chain, grants, (), ())
    held = has_any_column_privilege(catalog, role, table, command)
    if held and not grants:
        reader = PREDEFINED_ROLES.get(command, "")
        there = memberships_to(catalog, role, reader) if reader else None
        return PrivilegeStep(True, "predefined", there or (), (), columns, ())
    behind = () if held else tuple(_held(catalog, role, table, command, "set"))
    return PrivilegeStep(held, "", (), grants, columns, behind)


def _held(
    catalog: Catalog, role: str, table: Relation, privilege: str, option: str
) -> list[GrantHeld]:
    found = []
    for grant in table.grants.known():
        if grant.privilege == privilege:
            chain = memberships_to(catalog, role, grant.grantee, option)
            if grant.grantee == PUBLIC or chain is not None:
                found.append(GrantHeld(grant, chain or ()))
    return found


def memberships_to(
    catalog: Catalog, role: str, target: str, option: str = "inherit"
) -> Chain | None:
    """Return the shortest way by memberships with an option to a role, None without one."""
    if role == target:
        return ()
    waiting: deque[tuple[str, Chain]] = deque([(role, ())])
    seen = {role}
    while waiting:
        name, chain = waiting.popleft()
        known = catalog.roles.get(name)
        for membership in known.memberships.known() if known is not None else ():
            above = membership.role.name
            if not getattr(membership, option) or above in seen:
                continue
            further = (*chain, membership)
            if above == target:
                return further
            seen.add(above)
            waiting.append((above, further))
    return None


def _schema(catalog: Catalog, role: str, table: Relation) -> SchemaStep:
    held = can_use_schema(catalog, role, table.schema)
    schema = catalog.schemas.get(table.schema)
    grants = [
        GrantHeld(grant, chain or ())
        for grant in (schema.grants.known() if schema is not None else ())
        if grant.privilege == "usage"
        and (
            (chain := memberships_to(catalog, role, grant.grantee)) is not None
            or grant.grantee == PUBLIC
        )
    ]
    return SchemaStep(held, is_usage_assumed(catalog, role, table.schema), tuple(grants))


def _exemption(catalog: Catalog, role: str, table: Relation) -> ExemptionStep:
    chain = memberships_to(catalog, role, table.owner)
    return ExemptionStep(chain is not None, chain or (), bypass(catalog, role, table))


def _policies(
    catalog: Catalog,
    role: str,
    table: Relation,
    demand: str,
    command: str,
    functions: ContextFunctions,
    given: Given,
) -> PoliciesStep:
    roles = inherited_roles(catalog, role)
    filled = frozenset(
        [c.number for c in table.columns.values() if c.knows("not_null") and c.not_null]
    )
    told = []
    for policy in table.policies.values():
        why_not = ""
        if not policy.covers(command):
            why_not = "command"
        elif PUBLIC not in policy.roles and roles.isdisjoint(policy.roles):
            why_not = "roles"
        clause = policy.effective_check if demand == "new rows" else policy.using
        branches: tuple[BranchTold, ...] = ()
        whole: tuple[Outcome, ...] | None = None
        if clause is not None and not why_not:
            inlined = ask(inlined_predicate, clause.expression, catalog).expression
            whole = _outcomes((inlined,), given, filled, functions)
            # Where all of it takes too long, its parts would together.
            told_apart = given if whole is not None else NOTHING_GIVEN
            branches = tuple(
                BranchTold(kind, _outcomes(kind.conjuncts, told_apart, filled, functions))
                for kind in row_kinds(inlined, functions)
            )
        told.append(PolicyTold(policy, why_not, clause, branches, whole))
    permissive = tuple(one for one in told if one.policy.permissive)
    restrictive = tuple(one for one in told if not one.policy.permissive)
    return PoliciesStep(demand, command, permissive, restrictive)


def _asked(catalog: Catalog, role: str, steps: Iterable[Step]) -> Iterable[Lack]:
    """Return what the policies of a command ask, those for reading left aside, each once."""
    found: dict[Lack, None] = {}
    for step in steps:
        if isinstance(step, PoliciesStep) and step.demand != "reading":
            admitting, limiting = (
                tuple(one.clause.expression for one in some if one.applies and one.clause)
                for some in (step.permissive, step.restrictive)
            )
            if admitting:
                found |= dict.fromkeys(asked(catalog, role, role, together(admitting, limiting)))
    return found


def _outcomes(
    conjuncts: tuple[Expr, ...], given: Given, filled: frozenset[int], functions: ContextFunctions
) -> tuple[Outcome, ...] | None:
    """Return what conditions give together for what is given, None where nothing is."""
    if not (given.row or given.is_session):
        return None
    whole = conjunction(conjuncts, -1) if conjuncts else Constant(True)
    return outcomes(whole, given, filled, functions)
