"""Tables in which a predicate looks up what the caller may do."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.catalog.model import Relation
from rlslint.meaning.context import ContextFunctions, context_reads
from rlslint.sql.expressions import (
    And,
    Column,
    ColumnBinding,
    Expr,
    IsNull,
    Operator,
    Source,
    SubSelect,
    without_casts,
)


class Authority(NamedTuple):
    """That a predicate believes the rows of a relation.

    `callers` are the columns by which it finds the caller's rows, `believed` the others that it
    asks for: of which tenant a member is, or in which role. `expression` is the sub-select.
    """

    relation: Relation
    callers: frozenset[int]
    believed: frozenset[int]
    expression: Expr


@remembered
def authorities(expression: Expr, functions: ContextFunctions) -> tuple[Authority, ...]:
    """Return the tables in which a predicate looks for rows of the caller."""
    found: dict[tuple[int, frozenset[int]], Authority] = {}
    for sub_select in _sub_selects(expression):
        for authority in _in_query(sub_select, functions):
            found.setdefault((authority.relation.oid, authority.believed), authority)
    return tuple(found.values())


def _sub_selects(expression: Expr) -> Iterator[SubSelect]:
    return (part for part in expression.walk() if isinstance(part, SubSelect))


def _in_query(sub_select: SubSelect, functions: ContextFunctions) -> Iterator[Authority]:
    left, query = sub_select.left, sub_select.query
    conditions = [part for condition in query.conditions for part in _parts(condition)]
    outputs = list(query.outputs) if sub_select.kind != "exists" else []
    for source in query.sources:
        if not isinstance(source.relation, Relation):
            continue
        callers = {n for one in conditions if (n := _caller_column(one, source, functions))}
        if left is not None and context_reads(left, functions):
            callers |= _columns(outputs[:1], source)
            outputs = outputs[1:]
        if not callers:
            continue
        asked = [one for one in conditions if not _caller_column(one, source, functions)]
        asked = [one for one in asked if not isinstance(one, IsNull)]
        believed = (_columns(asked, source) | _columns(outputs, source)) - callers
        if believed:
            yield Authority(source.relation, frozenset(callers), frozenset(believed), sub_select)


def _parts(condition: Expr) -> tuple[Expr, ...]:
    return condition.arguments if isinstance(condition, And) else (condition,)


def _caller_column(condition: Expr, source: Source, functions: ContextFunctions) -> int:
    """Return the column of a source that a condition compares with the caller, 0 if it does not."""
    match condition:
        case Operator("=" | "is not distinct from", Expr() as left, right):
            for one, other in ((left, right), (right, left)):
                number = _column(one, source)
                if number and context_reads(other, functions) and not _any_column(other):
                    return number
        case SubSelect("any", Expr() as left, query) if context_reads(query, functions):
            return _column(left, source)
    return 0


def _any_column(expression: Expr) -> bool:
    return any(isinstance(part, Column) for part in expression.walk())


def _column(expression: Expr, source: Source) -> int:
    bare = without_casts(expression)
    match bare:
        case Column(binding=ColumnBinding(of, number, _)) if of is source:
            return number
        case _:
            return 0


def _columns(expressions: list[Expr], source: Source) -> set[int]:
    return {
        part.binding.number
        for expression in expressions
        for part in expression.walk()
        if isinstance(part, Column)
        and isinstance(part.binding, ColumnBinding)
        and part.binding.source is source
    }
