"""Which comparisons of values hold, as far as the values are known."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rlslint.code.python.values import Items, Pairs, Plain, Value, constant


def compared(operator: ast.cmpop, left: Value, right: Value) -> bool | None:
    """Tell whether a comparison holds, None where that is not known."""
    if isinstance(operator, ast.In | ast.NotIn):
        members = [constant(member) for member in _keys(right)]
        if isinstance(right, Items | Pairs) and constant(left) is not None and None not in members:
            return (constant(left) in members) is isinstance(operator, ast.In)
        return None
    if any(constant(side) is None and not _is_none(side) for side in (left, right)):
        return None
    equal = constant(left) == constant(right)
    match operator:
        case ast.Eq() | ast.Is():
            return equal
        case ast.NotEq() | ast.IsNot():
            return not equal
        case _:
            return None


def _is_none(value: Value) -> bool:
    return isinstance(value, Plain) and value.value is None


def _keys(value: Value) -> Iterator[Value]:
    match value:
        case Items(values):
            yield from values
        case Pairs(entries):
            yield from (key for key, _ in entries)
