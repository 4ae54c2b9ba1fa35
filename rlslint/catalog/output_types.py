"""The types of what a query puts out, as far as columns, casts and literals tell."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.result_types import common_type, type_of_call, type_of_operator
from rlslint.sql.expressions import (
    OWN_ROW,
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
    Query,
    Source,
    SubSelect,
)


def output_types(query: Query) -> list[str]:
    """Return the type of each output of a bound query, "" where it is not known."""
    if query.arms:
        left, right = map(output_types, query.arms[:2])
        return [one if right[at : at + 1] == [one] else "" for at, one in enumerate(left)]
    if query.set_operation == "values":
        rows = [row.items for row in query.rows]
        return [
            common_type(tuple(type_of(item) for item in column))
            for column in zip(*rows, strict=False)
        ]
    return [type_of(output) for output in query.outputs]


def type_of(output: Expr, own: Relation | None = None) -> str:
    """Return the type of a bound expression, "" where it is not known.

    `own` is the relation whose row it may name.
    """
    match output:
        case Cast(_, name):
            return name
        case Constant(bool()):
            return "bool"
        case Constant(int()):
            return "int4"
        case And() | Or() | Not() | IsNull() | IsTruth():
            return "bool"
        case Operator(symbol, left, right):
            if output.quantifier:
                return "bool"
            return type_of_operator(
                symbol, type_of(left, own) if left is not None else "", type_of(right, own)
            )
        case Call(name, arguments):
            return _type_of_call(output, name[-1], arguments, own)
        case Items(items, "array"):
            element = _common(items, own)
            if not element and items and all(map(_takes_any_type, items)):
                element = "text"  # What nothing else decides (manual: 10.5).
            return f"{element}[]" if element else ""
        case Case(_, branches, otherwise):
            results = [result for _, result in branches]
            return _common([*results, otherwise] if otherwise is not None else results, own)
        case Other("WindowFunc" | "CollateClause", (argument, *_)):
            return type_of(argument, own)
        case SubSelect(kind="exists" | "any" | "all"):
            return "bool"
        case SubSelect(kind="scalar", query=query):
            return next(iter(output_types(query)), "")
        case Column(binding=ColumnBinding(source, number, _)):
            return _column_type(own if source is OWN_ROW else source.relation, source, number)
        case _:
            return ""


def _type_of_call(call: Call, name: str, arguments: tuple[Expr, ...], own: Relation | None) -> str:
    if name in ("coalesce", "greatest", "least"):
        return _common(arguments, own)
    types = tuple(type_of(argument, own) for argument in arguments)
    built_in = type_of_call(name, types) if len(call.name) == 1 else ""
    if not isinstance(call.function, Function):
        return built_in
    # A function beside PostgreSQL's own of that name: the arguments decide which one is meant.
    returned = "" if built_in else call.function.return_type
    return returned if returned not in POLYMORPHIC and not call.function.returns_set else ""


def _common(parts: Iterable[Expr], own: Relation | None) -> str:
    """The type of the parts; a NULL or a string takes that of the others (manual: 10.5)."""
    typed = [part for part in parts if not _takes_any_type(part)]
    return common_type(tuple(type_of(part, own) for part in typed))


def _takes_any_type(part: Expr) -> bool:
    return isinstance(part, Constant) and (part.value is None or isinstance(part.value, str))


POLYMORPHIC = {
    "anyelement", "anyarray", "anynonarray", "anyenum", "anyrange", "anymultirange",
    "anycompatible", "anycompatiblearray", "anycompatiblenonarray", "anycompatiblerange",
    "record", "void",
}  # fmt: skip


def _column_type(relation: object, source: Source, number: int) -> str:
    if isinstance(relation, Relation):
        column = relation.column(number) if relation.knows("columns") else None
        return column.type if column is not None and column.knows("type") else ""
    if source.query is not None and not (source.is_cte and source.query.arms):
        types = output_types(source.query)
        return types[number - 1] if 0 < number <= len(types) else ""
    return ""
