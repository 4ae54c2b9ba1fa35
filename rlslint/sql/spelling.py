"""An expression as SQL on one line, for people: also where no file has it as it is.

What comes of inlined functions, and of conditions taken apart, stands nowhere. Columns are spelled
as they were written, or as who asks calls what they are bound to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rlslint import NamedTuple
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


class Names(NamedTuple):
    """What columns and the relations in FROM are called, schema or table first."""

    of_column: Callable[[Column], tuple[str, ...]]
    of_source: Callable[[Source], tuple[str, ...]]


AS_WRITTEN = Names(
    lambda column: column.names,
    lambda source: tuple(part for part in (source.schema, source.name) if part),
)


def spelled(expression: Expr, names: Names = AS_WRITTEN) -> str:
    """Return an expression as SQL. Raises Unspelled."""
    return _Speller(names).spelled(expression)


class _Speller:
    def __init__(self, names: Names) -> None:
        self.names = names

    def spelled(self, expression: Expr) -> str:
        match expression:
            case Column():
                names = self.names.of_column(expression)
                return ".".join(name if name == "*" else quoted_identifier(name) for name in names)
            case Constant(value):
                return self._constant(value)
            case Parameter(number):
                return f"${number}"
            case And(arguments):
                return " AND ".join(self._inside(one, Or) for one in arguments)
            case Or(arguments):
                return " OR ".join(self._inside(one, And) for one in arguments)
            case Not(argument):
                return f"NOT {self._operand(argument)}"
            case IsNull(argument, negated):
                return f"{self._operand(argument)} IS {'NOT ' if negated else ''}NULL"
            case IsTruth(argument, value, negated):
                name = "UNKNOWN" if value is None else str(value).upper()
                return f"{self._operand(argument)} IS {'NOT ' if negated else ''}{name}"
            case Cast(argument, type_name):
                return f"{self._operand(argument)}::{_TYPES.get(type_name, type_name)}"
            case Operator():
                return self._operator(expression)
            case Call(name, arguments):
                if len(name) == 1 and name[0] in _WITHOUT_PARENTHESES and not arguments:
                    return name[0]
                if name == ("position",):
                    # POSITION(part IN text), the only way to write it, is strpos(text, part).
                    return f"strpos({self._listed(arguments)})"
                if name[0] in _UPPER and len(name) == 1:
                    return f"{name[0].upper()}({self._listed(arguments)})"
                return f"{'.'.join(map(quoted_identifier, name))}({self._listed(arguments)})"
            case Case(subject, branches, otherwise):
                words = ["CASE"] if subject is None else ["CASE", self.spelled(subject)]
                words += (
                    f"WHEN {self.spelled(when)} THEN {self.spelled(then)}"
                    for when, then in branches
                )
                words += [] if otherwise is None else [f"ELSE {self.spelled(otherwise)}"]
                return " ".join((*words, "END"))
            case Items(items, kind):
                return (
                    f"ARRAY[{self._listed(items)}]"
                    if kind == "array"
                    else f"({self._listed(items)})"
                )
            case SubSelect():
                return self._sub_select(expression)
            case Other("CollateClause", (argument, *_), detail) if detail:
                return f"{self._operand(argument)} COLLATE {detail}"
            case Query():
                return self._query(expression)
            case _:
                raise Unspelled

    def _constant(self, value: str | int | bool | None) -> str:
        match value:
            case None:
                return "NULL"
            case str():
                return quoted_literal(value)
            case _:
                return str(value).lower()

    def _listed(self, expressions: Iterable[Expr]) -> str:
        return ", ".join(map(self.spelled, expressions))

    def _inside(self, expression: Expr, weaker: type[And | Or]) -> str:
        """Spell an operand of AND or OR, which the other of the two would tear apart."""
        words = self.spelled(expression)
        return f"({words})" if isinstance(expression, weaker) else words

    def _operand(self, expression: Expr) -> str:
        words = self.spelled(expression)
        tight = isinstance(
            expression, Column | Constant | Call | Cast | Items | Parameter | SubSelect
        )
        return words if tight else f"({words})"

    def _operator(self, operator: Operator) -> str:
        symbol = _WORDS.get(operator.symbol, operator.symbol)
        right = self._operand(operator.right)
        if operator.left is None:
            return f"{symbol}{right}"
        left = self._operand(operator.left)
        if not operator.quantifier:
            return f"{left} {symbol} {right}"
        if isinstance(operator.right, Items) and operator.right.kind != "array":
            word = {("=", "any"): "IN", ("<>", "all"): "NOT IN"}[
                operator.symbol, operator.quantifier
            ]
            return f"{left} {word} {right}"
        return f"{left} {symbol} {operator.quantifier.upper()} ({self.spelled(operator.right)})"

    def _sub_select(self, sub_select: SubSelect) -> str:
        query = f"({self._query(sub_select.query)})"
        match sub_select.kind:
            case "exists":
                return f"EXISTS {query}"
            case "array":
                return f"ARRAY{query}"
            case "any" | "all" if sub_select.left is not None:
                left = self._operand(sub_select.left)
                if (sub_select.kind, sub_select.symbol) == ("any", "="):
                    return f"{left} IN {query}"
                symbol = _WORDS.get(sub_select.symbol, sub_select.symbol)
                return f"{left} {symbol} {sub_select.kind.upper()} {query}"
            case _:
                return query

    def _query(self, query: Query) -> str:
        if query.ctes or query.rows or query.grouped or query.having is not None:
            raise Unspelled
        words = self._arms(query) if query.arms else self._select(query)
        if query.ordering:
            order = (self.spelled(one) + " DESC" * descends for one, descends in query.ordering)
            words += f" ORDER BY {', '.join(order)}"
        limit, offset = query.limits
        words += f" LIMIT {self.spelled(limit)}" if limit is not None else ""
        return words + (f" OFFSET {self.spelled(offset)}" if offset is not None else "")

    def _arms(self, query: Query) -> str:
        keeping = " ALL" if query.keeps_duplicates else ""
        return f" {query.set_operation.upper()}{keeping} ".join(map(self._query, query.arms))

    def _select(self, query: Query) -> str:
        if not query.inner_only:
            raise Unspelled
        words = f"SELECT {self._listed(query.outputs)}".rstrip()
        if query.sources:
            words += f" FROM {', '.join(map(self._source, query.sources))}"
        if query.conditions:
            words += " WHERE " + " AND ".join(self._inside(one, Or) for one in query.conditions)
        return words

    def _source(self, source: Source) -> str:
        if source.lateral or source.natural or source.merged or source.column_names:
            raise Unspelled
        if source.query is not None:
            words = f"({self._query(source.query)})"
        elif source.call is not None:
            words = self.spelled(source.call)
        else:
            names = self.names.of_source(source)
            words = ".".join(map(quoted_identifier, names))
            alias = source.alias if source.alias != names[-1] else ""
            return f"{words} {quoted_identifier(alias)}" if alias else words
        return f"{words} {quoted_identifier(source.alias)}" if source.alias else words
