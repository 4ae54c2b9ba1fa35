"""The effective policy: which rows of a table a role gets at by a command, and what decides it.

Steps come in PostgreSQL's order: privilege, schema, row security, who is exempt from it, policies.
Tables of equal owners, grants, flags and policies share their answers. What other relations and
functions give beside the table itself is asked in `ways`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from itertools import chain

from rlslint import NamedTuple
from rlslint.access import ASSUMED_ROLE, inherited_roles, is_declared, is_probably_superuser
from rlslint.access.mutual_recursion import mutual_recursion
from rlslint.access.ownership import Answer, owns
from rlslint.access.privileges import (
    can_use_schema,
    governs_schemas,
    grants_to,
    has_any_column_privilege,
    has_privilege,
)
from rlslint.access.reach import Escape, applicable_policies, bypass
from rlslint.access.recursion import NOTICED_BY_REWRITER, recursion
from rlslint.access.refusals import Lack, lacks, together, without_called
from rlslint.access.runtime_roles import RuntimeRoles
from rlslint.catalog import Catalog
from rlslint.catalog.answers import ask, remembered
from rlslint.catalog.facts import GivenUp, UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from rlslint.meaning.bounds import unbounded_branches
from rlslint.meaning.calls import inlined_predicate
from rlslint.meaning.context import ContextFunctions, own_columns
from rlslint.meaning.deciding import can_be_true, is_always_true
from rlslint.sql.expressions import And, Expr

COMMANDS = ("select", "insert", "update", "delete", "truncate")
"""What reads or changes rows. Policies say nothing of TRUNCATE, which asks for a privilege only."""


class Extent(Enum):
    """How many of a table's rows a command of a role gets at.

    `own` are the rows that a condition ties to the caller, `some` those that conditions pick of
    which one at least does not.
    """

    none = "none"
    own = "own"
    some = "some"
    every = "every"
    unknown = "unknown"


class Ground(Enum):
    """What decides how many rows these are."""

    no_privilege = "no privilege"
    no_usage = "no USAGE on the schema"
    not_changeable = "a materialized view is not changed"
    not_applied = "TRUNCATE asks no policy"
    off = "row security is not enabled"
    superuser = "superuser"
    bypassrls = "BYPASSRLS"
    owner = "owner without FORCE"
    no_policy = "no policy"
    policies = "policies"
    recursion = "policies that ask each other for ever"
    refused = "no privilege for what policies ask"
    unknown = "unknown"


_GROUNDS = {
    Escape.superuser: Ground.superuser,
    Escape.bypassrls: Ground.bypassrls,
    Escape.owner: Ground.owner,
}


class Rows(NamedTuple):
    """Which rows a role gets at by a command.

    A row has to meet one of the clauses `permissive` and all of `restrictive`, those of one table
    that stands for all alike; `condition` is that as one expression, helpers inlined. For INSERT
    these are the rows that may be added; `leaves` are those that UPDATE may leave behind and
    `reads` those that a statement sees with WHERE or RETURNING, where they are others. `columns`
    are the only ones that are granted, none where all are. `doubts` say what the answer takes for
    granted. `gap` is what is not known, `because` the same in words where it is no fact. `lack` is
    what the policies ask and the role may not, for which PostgreSQL refuses the command.
    """

    extent: Extent
    ground: Ground
    permissive: tuple[Clause, ...] = ()
    restrictive: tuple[Clause, ...] = ()
    condition: Expr | None = None
    columns: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    gap: UnknownFact | None = None
    because: str = ""
    leaves: Rows | None = None
    reads: Rows | None = None
    lack: Lack | None = None


NO_SUPERUSER = "it is no superuser"
"""The doubt about a role that policies bind unless it is one, which nothing rules out."""


def rows_of(
    catalog: Catalog,
    runtime: RuntimeRoles,
    role: str,
    relation: Relation,
    command: str,
    functions: ContextFunctions = frozenset(),
    caller: str = "",
    *,
    is_named: bool = True,
) -> Rows:
    """Return which rows of a table a role gets at by a command that names the table.

    `caller` is the role of the session where it is another one: whoever queries a view of the role.
    Where a view names the table, its schema was entered when the view was made, and nobody asks for
    USAGE again (`is_named`).
    """
    table = representative(catalog, relation)
    return _rows(catalog, runtime, role, table, command, functions, caller or role, is_named)


@remembered
def representative(catalog: Catalog, relation: Relation) -> Relation:
    """Return the first table for which every question of access has the same answer."""
    try:
        key = _likeness(relation)
    except UnknownFact:
        return relation
    return _representatives(catalog).setdefault(key, relation)


@remembered
def _representatives(catalog: Catalog) -> dict[tuple[object, ...], Relation]:
    del catalog
    return {}


def _likeness(relation: Relation) -> tuple[object, ...]:
    policies = tuple(_terms(policy) for policy in relation.policies.values())
    clauses = (clause for policy in relation.policies.values() for clause in policy.clauses)
    used = frozenset[int]().union(*(own_columns(clause.expression) for clause in clauses))
    return (
        relation.owner,
        relation.schema,
        relation.kind,
        relation.rls_enabled,
        relation.rls_forced,
        frozenset((*key, grant.doubt) for key, grant in relation.grants.items()),
        policies,
        _filled(relation) & used,
        tuple(relation.columns) if any(column for _, _, column in relation.grants) else None,
    )


def _terms(policy: Policy) -> tuple[object, ...]:
    predicates = (clause and clause.predicate for clause in (policy.using, policy.check))
    return policy.permissive, policy.command, policy.roles, *predicates


def _filled(relation: Relation) -> frozenset[int]:
    """Return the attribute numbers of the columns that certainly hold no NULL."""
    columns = relation.columns.values() if relation.knows("columns") else ()
    return frozenset([c.number for c in columns if c.knows("not_null") and c.not_null])


@remembered
def _rows(
    catalog: Catalog,
    runtime: RuntimeRoles,
    role: str,
    relation: Relation,
    command: str,
    functions: ContextFunctions,
    caller: str,
    is_named: bool,
) -> Rows:
    try:
        return _decided(catalog, runtime, role, relation, command, functions, caller, is_named)
    except UnknownFact as gap:
        return Rows(Extent.unknown, Ground.unknown, gap=gap)


def _decided(
    catalog: Catalog,
    runtime: RuntimeRoles,
    role: str,
    relation: Relation,
    command: str,
    functions: ContextFunctions,
    caller: str,
    is_named: bool,
) -> Rows:
    owning = _perhaps_owning(catalog, runtime, role, relation)
    if owning:
        return _as_owner(catalog, role, relation, command, functions, owning)
    if not has_any_column_privilege(catalog, role, relation, command):
        return Rows(Extent.none, Ground.no_privilege)
    if is_named and not can_use_schema(catalog, role, relation.schema):
        return Rows(Extent.none, Ground.no_usage)
    if relation.is_materialized_view and command != "select":
        return Rows(Extent.none, Ground.not_changeable)
    doubts = tuple(_doubts(catalog, runtime, role, relation, command))
    if is_named and is_usage_assumed(catalog, role, relation.schema):
        doubts = (*doubts, f"USAGE on schema {relation.schema} is granted elsewhere")
    columns = _columns(catalog, role, relation, command)
    if not relation.rls_enabled:
        return Rows(Extent.every, Ground.off, columns=columns, doubts=doubts)
    escape = bypass(catalog, role, relation)
    if escape is not None:
        owner = relation.owner in inherited_roles(catalog, role)
        if escape.certain or not owner:
            ground = _GROUNDS[escape.escape]
            return Rows(Extent.every, ground, columns=columns, doubts=doubts)
    if role in runtime.bypassing and not is_declared(catalog, role):
        doubts = (*doubts, "the platform or the configuration is right")
        return Rows(Extent.every, Ground.bypassrls, columns=columns, doubts=doubts)
    if command == "truncate":
        return Rows(Extent.every, Ground.not_applied, doubts=doubts)
    found = _by_policies(catalog, role, relation, command, functions, caller)
    if found.extent is not Extent.none and _runs_in_circles(catalog, role, relation, command):
        return Rows(Extent.none, Ground.recursion, doubts=doubts)
    found = found._replace(columns=columns, doubts=(*doubts, *found.doubts))
    if command in ("update", "delete"):
        reads = _rows(catalog, runtime, role, relation, "select", functions, caller, is_named)
        if not _takes_in(reads, found):
            found = found._replace(reads=reads)
    return found


def _takes_in(reads: Rows, found: Rows) -> bool:
    """Tell whether what SELECT shows leaves out no row that a command gets at by its policies."""
    if reads.condition == found.condition and reads.extent is found.extent:
        return True
    if reads.gap is not None or reads.lack is not None or not {*reads.doubts} <= {*found.doubts}:
        return False
    if reads.extent is Extent.every or reads.condition is None or found.condition is None:
        return reads.extent is Extent.every
    return {*_conjuncts(reads.condition)} <= {*_conjuncts(found.condition)}


def _conjuncts(condition: Expr) -> tuple[Expr, ...]:
    return condition.arguments if isinstance(condition, And) else (condition,)


def _perhaps_owning(catalog: Catalog, runtime: RuntimeRoles, role: str, relation: Relation) -> str:
    """Return why a role has the rights of a table's owner beside what the catalog tells."""
    if role == ASSUMED_ROLE:
        return ""
    inherited = inherited_roles(catalog, role)
    if relation.owner in inherited:
        return ""
    if role in runtime.names:
        ownership = owns(catalog, runtime, role, relation)
        return ownership.because if ownership.answer is not Answer.no else ""
    if relation.owner == MIGRATION_ROLE and inherited & runtime.migrating:
        return f"{role} runs the migrations"
    return ""


