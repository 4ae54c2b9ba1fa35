"""Making an expression out of another one, with some of its parts exchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rlslint.sql.expressions import Column, ColumnBinding, Expr, Part, Query, Source

Change = Callable[[Expr], Expr]


def rebuilt(expression: Expr, change: Change) -> Expr:
    """Return `expression` with `change` applied to what is right below it.

    The result is the same object where nothing changed. A FROM entry whose sub-select or function
    changed becomes a new Source, and every column bound to the old one moves to it.
    """
    if isinstance(expression, Query):
        return _rebuilt_query(expression, change)
    copy: Expr | None = None
    for name in expression.inside:
        old = getattr(expression, name)
        new = _changed(old, change)
        if new is not old:
            copy = expression.copied() if copy is None else copy
            setattr(copy, name, new)
    return expression if copy is None else copy


def relocated(expression: Expr, location: int) -> Expr:
    """Return a copy of which every part stands at `location`: where a function was called."""

    def move(child: Expr) -> Expr:
        return relocated(child, location)

    if isinstance(expression, Query):
        return _rebuilt_query(expression, move)
    copy = expression.copied()
    copy.location = location
    for name in expression.inside:
        setattr(copy, name, _changed(getattr(expression, name), move))
    return copy


def with_sources(expression: Expr, sources: dict[Source, Source]) -> Expr:
    """Return `expression` with columns of the keys bound to the values instead."""

    def exchange(child: Expr) -> Expr:
        return with_sources(child, sources)

    if isinstance(expression, Column):
        match expression.binding:
            case ColumnBinding(source, number, name) if source in sources:
                return rebound(expression, ColumnBinding(sources[source], number, name))
            case Source() as source if source in sources:
                return rebound(expression, sources[source])
            case _:
                return expression
    return rebuilt(expression, exchange)


def rebound(column: Column, binding: ColumnBinding | Source) -> Column:
    """Return a column as it is written that means something else."""
    copy = column.copied()
    copy.binding = binding
    return copy


def read_from(query: Query, sources: dict[Source, Source]) -> Query:
    """Return a query that has the values in its FROM list where it had the keys."""
    return _rebuilt_query(query, lambda child: child, sources)


def exchanged_source(source: Source, query: Query | None, call: Expr | None) -> Source:
    """Return a FROM entry like `source` that reads from something else."""
    copy = source.copied()
    copy.query, copy.call = query, call
    return copy


def _changed(value: Any, change: Change) -> Any:
    """Return what a field holds with its expressions changed; the same object where none is."""
    if isinstance(value, Expr):
        new = change(value)
        if isinstance(value, Query) and not isinstance(new, Query):
            raise TypeError("a query is rebuilt into a query")
        return new
    if isinstance(value, tuple):
        items = [_changed(item, change) for item in value]
        if any(new is not old for new, old in zip(items, value, strict=True)):
            return tuple(items)
    return value


def _rebuilt_query(
    query: Query, change: Change, exchanged: dict[Source, Source] | None = None
) -> Query:
    """Rebuild a query: WITH first, for FROM may refer to it, then FROM, whose columns others name.

    `exchanged` are entries of FROM that have been rebuilt already.
    """
    ctes = _changed(query.ctes, change)
    named = {id(old): new for (_, old), (_, new) in zip(query.ctes, ctes, strict=True)}
    sources = dict(exchanged or {})
    for source in query.sources:
        if source not in sources:
            inner = source.query
            if inner is not None:
                inner = named.get(id(inner), inner) if source.is_cte else _changed(inner, change)
            call = _changed(source.call, change)
            if inner is not source.query or call is not source.call:
                sources[source] = exchanged_source(source, inner, call)

    def part(child: Expr) -> Expr:
        found = change(child)
        return with_sources(found, sources) if sources else found

    changed: dict[str, Any] = {"ctes": ctes}
    for name in query.inside:
        if name not in ("ctes", "sources"):
            changed[name] = _changed(getattr(query, name), part)
    if not sources and all(new is getattr(query, name) for name, new in changed.items()):
        return query
    copy = query.copied()
    copy.sources = tuple(sources.get(source, source) for source in query.sources)
    for name, new in changed.items():
        setattr(copy, name, new)
    conditions = dict(zip(map(id, query.conditions), copy.conditions, strict=True))
    _repeat(copy, conditions)
    for source in sources.values():
        _repeat(source, conditions)
    return copy


def _repeat(part: Part, conditions: dict[int, Expr]) -> None:
    """Exchange the conditions that a rebuilt part names once more."""
    for name in part.repeated:
        old = getattr(part, name)
        setattr(part, name, _changed(old, lambda old: conditions.get(id(old), old)))
