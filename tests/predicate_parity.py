"""Bound expressions in a form that a migration's wording and PostgreSQL's deparsing share."""

from __future__ import annotations

from typing import Any

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Relation
from rlslint.sql.expressions import (
    OWN_ROW,
    And,
    Call,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    Items,
    Operator,
    Or,
    Query,
    Source,
    SubSelect,
)
from rlslint.sql.nodes import expression
from rlslint.sql.parser import parse_expression

Form = Any


def deparsed_form(sql: str, catalog: Catalog, relation: Relation) -> Form:
    """Return the form of an expression that pg_get_expr() shows for a row of `relation`."""
    scope = Scope(catalog, ()).with_own_row(relation)
    return replayed_form(bind(expression(parse_expression(sql)), scope))


def replayed_form(bound: Expr) -> Form:
    """Return the form of a bound expression: casts gone, sources numbered as they come."""
    return _Forms().of(bound)


def names_unknown(bound: Expr) -> bool:
    """Tell whether the replay leaves open what a name in an expression means."""
    return any(isinstance(part, Column) and part.unknown for part in bound.walk())


class _Forms:
    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._kept: list[Source] = []

    def of(self, part: Expr | None) -> Form:
        match part:
            case None:
                return None
            case Cast(argument, _):
                return self.of(argument)
            case Constant(value):
                return ("constant", _spelled(value))
            case Operator("-", None, Constant(value)):
                return ("constant", f"-{_spelled(value)}")
            case Column():
                return self._column(part)
            case Call(name, arguments):
                called = (
                    part.function.signature if isinstance(part.function, Function) else name[-1]
                )
                return ("call", called, *(self.of(argument) for argument in arguments))
            case Operator("is not distinct from", left, right):
                return ("Not", ("is distinct from", self.of(left), self.of(right)))
            case And(arguments) | Or(arguments):
                return self._flattened(type(part).__name__.lower(), arguments)
            case Operator(symbol, left, Items(items), quantifier=quantifier) if (
                part.quantifier and not isinstance(part.right, Cast)
            ):
                return self._list(symbol, left, items, quantifier)
            case Operator(symbol, left, Cast(Items(items)), quantifier=quantifier) if (
                part.quantifier
            ):
                return self._list(symbol, left, items, quantifier)
            case Operator(symbol, left, right):
                return (symbol, self.of(left), self.of(right), part.quantifier)[
                    : 4 if part.quantifier else 3
                ]
            case Items(items):
                return ("items", *(self.of(item) for item in items))
            case SubSelect(kind, left, query):
                return (kind, part.symbol, self.of(left), self._query(query, kind != "exists"))
            case Query():
                return self._query(part, True)
            case _:
                values = (getattr(part, name) for name in part.parts)
                return (type(part).__name__, *(self._value(value) for value in values))

    def _value(self, value: object) -> Form:
        match value:
            case Expr():
                return self.of(value)
            case tuple():
                return tuple(self._value(item) for item in value)
            case _:
                return value

    def _flattened(self, word: str, arguments: tuple[Expr, ...]) -> Form:
        parts: list[Form] = []
        for form in map(self.of, arguments):
            parts += form[1:] if form[0] == word else (form,)
        return (word, *(sorted(parts, key=repr) if word == "or" else parts))

    def _list(
        self, symbol: str, left: Expr | None, items: tuple[Expr, ...], quantifier: str
    ) -> Form:
        alternatives = tuple((symbol, self.of(left), self.of(item)) for item in items)
        if len(alternatives) == 1:
            return alternatives[0]
        return ("or" if quantifier == "any" else "and", *sorted(alternatives, key=repr))

    def _column(self, column: Column) -> Form:
        match column.binding:
            case ColumnBinding(source, number, name):
                return ("column", self._source(source), number or name)
            case Source() as source:
                return ("row", self._source(source))
            case _:
                return ("unbound", column.names)

    def _source(self, source: Source) -> Form:
        if source is OWN_ROW:
            return "own row"
        return self._numbers.get(id(source), "?")

    def _query(self, query: Query, with_outputs: bool) -> Form:
        ctes = tuple(self._query(cte, True) for _, cte in query.ctes)
        for source in query.sources:
            self._numbers[id(source)] = len(self._numbers)
            self._kept.append(source)
        sources = tuple(self._described(source, query) for source in query.sources)
        return (
            ("ctes", *ctes),
            ("from", *sources),
            ("outputs", *(self._outputs(query) if with_outputs else ())),
            ("where", *(self.of(condition) for condition in query.conditions)),
            ("rows", *(self.of(row) for row in query.others if query.set_operation == "values")),
            (query.set_operation, *(self._query(arm, with_outputs) for arm in query.arms)),
        )

    def _described(self, source: Source, query: Query) -> Form:
        match source:
            case Source(relation=Relation() as relation):
                return str(relation)
            case Source(query=Query() as inner) if not source.is_cte:
                return self._query(inner, True)
            case Source(call=Expr() as call):
                return self.of(call)
            case _:
                return source.name

    def _outputs(self, query: Query) -> list[Form]:
        return [self.of(output) for output in query.outputs]


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
