"""The queries of an expression, made those of another where they ask the same."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from rlslint.sql.expressions import Column, ColumnBinding, Expr, Operator, Part, Query, Source
from rlslint.sql.rebuilding import rebuilt


def aligned(expression: Expr, model: Expr) -> Expr:
    """Return an expression with the queries of `model` in place of those that mean the same.

    Two entries of FROM are the same only if they are one object, so that two predicates which both
    look a row up in one table otherwise seem to look up two.
    """
    known = {_shape(part, {}): part for part in model.walk() if isinstance(part, Query)}
    if not known:
        return expression

    def change(child: Expr) -> Expr:
        if isinstance(child, Query):
            same = known.get(_shape(child, {}))
            if same is not None:
                return same
        return rebuilt(child, change)

    return change(expression)


def _shape(value: Any, numbers: Mapping[Source, int]) -> Hashable:
    """Return a key that is equal for what means the same but for whose the entries of FROM are."""
    match value:
        case Column():
            return (Column, _bound(value, numbers), value.unknown)
        case Query():
            return _of_query(value, numbers)
        case Source():
            # `join` and the rest of how it is read stand beside what it reads.
            inner = (_shape(value.query, numbers), _shape(value.call, numbers))
            plain = (value.join, value.lateral, value.natural, value.is_cte, value.merged)
            return (Source, id(value.relation) if value.relation else value.name, *inner, plain)
        case Operator("=", Expr() as left, right, ""):
            return (Operator, "=", frozenset((_shape(left, numbers), _shape(right, numbers))))
        case Part():
            bound = [getattr(value, name) for name in value.bound if name != "unknown"]
            written = [_shape(getattr(value, name), numbers) for name in value.written]
            return (type(value), *written, *map(id, bound))
        case tuple():
            return tuple(_shape(one, numbers) for one in value)
        case _:
            return (type(value), value)


def _bound(column: Column, numbers: Mapping[Source, int]) -> Hashable:
    match column.binding:
        case ColumnBinding(source, number, name):
            return (numbers.get(source, id(source)), number, name if number == 0 else "")
        case Source() as source:
            return (numbers.get(source, id(source)), "*")
        case _:
            return column.names


def _of_query(query: Query, numbers: Mapping[Source, int]) -> Hashable:
    inner = dict(numbers)
    for source in query.sources:
        inner[source] = -1 - len(inner)
    named = [_shape(one, numbers) for _, one in query.ctes]
    conditions = frozenset(_shape(one, inner) for one in query.conditions)
    written = [
        _shape(getattr(query, name), inner)
        for name in query.written
        if name not in ("ctes", "output_names", "conditions")
    ]
    return (Query, tuple(named), conditions, *written)
