"""Conditions that ask who is there but not whose the row is."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.model import Relation
from rlslint.meaning.admitting import admits_all, admits_none
from rlslint.meaning.bounds import unbounded_branches
from rlslint.meaning.branches import Branch, branches_or_whole
from rlslint.meaning.callers import query_reads
from rlslint.meaning.context import (
    ContextFunctions,
    context_reads,
    is_row_free,
    own_columns,
)
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.worlds import SessionSettings
from rlslint.sql import expressions as sql
from rlslint.sql.expressions import (
    And,
    Call,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Operator,
    Query,
    SubSelect,
    without_casts,
)
from rlslint.text.sentences import words_of

_NOTHING: ContextFunctions = frozenset()

_ABOVE_TENANTS = frozenset(
    """backoffice employee global god internal master operator ops platform root staff super
    superadmin superadministrator superuser support sys sysadmin system vendor""".split()  # noqa: SIM905
)
"""Words for those who are there for all tenants."""


_RANKS = _ABOVE_TENANTS | {"admin", "administrator", "admins"}


class Gate(NamedTuple):
    """A branch that is open to everyone who is somebody, for all rows or none.

    `expression` is what to mark. `memberships` are the tables in which the caller is looked up,
    empty where the branch only asks whether there is a caller. `by_rank` tells that it asks for a
    rank there, which everybody has in the one tenant that is theirs.
    """

    expression: Expr
    memberships: tuple[Relation, ...]
    by_rank: bool = False


def open_gates(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    everyone: frozenset[str] = frozenset(),
    tenant_names: frozenset[str] = frozenset(),
    identities: frozenset[str] = frozenset(),
    homes: frozenset[Relation] = frozenset(),
    tenants: frozenset[Relation] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> tuple[Gate, ...]:
    """Return the branches without a value of the own row that ordinary callers pass.

    `everyone` are the names of the roles that all callers have, `identities` what tells their
    tenants, `homes` the tables that tell the one tenant of each caller, `tenants` those of the
    tenants themselves, in which each caller finds their own. A branch that asks for more
    (an administrator's flag, one role among several, a table of administrators) is meant to see all
    rows and does not count, unless what it asks for is granted per tenant.
    """
    found = []
    alone = len(branches_or_whole(expression)) == 1
    for unbounded in unbounded_branches(expression, not_null, functions):
        conjuncts = unbounded.conjuncts
        if unbounded.kind != "gate" or any(map(own_columns, conjuncts)):
            continue
        memberships: list[Relation] = []
        for conjunct in conjuncts:
            looked_up = _memberships(conjunct, tenant_names, homes, functions)
            if looked_up is None and not (
                is_anybody(conjunct, everyone, functions)
                or _asks_how_large(conjunct, identities, functions)
                or _finds_own_tenant(conjunct, tenants, identities, functions)
            ):
                break
            memberships += looked_up or ()
        else:
            place = expression if alone else conjunction(conjuncts, -1)
            by_rank = any(_is_by_rank(conjunct, homes, functions) for conjunct in conjuncts)
            found.append(Gate(place, tuple(memberships), by_rank))
    asks_more = bool(found or own_columns(expression))
    asks_more |= _tells_rank(expression, functions)
    if not asks_more and admits_all(expression, SessionSettings.given, not_null, functions):
        return (Gate(expression, ()),)
    return tuple(found)


def branches_without_row(expression: Expr) -> tuple[Branch, ...]:
    """Return the branches in which no value of the own row takes part, as far as names tell."""
    every = branches_or_whole(expression)
    return tuple(branch for branch in every if not any(map(own_columns, branch)))


def is_anybody(conjunct: Expr, everyone: frozenset[str], functions: ContextFunctions) -> bool:
    """Tell whether every caller with a context meets a condition on the session."""
    if not is_row_free(conjunct, functions):
        return False
    if _tells_rank(conjunct, functions):
        return False
    if admits_all(conjunct, SessionSettings.given, frozenset(), functions):
        return True
    match conjunct:
        case Operator("<>" | "is distinct from", left, right):
            # All but one: nobody, or some particular caller.
            return left is not None and (_is_constant(left) or _is_constant(right))
        case Operator("=", left, right) if left is not None:
            if context_reads(left, functions) and context_reads(right, functions):
                return True
            return any(_text(side) in everyone for side in (left, right))
        case Call(("pg_has_role",), (*_, role, _)):
            return _text(role) in everyone
        case Operator("?", Expr() as claims, key) if context_reads(claims, functions):
            is_there = IsNull(Operator("->", claims, key), True)
            return admits_all(is_there, SessionSettings.given, frozenset(), functions)
        case _:
            return False


def _tells_rank(expression: Expr, functions: ContextFunctions) -> bool:
    """Tell whether a setting or a claim is called after those who are there for all tenants."""
    names: list[str] = []
    for read in context_reads(expression, functions):
        names += (read.name or "", *read.path)
    for part in expression.walk():
        match part:
            case Operator("?" | "?|" | "?&", _, key):
                names += (_text(one) or "" for one in key.walk())
    return not set[str]().union(*map(words_of, names)).isdisjoint(_RANKS)


def _asks_how_large(
    conjunct: Expr, identities: frozenset[str], functions: ContextFunctions
) -> bool:
    """Tell whether a condition compares the number of the caller's tenant with a constant.

    One that no caller with a tenant meets asks whether there is none.
    """
    match conjunct:
        case Operator("<" | "<=" | ">" | ">=", Expr() as left, right) if not conjunct.quantifier:
            number, bound = (right, left) if _is_constant(left) else (left, right)
            reads = context_reads(number, functions)
            if not _is_constant(bound) or all(read.name not in identities for read in reads):
                return False
            return not admits_none(conjunct, frozenset(), functions)
        case _:
            return False


def _finds_own_tenant(
    conjunct: Expr,
    tenants: frozenset[Relation],
    identities: frozenset[str],
    functions: ContextFunctions,
) -> bool:
    """Tell whether a condition asks only whether the caller's tenant is one."""
    match conjunct:
        case SubSelect(("exists" | "any") as kind, left, query) if len(query.sources) == 1:
            pass
        case _:
            return False
    asked = [part for one in query.conditions for part in _parts_of(one)]
    if kind == "any" and conjunct.symbol == "=" and left is not None:
        asked += (Operator("=", output, left) for output in query.outputs)
    return (
        query.sources[0].relation in tenants
        and bool(asked)
        and all(_is_identity(part, identities, functions) for part in asked)
    )


def _parts_of(condition: Expr) -> tuple[Expr, ...]:
    return condition.arguments if isinstance(condition, And) else (condition,)


def _is_identity(part: Expr, identities: frozenset[str], functions: ContextFunctions) -> bool:
    """Tell whether a column is compared with what tells callers' tenants, and nothing else."""
    match part:
        case Operator("=", Expr() as left, right) if not part.quantifier:
            for one, other in ((left, right), (right, left)):
                reads = context_reads(other, functions)
                if isinstance(without_casts(one), sql.Column) and reads:
                    return is_row_free(other, functions) and all(
                        read.name in identities for read in reads
                    )
    return False


def _is_constant(expression: Expr) -> bool:
    return isinstance(without_casts(expression), Constant)


def _text(expression: Expr) -> str | None:
    bare = without_casts(expression)
    return str(bare.value) if isinstance(bare, Constant) and bare.value is not None else None


def _memberships(
    conjunct: Expr,
    tenant_names: frozenset[str],
    homes: frozenset[Relation],
    functions: ContextFunctions,
) -> tuple[Relation, ...] | None:
    """Return the tables of members that a condition looks the caller up in, None if it does not.

    Each says for whom a member may act, in a column that the condition passes over.
    """
    looked_up = _looked_up(conjunct, functions)
    if looked_up is None:
        return None
    query, left, asked, asks_more = looked_up
    if left is not None and not is_row_free(left, functions):
        return None
    if any(source.relation is None for source in query.sources):
        return None
    asks_more |= any(_asks_more(condition, functions) for condition in query.conditions)
    used = [part for condition in query.conditions for part in _asking_of(condition, functions)]
    if not asks_more:
        used = [part for part in used if not _joins(part)]
    used += asked
    found = tuple(
        source.relation
        for source in query.sources
        if isinstance(source.relation, Relation)
        and _passes_over_tenant(source, query, used, tenant_names, homes, asks_more)
    )
    return found or None


def _is_by_rank(conjunct: Expr, homes: frozenset[Relation], functions: ContextFunctions) -> bool:
    """Tell whether a condition asks for a rank that a caller has in the one tenant of theirs."""
    looked_up = _looked_up(conjunct, functions)
    return looked_up is not None and any(
        source.relation in homes and not _is_above_tenants(looked_up.query)
        for source in looked_up.query.sources
    )


def _is_above_tenants(query: Query) -> bool:
    """Tell whether what a query asks for is named after more than one tenant."""
    words: set[str] = set()
    for part in query.walk():
        match part:
            case sql.Column(names):
                words |= words_of(names[-1])
            case Constant(str() as text):
                words |= words_of(text)
    return not words.isdisjoint(_ABOVE_TENANTS)


class _LookUp(NamedTuple):
    """A sub-select that looks for a row, beside it what it is searched for.

    `asked` are the outputs of which more is asked than to be there or the caller's, `asks_more`
    tells of anything else.
    """

    query: Query
    left: Expr | None
    asked: tuple[Expr, ...]
    asks_more: bool


def _looked_up(conjunct: Expr, functions: ContextFunctions) -> _LookUp | None:
    """Return the sub-select by which a condition looks for a row, None if it does nothing else."""
    match conjunct:
        case SubSelect("exists", _, query):
            return _LookUp(query, None, (), False)
        case SubSelect("any", Expr() as left, query):
            asked = () if context_reads(left, functions) else query.outputs
            return _LookUp(query, left, asked, False)
        case SubSelect("scalar", _, query):
            return _LookUp(query, None, query.outputs, True)
        case Operator(symbol, Expr() as left, right):
            for side, value in ((left, right), (right, left)):
                bare = without_casts(side)
                if isinstance(bare, SubSelect):
                    is_caller = symbol == "=" and bool(context_reads(value, functions))
                    asked = () if is_caller else bare.query.outputs
                    return _LookUp(bare.query, bare.left or value, asked, True)
            return None
        case IsNull(argument, True):
            found = _looked_up(argument, functions)
            return found._replace(asked=()) if found is not None else None
        case Call(("coalesce",), (first, *rest)) if all(map(_is_constant, rest)):
            return _looked_up(first, functions)
        case sql.Cast(argument) | IsTruth(argument, True, False):
            return _looked_up(argument, functions)
        case _:
            return None


def _joins(condition: Expr) -> bool:
    match condition:
        case Operator("=", sql.Column() as one, sql.Column() as other):
            return not own_columns(one) and not own_columns(other)
        case _:
            return False


def _asks_more(condition: Expr, functions: ContextFunctions) -> bool:
    """Tell whether a condition does more than look up the caller or join."""
    for branch in branches_or_whole(condition):
        for part in branch:
            match part:
                case Operator("=", sql.Column(), sql.Column()):
                    continue
                case IsNull(sql.Column()):
                    continue
                case SubSelect(("exists" | "any"), _, query) if query_reads(query, functions):
                    continue
                case _ if context_reads(part, functions):
                    continue
            return True
    return False


def _asking_of(condition: Expr, functions: ContextFunctions) -> list[Expr]:
    """Return the parts of a condition that ask more of a column than to be there or the caller's.

    The tenant that the caller chose is no tenant of the row.
    """
    match condition:
        case And(parts):
            return [asking for part in parts for asking in _asking_of(part, functions)]
        case IsNull(sql.Column(), True):
            return []
        case Operator("=", sql.Column(), Expr() as value) | Operator(
            "=", Expr() as value, sql.Column()
        ) if context_reads(value, functions) and is_row_free(value, functions):
            return []
        case _:
            return [condition]


def _passes_over_tenant(
    source: sql.Source,
    query: Query,
    used_in: list[Expr],
    tenant_names: frozenset[str],
    homes: frozenset[Relation],
    asks_more: bool,
) -> bool:
    relation = source.relation
    if not isinstance(relation, Relation):
        return False
    used = _used_columns(source, used_in)
    callers = _used_columns(source, [*query.conditions, *query.outputs]) - used
    if asks_more and len(callers) == 1:
        # The one column that is compared with the context finds the caller: it is no tenant's.
        used |= callers
    keys = [
        constraint.columns
        for constraint in relation.constraints.known()
        if constraint.kind in ("primary", "unique") and len(constraint.columns) > 1
    ]
    for column in relation.columns.values():
        if column.number in used or column.name not in tenant_names:
            continue
        if not asks_more or any(column.number in key for key in keys):
            return True
        is_home = relation in homes and column.not_null
        if is_home and not _is_above_tenants(query):
            return True
    return False


def _used_columns(source: sql.Source, expressions: list[Expr]) -> frozenset[int]:
    """Return the columns of a FROM entry on which expressions depend."""
    return frozenset(
        part.binding.number
        for expression in expressions
        for part in expression.walk()
        if isinstance(part, sql.Column)
        and isinstance(part.binding, sql.ColumnBinding)
        and part.binding.source is source
    )


def shared_names(own: Relation, other: Relation) -> frozenset[str]:
    """Return the names of columns by which rows of two tables may belong to the same tenant.

    Those of a key or a foreign key of `other` that both have, a key of its own (`id`) left out; and
    those that `other` has under the name of a foreign key of `own`.
    """
    keyed = {
        column
        for constraint in own.constraints.known()
        if constraint.kind == "foreign" and len(constraint.columns) == 1
        for number in constraint.columns
        if (mine := own.column(number)) is not None
        if (column := other.columns.get(mine.name)) is not None and column.not_null
    }
    for constraint in other.constraints.known():
        if constraint.kind in ("primary", "unique") and len(constraint.columns) < 2:
            continue
        if constraint.kind in ("primary", "unique", "foreign"):
            keyed |= {c for n in constraint.columns if (c := other.column(n)) is not None}
    return frozenset(column.name for column in keyed if column.name in own.columns)


def tables_looked_into(expression: Expr) -> tuple[Relation, ...]:
    """Return the tables that the sub-selects of a predicate read."""
    return tuple(
        source.relation
        for part in expression.walk()
        if isinstance(part, Query)
        for source in part.sources
        if isinstance(source.relation, Relation)
    )