def _as_owner(
    catalog: Catalog,
    role: str,
    relation: Relation,
    command: str,
    functions: ContextFunctions,
    owning: str,
) -> Rows:
    """Return what a role gets that owns a table if what is said of it is right."""
    doubts = (f"it owns the table, for {owning}",)
    if relation.is_materialized_view and command != "select":
        return Rows(Extent.none, Ground.not_changeable)
    if not relation.rls_enabled:
        return Rows(Extent.every, Ground.off, doubts=doubts)
    escape = bypass(catalog, role, relation)
    if escape is not None and escape.certain and escape.escape is not Escape.owner:
        return Rows(Extent.every, _GROUNDS[escape.escape], doubts=doubts)
    if not relation.rls_forced:
        return Rows(Extent.every, Ground.owner, doubts=doubts)
    if command == "truncate":
        return Rows(Extent.every, Ground.not_applied, doubts=doubts)
    return _by_policies(catalog, role, relation, command, functions, "")._replace(doubts=doubts)


def _doubts(
    catalog: Catalog, runtime: RuntimeRoles, role: str, relation: Relation, command: str
) -> list[str]:
    """Say what an answer takes for granted of a role that holds a privilege."""
    found = []
    if role == ASSUMED_ROLE and runtime.assumed:
        found.append("nothing says who serves requests")
    elif is_probably_superuser(catalog, role):
        if relation.owner not in inherited_roles(catalog, role):
            found.append("it is a superuser, as is probable")
        elif relation.rls_enabled and relation.rls_forced:
            found.append(NO_SUPERUSER)
    elif relation.owner not in inherited_roles(catalog, role):
        grants = grants_to(catalog, role, relation, command)
        given = {grant.doubt for grant in grants}
        if given and "" not in given:
            found.append(sorted(given)[0])
    return found


