"""What a predicate costs per row: what an index can serve, and what is evaluated again and again.

These questions are about the expression as it was written, before helpers are inlined.
"""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.meaning import inner_query
from rlslint.meaning.calls import postgres_inlines
from rlslint.meaning.context import own_columns, read_of
from rlslint.sql.expressions import (
    And,
    Call,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    IsNull,
    Items,
    Operator,
    Or,
    Query,
    Source,
    SubSelect,
)

INDEXABLE = frozenset(("=", "<", "<=", ">", ">="))
"""The operators of btree; IS NOT DISTINCT FROM is served by no index."""


class IndexedComparison(NamedTuple):
    """An own-row column against something that is the same for all rows.

    `operand` is the own row's side: the column itself, or the cast or call around it (then
    `is_wrapped`). `form` is scalar, array (= ANY of an array), null (IS NULL) or sub-select
    (IN (SELECT …), which PostgreSQL hashes instead of using the column's index). `arm` is all that
    its arm of the top-level OR demands.
    """

    column: int
    comparison: Expr
    operand: Expr
    is_wrapped: bool
    form: str
    arm: tuple[Expr, ...] = ()


def index_groups(expression: Expr) -> tuple[tuple[IndexedComparison, ...], ...]:
    """Return the comparisons that an index could serve, for each arm of the top-level OR.

    Those below NOT are left out, and so are those inside sub-selects. An index helps only if every
    arm has one.
    """
    arms = expression.arguments if isinstance(expression, Or) else (expression,)
    groups = []
    for arm in arms:
        conjuncts = arm.arguments if isinstance(arm, And) else (arm,)
        found = [item for conjunct in conjuncts for item in _comparisons(conjunct)]
        groups.append(tuple([item._replace(arm=conjuncts) for item in found]))
    return tuple(groups)


def _comparisons(conjunct: Expr) -> list[IndexedComparison]:
    match conjunct:
        case Or() | And():
            return [item for argument in conjunct.arguments for item in _comparisons(argument)]
        case IsNull(Column() as column, False):
            item = _indexed(column, conjunct, "null")
            return [item] if item is not None else []
        case SubSelect("any", left, query) if left is not None and conjunct.symbol == "=":
            if _is_correlated(query):
                return []
            sides = left.items if isinstance(left, Items) else (left,)
            found = [_indexed(side, conjunct, "sub-select") for side in sides]
            return [item for item in found if item is not None]
        case Operator(symbol, left, right) if left is not None and symbol in INDEXABLE:
            if conjunct.quantifier == "all" or (conjunct.quantifier and symbol != "="):
                return []
            form = "array" if conjunct.quantifier else "scalar"
            pairs = ((left, right),) if conjunct.quantifier else ((left, right), (right, left))
            for row, other in pairs:
                if not own_columns(other):
                    item = _indexed(row, conjunct, form)
                    return [item] if item is not None else []
            return []
        case _:
            return []


def _indexed(operand: Expr, comparison: Expr, form: str) -> IndexedComparison | None:
    columns = own_columns(operand)
    if len(columns) != 1 or any(isinstance(part, Query) for part in operand.walk()):
        return None
    (column,) = columns
    return IndexedComparison(column, comparison, operand, not isinstance(operand, Column), form)


def _is_correlated(query: Query) -> bool:
    return bool(own_columns(query))


def unwrapped_calls(expression: Expr) -> tuple[Call, ...]:
    """Return the calls that are evaluated for each row, though no row takes part in them.

    Inside `(SELECT …)` PostgreSQL evaluates them once (an InitPlan). Functions that the planner
    inlines count by what is in them. Whether the comparison is on an indexed column, so that one
    evaluation per scan remains, is for the caller to weigh: `current_setting` and SQL's own
    functions are cheap, so only calls of other functions are returned.
    """
    return tuple(_unwrapped(expression))


def _unwrapped(expression: Expr) -> list[Call]:
    match expression:
        case SubSelect(_, left, query):
            found = _unwrapped(left) if left is not None else []
            if _is_correlated(query):
                found += [call for child in query.children() for call in _unwrapped(child)]
            return found
        case Call() if not _has_columns(expression) and _is_costly(expression):
            return [expression]
        case _:
            return [call for child in expression.children() for call in _unwrapped(child)]


def _has_columns(expression: Expr) -> bool:
    return any(isinstance(part, Column) for part in expression.walk())


