"""Casts of columns that some row's value may make fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint import NamedTuple
from rlslint.catalog.model import Column as TableColumn
from rlslint.meaning.context import context_reads
from rlslint.sql.casts import TEXT_TYPES
from rlslint.sql.expressions import Call, Case, Cast, Column, Expr, Operator, Other

TableColumnOf = Callable[[Column], TableColumn | None]

_REFUSING = frozenset(
    ("int2", "int4", "int8", "numeric", "float4", "float8", "uuid", "bool", "date", "time",
     "timetz", "timestamp", "timestamptz", "interval", "json", "jsonb", "inet", "cidr",
     "oid", "macaddr")
)  # fmt: skip
"""Types that not every text is a value of."""

_NARROWER = {
    "int8": frozenset(("int2", "int4")),
    "int4": frozenset(("int2",)),
    "numeric": frozenset(("int2", "int4", "int8")),
}
"""Types that not every number of another is a value of."""

_PIECES = frozenset(
    ("split_part", "substring", "substr", "left", "right", "btrim", "lower", "upper")
)


class RefusedCast(NamedTuple):
    """A cast of a value of a row that fails where the value is none of the type."""

    cast: Cast
    column: Column


def refused_casts(expression: Expr, column_of: TableColumnOf) -> Iterator[RefusedCast]:
    """Yield the casts of columns that may fail. What CASE looks at first is left out."""
    match expression:
        case Case():
            return
        case Cast(argument, type_name):
            column = _text_of(argument, column_of)
            if column is not None and type_name.removesuffix("[]") in _REFUSING:
                yield RefusedCast(expression, column)
                return
            if isinstance(argument, Column):
                known = column_of(argument)
                if known is not None and type_name in _NARROWER.get(known.type, frozenset()):
                    yield RefusedCast(expression, argument)
                    return
    for child in expression.children():
        yield from refused_casts(child, column_of)


def _text_of(expression: Expr, column_of: TableColumnOf) -> Column | None:
    """Return the column whose text, or a piece of it, an expression is."""
    match expression:
        case Column():
            known = column_of(expression)
            is_text = known is not None and known.type.rpartition(".")[2] in TEXT_TYPES
            return expression if is_text else None
        case Cast(argument, type_name) if type_name in TEXT_TYPES:
            return _text_of(argument, column_of)
        case Operator("->>" | "#>>", Expr() as document, _) if not context_reads(document):
            return next((part for part in document.walk() if isinstance(part, Column)), None)
        case Call(names, (first, *_)) if names[-1] in _PIECES:
            return _text_of(first, column_of)
        case Other("A_Indirection", (Call(names, (first, *_)), *_)) if names[-1] in (
            "string_to_array", "foldername", "regexp_match",
        ):  # fmt: skip
            return _text_of(first, column_of)
        case _:
            return None
