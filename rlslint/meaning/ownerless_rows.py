"""Rows without a value in the column that tells whose they are."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import GivenUp
from rlslint.meaning.admitting import admits_all
from rlslint.meaning.beside import beside_filters
from rlslint.meaning.bounds import bounds_of
from rlslint.meaning.context import ContextFunctions, is_own, own_column, own_columns
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.worlds import SessionSettings
from rlslint.sql.expressions import And, Call, Case, Column, Expr, IsNull, IsTruth, Operator


@remembered
def fillable_columns(
    expression: Expr, not_null: frozenset[int], functions: ContextFunctions
) -> tuple[Column, ...]:
    """Return the own columns that a predicate compares with the caller and that may hold NULL."""
    compared = {number for bound in bounds_of(expression, functions) for number in bound.columns}
    return own_columns_of(expression, compared - not_null)


def own_columns_of(expression: Expr, numbers: AbstractSet[int]) -> tuple[Column, ...]:
    """Return the columns of the own row as a predicate names them, each once."""
    found: dict[int, Column] = {}
    for part in expression.walk():
        if isinstance(part, Column) and is_own(part) and own_column(part) in numbers:
            found.setdefault(own_column(part), part)
    found.pop(0, None)
    return tuple(found.values())


@remembered
def rows_without_value(
    expression: Expr,
    column: Expr,
    session: SessionSettings,
    not_null: frozenset[int],
    functions: ContextFunctions,
) -> Expr | None:
    """Return what lets all rows pass that have no value in a column, but for filters.

    None where nothing does. Raises GivenUp where it is too long to tell.
    """
    columns = own_columns(column)
    empty = IsNull(column, False)
    try:
        every = beside_filters(expression, functions, columns)
    except GivenUp:
        if admits_all(expression, session, not_null, functions, (empty,)):
            return expression
        raise
    for _, _, asked in every:
        if not asked:
            continue
        condition = conjunction(asked, -1)
        if admits_all(condition, session, not_null, functions, (empty,)):
            place = next((one for one in asked if columns & own_columns(one)), None)
            return place or expression
    if admits_all(expression, session, not_null, functions, (empty,)):
        return expression
    return None


def is_spelled_out(expression: Expr, number: int) -> bool:
    """Tell whether a predicate asks in so many words for no value in a column and no context."""
    for part in expression.walk():
        if isinstance(part, And):
            empty = [one for one in part.arguments if isinstance(one, IsNull) and not one.negated]
            asked = [own_columns(one) for one in empty]
            if {number} in asked and not all(asked):
                return True
    return False


@remembered
def ownerless_columns(
    expression: Expr, not_null: frozenset[int], functions: ContextFunctions
) -> tuple[tuple[int, Expr], ...]:
    """Return the columns whose rows without a value every caller gets, and what lets them pass.

    None where all other rows pass as well.
    """
    numbers = frozenset(_tested_columns(expression) - not_null)
    if not numbers or admits_all(expression, SessionSettings.given, not_null, functions):
        return ()
    found = []
    for column in own_columns_of(expression, numbers):
        place = rows_without_value(expression, column, SessionSettings.given, not_null, functions)
        if place is not None:
            found.append((own_column(column), place))
    return tuple(found)


def _tested_columns(expression: Expr) -> frozenset[int]:
    """Return the columns whose lack of a value may make a predicate true."""
    return frozenset(
        number
        for part in expression.walk()
        if _asks_for_a_value(part)
        for number in own_columns(part)
    )


def _asks_for_a_value(part: Expr) -> bool:
    match part:
        case IsNull() | IsTruth() | Case() | Call(("coalesce",)):
            return True
        case Operator(symbol):
            return symbol.startswith("is ")
        case _:
            return False
