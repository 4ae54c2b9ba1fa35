"""Bound expressions in a form that a migration's wording and the server's share."""

from __future__ import annotations

from typing import Any

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.drift.comparison.literals import Literal
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

Form = Any


def form_of(bound: Expr) -> Form:
    """Return the form of a bound expression: casts gone, sources numbered as they come.

    Relations and functions have their full names in it, columns their numbers, so that two forms
    are equal where two expressions mean the same and are written alike.
    """
    return _Forms().of(bound)


def names_unknown(bound: Expr) -> bool:
    """Tell whether it is open what a name in an expression means."""
    return any(isinstance(part, Column) and part.unknown for part in bound.walk())


class _Forms:
    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._kept: list[Source] = []

    def of(self, part: Expr | None) -> Form:
        match part:
            case None:
                return None
            case Cast(Constant(value), type_name):
                return ("constant", Literal(_spelled(value), type_name))
            case Cast(argument, _):
                return self.of(argument)
            case Constant(value):
                type_name = "bool" if isinstance(value, bool) else ""
                return ("constant", Literal(_spelled(value), type_name))
            case Operator("-", None, Constant(value)):
                return ("constant", Literal(f"-{_spelled(value)}"))
            case Column():
                return self._column(part)
            case Call(name, arguments):
                return (
                    "call",
                    _Called(name[-1], part.function),
                    *(self.of(argument) for argument in arguments),
                )
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
                values = (getattr(part, name) for name in part.written)
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
                return ("column", self._source(source), Number(number, name))
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
            ("rows", *map(self.of, query.rows)),
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


def local_name(name: str) -> str:
    """Return the name of a type without its schema, which not every history tells."""
    return name.rpartition(".")[2]


class Number:
    """A column in a form: by its number, or by its name where one side does not know that.

    Nobody knows the columns of a table that is made elsewhere.
    """

    __slots__ = ("name", "number")

    def __init__(self, number: int, name: str = "") -> None:
        self.number = number
        self.name = name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Number):
            return False
        if self.number and other.number:
            return self.number == other.number
        return not (self.name and other.name) or self.name == other.name

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return str(self.number or self.name)


class _Called:
    """A function in a form: by its name alone where one side does not know which it is.

    What a platform or an extension brings is in no migration.
    """

    __slots__ = ("name", "signature")

    def __init__(self, name: str, function: object) -> None:
        self.name = name
        self.signature = ""
        if isinstance(function, Function):
            self.name = function.name
            types = ",".join(map(local_name, function.argument_types))
            self.signature = f"{function}({types})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Called) or self.name != other.name:
            return False
        return self.signature in ("", other.signature) or not other.signature

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return self.name


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
