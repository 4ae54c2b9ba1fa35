"""Comparisons with the caller by which values that differ in case or accents are one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint import NamedTuple
from rlslint.catalog.model import Column as TableColumn
from rlslint.catalog.model import Relation
from rlslint.meaning.bounds import bound_of
from rlslint.meaning.branches import branches
from rlslint.meaning.context import ContextFunctions, ContextRead, context_reads, is_own
from rlslint.sql.casts import TEXT_TYPES
from rlslint.sql.expressions import (
    And,
    Call,
    Cast,
    Column,
    ColumnBinding,
    Expr,
    IsTruth,
    Operator,
    Or,
    Query,
    SubSelect,
)

FOLDS = frozenset(("lower", "upper", "initcap", "casefold", "unaccent"))
"""Functions that give one value for several that differ in case or accents only."""


class Fold(NamedTuple):
    """That a column is compared by what a fold makes of it; `name` is "citext" for that type.

    `reads` is what the caller says, empty where the other side is a column of another table.
    """

    name: str
    column: Column
    expression: Expr
    reads: tuple[ContextRead, ...]


def column_of_table(column: Column, own: Relation) -> tuple[Relation, TableColumn] | None:
    """Return what a column is and its table, None for one that is of no table or not known."""
    binding = column.binding
    if not isinstance(binding, ColumnBinding):
        return None
    relation = own if is_own(column) else binding.source.relation
    if not isinstance(relation, Relation) or not relation.knows("columns"):
        return None
    found = relation.column(binding.number)
    return (relation, found) if found is not None else None


IsFolded = Callable[[Column], bool]
"""Tells whether equal values of a column may differ in case: its type is citext."""


def folds(expression: Expr, functions: ContextFunctions, is_citext: IsFolded) -> tuple[Fold, ...]:
    """Return the folded comparisons on which a branch rests: nothing else in it binds the rows."""
    return _Folds(functions, is_citext).of(expression)


class _Folds:
    def __init__(self, functions: ContextFunctions, is_citext: IsFolded) -> None:
        self.functions = functions
        self.is_citext = is_citext

    def of(self, expression: Expr) -> tuple[Fold, ...]:
        found: dict[tuple[Expr, Expr], Fold] = {}
        for branch in branches(expression):
            folded = [fold for part in branch for fold in self._in(part)]
            if folded and not any(map(self._binds_exactly, branch)):
                found.update(((fold.expression, fold.column), fold) for fold in folded)
        return tuple(found.values())

    def _binds_exactly(self, conjunct: Expr) -> bool:
        return bound_of(conjunct, self.functions) is not None and not any(self._in(conjunct))

    def _in(self, expression: Expr) -> Iterator[Fold]:
        match expression:
            case And(arguments) | Or(arguments):
                for argument in arguments:
                    yield from self._in(argument)
            case IsTruth(argument, True, False):
                yield from self._in(argument)
            case SubSelect("any", Expr() as left, query):
                for output in query.outputs[:1]:
                    yield from self._compared(expression, left, output)
                yield from self._in_query(query)
            case SubSelect("exists", _, query):
                yield from self._in_query(query)
            case Operator("=" | "is not distinct from", Expr() as left, right):
                if expression.quantifier != "all":
                    yield from self._compared(expression, left, right)
                for side in (left, right):
                    if isinstance(side, SubSelect):
                        yield from self._in_query(side.query)

    def _in_query(self, query: Query) -> Iterator[Fold]:
        for condition in query.conditions:
            yield from self._in(condition)
        for arm in query.arms:
            yield from self._in_query(arm)

    def _compared(self, place: Expr, left: Expr, right: Expr) -> Iterator[Fold]:
        for one, other in ((left, right), (right, left)):
            folded = self._folded(one)
            if folded is None:
                continue
            name, column = folded
            reads = context_reads(other, self.functions)
            joined = _column_of(other)
            if reads or (joined is not None and is_own(joined) is not is_own(column)):
                yield Fold(name, column, place, reads)

    def _folded(self, expression: Expr) -> tuple[str, Column] | None:
        """Return a fold and the column that it is made of."""
        match expression:
            case Cast(argument, "citext"):
                inner = _column_below(argument)
                return ("citext", inner) if inner is not None else None
            case Column():
                return ("citext", expression) if self.is_citext(expression) else None
            case Call(names, (argument, *_)) if names[-1] in FOLDS:
                inner = _column_below(argument)
                return (names[-1], inner) if inner is not None else self._folded(argument)
            case Call(("btrim",), (argument, *_)):
                return self._folded(argument)
            case _:
                return None


def _column_of(expression: Expr) -> Column | None:
    match expression:
        case Call(names, (argument, *_)) if names[-1] in FOLDS:
            return _column_of(argument)
        case _:
            return _column_below(expression)


def _column_below(expression: Expr) -> Column | None:
    match expression:
        case Cast(argument, type_name) if type_name in TEXT_TYPES:
            return _column_below(argument)
        case Column():
            return expression
        case Call((("btrim" | "ltrim" | "rtrim" | "coalesce" | "nullif"),), (first, *_)):
            return _column_below(first)
        case _:
            return None