def _is_costly(call: Call) -> bool:
    if isinstance(call.function, Function):
        return not postgres_inlines(call.function)
    read = read_of(call)
    return read is not None and read.kind == "function" and len(call.name) > 1


def unwrapped_reads(expression: Expr) -> tuple[Call, ...]:
    """Return the calls of current_setting outside any scalar sub-select."""
    match expression:
        case SubSelect(left=left):
            return unwrapped_reads(left) if left is not None else ()
        case Call(("current_setting",)):
            return (expression,)
        case _:
            return tuple(r for child in expression.children() for r in unwrapped_reads(child))


def row_calls(expression: Expr) -> tuple[Call, ...]:
    """Return the calls of the history's functions that are passed columns of the own row."""
    return tuple(
        part
        for part in expression.walk()
        if isinstance(part, Call) and isinstance(part.function, Function) and own_columns(part)
    )


class Lookup(NamedTuple):
    """A table that a sub-select reads, and the columns by which it finds its rows.

    `columns` are attribute numbers compared by `=`, `keys` those of them that are compared with
    more than a constant; `is_correlated` tells whether the own row is on the other side of one.
    `expression` is the first such comparison.
    """

    relation: Relation
    columns: frozenset[int]
    is_correlated: bool
    expression: Expr
    keys: frozenset[int] = frozenset()


def lookups(expression: Expr) -> tuple[Lookup, ...]:
    """Return how the sub-selects of a predicate find their rows, one for each table they read.

    Raises UnknownFact where a column may belong to several tables.
    """
    found: list[Lookup] = []
    for part in expression.walk():
        if isinstance(part, SubSelect):
            found += _lookups_of(part.query, part, set())
    return tuple(found)


def _lookups_of(query: Query, sub_select: SubSelect, seen: set[int]) -> list[Lookup]:
    """Return the lookups of a query; those of a WITH query that is `seen` twice are there once."""
    if id(query) in seen:
        return []
    seen.add(id(query))
    found: list[Lookup] = []
    for source in query.sources:
        if isinstance(source.relation, Relation):
            lookup = _lookup(source, source.relation, query, sub_select)
            if lookup is not None:
                found.append(lookup)
        elif (inner := inner_query(source)) is not None:
            found += _lookups_of(inner, sub_select, seen)
    for arm in query.arms:
        found += _lookups_of(arm, sub_select, seen)
    return found


def _lookup(
    source: Source, relation: Relation, query: Query, sub_select: SubSelect
) -> Lookup | None:
    columns: dict[int, Expr] = {}
    keys: dict[int, Expr] = {}
    is_correlated = False
    for comparison, row, other in _equalities(query, sub_select):
        match row:
            case Column(binding=ColumnBinding(bound, number, _)) if bound is source:
                if number == 0:
                    raise UnknownFact(relation, "columns", None)
                if other is not None and _same_column(row, other):
                    continue
                columns.setdefault(number, comparison)
                if not (isinstance(comparison, IsNull) or is_constant(other)):
                    keys.setdefault(number, comparison)
                is_correlated |= other is not None and bool(own_columns(other))
            case _:
                continue
    if not columns:
        return None
    first = next(iter((keys or columns).values()))
    return Lookup(relation, frozenset(columns), is_correlated, first, frozenset(keys))


def is_constant(expression: Expr | None) -> bool:
    """Tell whether an expression is a literal or a list of literals, casts aside."""
    match expression:
        case Cast(argument):
            return is_constant(argument)
        case Items(items):
            return all(is_constant(item) for item in items)
        case _:
            return isinstance(expression, Constant)


def _same_column(row: Column, other: Expr) -> bool:
    return isinstance(other, Column) and other.binding == row.binding


def _equalities(query: Query, sub_select: SubSelect) -> list[tuple[Expr, Expr, Expr | None]]:
    found: list[tuple[Expr, Expr, Expr | None]] = []
    for condition in query.conditions:
        parts = condition.arguments if isinstance(condition, And) else (condition,)
        for part in parts:
            match part:
                case Operator("=", left, right) if left is not None:
                    found.append((part, left, right))
                    if not part.quantifier:
                        found.append((part, right, left))
                case SubSelect("any", left, _) if left is not None and part.symbol == "=":
                    found.append((part, left, None))
                case IsNull(argument, False):
                    found.append((part, argument, None))
                case _:
                    continue
    if sub_select.kind == "any" and sub_select.query is query and _is_correlated(query):
        for output in query.outputs:
            found.append((sub_select, output, sub_select.left))
    return found
