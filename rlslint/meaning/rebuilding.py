"""Making an expression out of another one, with some of its parts exchanged."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.sql.expressions import (
    And,
    Call,
    Case,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Items,
    Not,
    Operator,
    Or,
    Other,
    Parameter,
    Query,
    Source,
    SubSelect,
)

Change = Callable[[Expr], Expr]


def rebuilt(expression: Expr, change: Change) -> Expr:
    """Return `expression` with `change` applied to what is right below it.

    The result is the same object where nothing changed. A FROM entry whose sub-select or function
    changed becomes a new Source, and every column bound to the old one moves to it.
    """
    if isinstance(expression, Query):
        return _rebuilt_query(expression, change)
    children = tuple(expression.children())
    changed = tuple(change(child) for child in children)
    if all(new is old for new, old in zip(changed, children, strict=True)):
        return expression
    mapping = {id(old): new for old, new in zip(children, changed, strict=True)}
    return _with_children(expression, lambda child: mapping[id(child)], expression.location)


def relocated(expression: Expr, location: int) -> Expr:
    """Return a copy of which every part stands at `location`: where a function was called."""

    def move(child: Expr) -> Expr:
        return relocated(child, location)

    if isinstance(expression, Query):
        return _rebuilt_query(expression, move)
    return _with_children(expression, move, location)


def with_sources(expression: Expr, sources: dict[Source, Source]) -> Expr:
    """Return `expression` with columns of the keys bound to the values instead."""

    def exchange(child: Expr) -> Expr:
        return with_sources(child, sources)

    if isinstance(expression, Column):
        match expression.binding:
            case ColumnBinding(source, number, name) if source in sources:
                return _column(expression, ColumnBinding(sources[source], number, name))
            case Source() as source if source in sources:
                return _column(expression, sources[source])
            case _:
                return expression
    return rebuilt(expression, exchange)


def _column(column: Column, binding: ColumnBinding | Source | None) -> Column:
    copy = Column(column.names, column.location)
    copy.binding, copy.unknown = binding, column.unknown
    return copy


def _with_children(expression: Expr, change: Change, location: int) -> Expr:
    def optional(child: Expr | None) -> Expr | None:
        return change(child) if child is not None else None

    def each(items: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(change(item) for item in items)

    match expression:
        case Column():
            copy = _column(expression, expression.binding)
            copy.location = location
            return copy
        case Constant(value):
            return Constant(value, location)
        case Parameter(number):
            return Parameter(number, location)
        case Call(name, arguments):
            call = Call(name, each(arguments), location)
            call.function, call.unknown = expression.function, expression.unknown
            return call
        case Operator(symbol, left, right):
            return Operator(symbol, optional(left), change(right), expression.quantifier, location)
        case And():
            return And(each(expression.arguments), location)
        case Or():
            return Or(each(expression.arguments), location)
        case Not():
            return Not(change(expression.argument), location)
        case IsNull(argument, negated):
            return IsNull(change(argument), negated, location)
        case IsTruth(argument, value, negated):
            return IsTruth(change(argument), value, negated, location)
        case Cast(argument, type_name):
            return Cast(change(argument), type_name, location)
        case Case(subject, branches, otherwise):
            changed = tuple((change(when), change(then)) for when, then in branches)
            return Case(optional(subject), changed, optional(otherwise), location)
        case Items(items):
            return Items(expression.kind, each(items), location)
        case SubSelect(kind, left, query):
            inner = change(query)
            if not isinstance(inner, Query):
                raise TypeError("a sub-select holds a query")
            return SubSelect(kind, optional(left), expression.symbol, inner, location)
        case Other(tag, arguments):
            return Other(tag, expression.detail, each(arguments), location)
        case _:
            return expression


def _rebuilt_query(query: Query, change: Change) -> Query:
    """Rebuild a query; CTEs first, for sources may refer to them."""
    ctes = tuple((name, _query(change(cte))) for name, cte in query.ctes)
    queries = {id(old): new for (_, old), (_, new) in zip(query.ctes, ctes, strict=True)}
    sources: dict[Source, Source] = {}
    for source in query.sources:
        inner = source.query
        if inner is not None and source.is_cte:
            inner = queries.get(id(inner), inner)
        elif inner is not None:
            inner = _query(change(inner))
        call = change(source.call) if source.call is not None else None
        if inner is not source.query or call is not source.call:
            sources[source] = exchanged_source(source, inner, call)

    def part(child: Expr) -> Expr:
        changed = change(child)
        return with_sources(changed, sources) if sources else changed

    outputs = tuple(part(output) for output in query.outputs)
    conditions = tuple(part(condition) for condition in query.conditions)
    others = tuple(part(other) for other in query.others)
    arms = tuple(_query(change(arm)) for arm in query.arms)
    pairs = (
        *zip(outputs, query.outputs, strict=True),
        *zip(conditions, query.conditions, strict=True),
        *zip(others, query.others, strict=True),
        *zip(arms, query.arms, strict=True),
        *((new, old) for (_, new), (_, old) in zip(ctes, query.ctes, strict=True)),
    )
    if not sources and all(new is old for new, old in pairs):
        return query
    return Query(
        tuple(sources.get(source, source) for source in query.sources),
        outputs,
        query.output_names,
        conditions,
        others,
        query.set_operation,
        arms,
        ctes,
        query.inner_only,
        query.limited,
        query.grouped,
        query.location,
    )


def exchanged_source(source: Source, query: Query | None, call: Expr | None) -> Source:
    """Return a FROM entry like `source` that reads from something else."""
    copy = Source(
        source.name, source.schema, source.alias, source.location, query, call, source.column_names
    )
    copy.relation = source.relation
    for name in Source.__slots__:
        if name not in ("query", "call"):
            setattr(copy, name, getattr(source, name))
    return copy


def _query(expression: Expr) -> Query:
    if not isinstance(expression, Query):
        raise TypeError("a query is rebuilt into a query")
    return expression
