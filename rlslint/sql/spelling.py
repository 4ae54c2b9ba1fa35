"""An expression as SQL on one line, for people: also where no file has it as it is.

What comes of inlined functions, and of conditions taken apart, stands nowhere. Names are spelled as
they were written, so that what is spelled here is to be read, not to be run.
"""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.sql import quoted_identifier, quoted_literal
from rlslint.sql.expressions import (
    And,
    Call,
    Case,
    Cast,
    Column,
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

_WORDS = {
    "~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE", "!~~*": "NOT ILIKE",
    "is distinct from": "IS DISTINCT FROM", "is not distinct from": "IS NOT DISTINCT FROM",
}  # fmt: skip
_WITHOUT_PARENTHESES = frozenset(
    """current_user session_user user current_role system_user current_date current_time
    current_timestamp localtime localtimestamp current_catalog current_schema
    """.split()  # noqa: SIM905
)


_UPPER = frozenset(("coalesce", "nullif", "greatest", "least"))
_TYPES = {
    "int8": "bigint",
    "int4": "integer",
    "int2": "smallint",
    "bool": "boolean",
    "bpchar": "char",
    "float8": "double precision",
    "float4": "real",
}


class Unspelled(Exception):
    """An expression has a part that is kept in no form that could be written down."""


def spelled(expression: Expr) -> str:
    """Return an expression as SQL. Raises Unspelled."""
    match expression:
        case Column(names):
            return ".".join(name if name == "*" else quoted_identifier(name) for name in names)
        case Constant(value):
            return _constant(value)
        case Parameter(number):
            return f"${number}"
        case And(arguments):
            return " AND ".join(_inside(one, Or) for one in arguments)
        case Or(arguments):
            return " OR ".join(_inside(one, And) for one in arguments)
        case Not(argument):
            return f"NOT {_operand(argument)}"
        case IsNull(argument, negated):
            return f"{_operand(argument)} IS {'NOT ' if negated else ''}NULL"
        case IsTruth(argument, value, negated):
            name = "UNKNOWN" if value is None else str(value).upper()
            return f"{_operand(argument)} IS {'NOT ' if negated else ''}{name}"
        case Cast(argument, type_name):
            return f"{_operand(argument)}::{_TYPES.get(type_name, type_name)}"
        case Operator():
            return _operator(expression)
        case Call(name, arguments):
            if len(name) == 1 and name[0] in _WITHOUT_PARENTHESES and not arguments:
                return name[0]
            if name == ("position",):
                # POSITION(part IN text), the only way to write it, is strpos(text, part).
                return f"strpos({_listed(arguments)})"
            if name[0] in _UPPER and len(name) == 1:
                return f"{name[0].upper()}({_listed(arguments)})"
            return f"{'.'.join(map(quoted_identifier, name))}({_listed(arguments)})"
        case Case(subject, branches, otherwise):
            words = ["CASE"] if subject is None else ["CASE", spelled(subject)]
            words += (f"WHEN {spelled(when)} THEN {spelled(then)}" for when, then in branches)
            words += [] if otherwise is None else [f"ELSE {spelled(otherwise)}"]
            return " ".join((*words, "END"))
        case Items(items, kind):
            return f"ARRAY[{_listed(items)}]" if kind == "array" else f"({_listed(items)})"
        case SubSelect():
            return _sub_select(expression)
        case Other("CollateClause", (argument, *_), detail) if detail:
            return f"{_operand(argument)} COLLATE {detail}"
        case Query():
            return _query(expression)
        case _:
            raise Unspelled


def _constant(value: str | int | bool | None) -> str:
    match value:
        case None:
            return "NULL"
        case str():
            return quoted_literal(value)
        case _:
            return str(value).lower()


def _listed(expressions: Iterable[Expr]) -> str:
    return ", ".join(map(spelled, expressions))


def _inside(expression: Expr, weaker: type[And | Or]) -> str:
    """Spell an operand of AND or OR, which the other of the two would tear apart."""
    words = spelled(expression)
    return f"({words})" if isinstance(expression, weaker) else words


def _operand(expression: Expr) -> str:
    words = spelled(expression)
    tight = isinstance(expression, Column | Constant | Call | Cast | Items | Parameter | SubSelect)
    return words if tight else f"({words})"


def _operator(operator: Operator) -> str:
    symbol = _WORDS.get(operator.symbol, operator.symbol)
    right = _operand(operator.right)
    if operator.left is None:
        return f"{symbol}{right}"
    left = _operand(operator.left)
    if not operator.quantifier:
        return f"{left} {symbol} {right}"
    if isinstance(operator.right, Items) and operator.right.kind != "array":
        word = {("=", "any"): "IN", ("<>", "all"): "NOT IN"}[operator.symbol, operator.quantifier]
        return f"{left} {word} {right}"
    return f"{left} {symbol} {operator.quantifier.upper()} ({spelled(operator.right)})"


def _sub_select(sub_select: SubSelect) -> str:
    query = f"({_query(sub_select.query)})"
    match sub_select.kind:
        case "exists":
            return f"EXISTS {query}"
        case "array":
            return f"ARRAY{query}"
        case "any" | "all" if sub_select.left is not None:
            left = _operand(sub_select.left)
            if (sub_select.kind, sub_select.symbol) == ("any", "="):
                return f"{left} IN {query}"
            symbol = _WORDS.get(sub_select.symbol, sub_select.symbol)
            return f"{left} {symbol} {sub_select.kind.upper()} {query}"
        case _:
            return query


def _query(query: Query) -> str:
    if query.ctes or query.rows or query.grouped or query.having is not None:
        raise Unspelled
    words = _arms(query) if query.arms else _select(query)
    if query.ordering:
        order = (spelled(one) + " DESC" * descends for one, descends in query.ordering)
        words += f" ORDER BY {', '.join(order)}"
    limit, offset = query.limits
    words += f" LIMIT {spelled(limit)}" if limit is not None else ""
    return words + (f" OFFSET {spelled(offset)}" if offset is not None else "")


def _arms(query: Query) -> str:
    keeping = " ALL" if query.keeps_duplicates else ""
    return f" {query.set_operation.upper()}{keeping} ".join(map(_query, query.arms))


def _select(query: Query) -> str:
    if not query.inner_only:
        raise Unspelled
    words = f"SELECT {_listed(query.outputs)}".rstrip()
    if query.sources:
        words += f" FROM {', '.join(map(_source, query.sources))}"
    if query.conditions:
        words += " WHERE " + " AND ".join(_inside(one, Or) for one in query.conditions)
    return words


def _source(source: Source) -> str:
    if source.lateral or source.natural or source.merged or source.column_names:
        raise Unspelled
    if source.query is not None:
        words = f"({_query(source.query)})"
    elif source.call is not None:
        words = spelled(source.call)
    else:
        words = ".".join(quoted_identifier(part) for part in (source.schema, source.name) if part)
    alias = source.alias and source.alias != source.name
    return f"{words} {quoted_identifier(source.alias)}" if alias else words