@remembered
def is_usage_assumed(catalog: Catalog, role: str, name: str) -> bool:
    """Tell whether a role gets past a schema only if somebody grants that who is not seen."""
    schema = catalog.schemas.get(name)
    if schema is None or name == PUBLIC or governs_schemas(catalog):
        return False
    if is_probably_superuser(catalog, role) or schema.owner in inherited_roles(catalog, role):
        return False
    return not any(
        privilege == "usage" and (grantee == PUBLIC or grantee in inherited_roles(catalog, role))
        for grantee, privilege, _ in schema.grants
    )


def _columns(catalog: Catalog, role: str, relation: Relation, command: str) -> tuple[str, ...]:
    """Return the columns that a role may use, none where it may use all."""
    if command in ("delete", "truncate") or has_privilege(catalog, role, relation, command):
        return ()
    return tuple(
        name for name in relation.columns if has_privilege(catalog, role, relation, command, name)
    )


def _by_policies(
    catalog: Catalog,
    role: str,
    relation: Relation,
    command: str,
    functions: ContextFunctions,
    caller: str,
) -> Rows:
    """Return what policies let pass; what they ask and `caller` may not is not known for ""."""
    permissive, restrictive = applicable_policies(catalog, relation, role, command)

    def demanded(clause_of: Callable[[Policy], Clause | None]) -> Rows:
        clauses = [[c for p in some if (c := clause_of(p)) is not None]
                   for some in (permissive, restrictive)]  # fmt: skip
        allowing, limiting = (tuple({c.predicate: c for c in some}.values()) for some in clauses)
        if not allowing:
            return Rows(Extent.none, Ground.no_policy)
        filled = _filled(relation)
        found = _weighed(catalog, allowing, limiting, filled, functions)
        if not caller or ASSUMED_ROLE in (role, caller):
            return found
        return _unless_refused(catalog, role, caller, found, filled)

    if command == "insert":
        return demanded(_check_of)
    found = demanded(_using_of)
    if command == "update" and found.extent is not Extent.none:
        leaves = demanded(_check_of)
        if leaves.ground is Ground.refused and leaves.lack is not None and not leaves.lack.through:
            return leaves
        if leaves.condition != found.condition or leaves.extent is not found.extent:
            found = found._replace(leaves=leaves)
    return found


def _runs_in_circles(catalog: Catalog, role: str, relation: Relation, command: str) -> bool:
    """Tell whether PostgreSQL certainly refuses a command, for its policies lead back to it."""
    for policy in chain(*applicable_policies(catalog, relation, role, command)):
        for circle in (recursion, mutual_recursion):
            try:
                found = circle(catalog, policy, role, command)
            except UnknownFact:
                continue
            if found is not None and found.sqlstate == NOTICED_BY_REWRITER:
                return True
    return False


def _using_of(policy: Policy) -> Clause | None:
    return policy.using


def _check_of(policy: Policy) -> Clause | None:
    return policy.effective_check


def _weighed(
    catalog: Catalog,
    permissive: tuple[Clause, ...],
    restrictive: tuple[Clause, ...],
    filled: frozenset[int],
    functions: ContextFunctions,
) -> Rows:
    """Return which rows meet one of some clauses and all of others."""
    condition = _joined(
        catalog,
        tuple(clause.predicate.expression for clause in permissive),
        tuple(clause.predicate.expression for clause in restrictive),
    )
    filled &= own_columns(condition)
    rows = Rows(Extent.unknown, Ground.policies, permissive, restrictive, condition)
    try:
        return rows._replace(extent=ask(_extent, condition, filled, functions))
    except UnknownFact as gap:
        return rows._replace(gap=gap)


def _unless_refused(
    catalog: Catalog, role: str, caller: str, rows: Rows, filled: frozenset[int]
) -> Rows:
    """Return rows, or none where PostgreSQL refuses the command, for what policies ask."""
    if rows.extent is Extent.none:
        return rows
    stated = together(
        tuple(clause.predicate.expression for clause in rows.permissive),
        tuple(clause.predicate.expression for clause in rows.restrictive),
    )
    lacking = lacks(catalog, role, caller, stated, filled & own_columns(stated))
    if not lacking:
        return rows
    first = lacking[0]
    if first.role == caller:
        first = first._replace(role="")
    if not first.through or not _passes_without(catalog, stated, lacking, filled):
        refused = rows._replace(extent=Extent.none, ground=Ground.refused)
        return refused._replace(condition=None, gap=None, lack=first)
    who = first.role or "it"
    doubt = f"no row is looked at by {first.through[0]}, which asks what {who} may not"
    return rows._replace(doubts=(doubt,), lack=first)


def _passes_without(
    catalog: Catalog, stated: Expr, lacking: tuple[Lack, ...], filled: frozenset[int]
) -> bool:
    """Tell whether a row may pass for which no function is called that asks what is refused."""
    rest = inlined_predicate(without_called(stated, lacking), catalog).expression
    try:
        return can_be_true(rest, filled & own_columns(rest))
    except GivenUp:
        return True


@remembered
def _joined(catalog: Catalog, permissive: tuple[Expr, ...], restrictive: tuple[Expr, ...]) -> Expr:
    """Return what a row has to meet, the calls of the history's functions inlined."""
    inlined = [ask(inlined_predicate, one, catalog).expression for one in permissive]
    limits = [ask(inlined_predicate, one, catalog).expression for one in restrictive]
    return together(tuple(inlined), tuple(limits))


def _extent(condition: Expr, filled: frozenset[int], functions: ContextFunctions) -> Extent:
    """Return how many rows meet a condition. Raises UnknownFact."""
    given_up: UnknownFact | None = None
    try:
        if is_always_true(condition, filled):
            return Extent.every
        if not can_be_true(condition, filled):
            return Extent.none
    except GivenUp as gap:
        given_up = gap
    unbounded = unbounded_branches(condition, filled, functions)
    if not unbounded:
        return Extent.own
    if given_up is not None:
        raise given_up
    opaque = [branch for branch in unbounded if branch.kind == "opaque"]
    if opaque:
        raise UnknownFact(opaque[0].expression, "what it gives", None)
    return Extent.some
