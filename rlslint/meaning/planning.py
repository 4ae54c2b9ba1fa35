"""Errors that come from planning a predicate, before any row is looked at.

To estimate how many rows a condition keeps, the planner evaluates what a column is compared with,
as far as it is stable (clausesel.c; selfuncs.c, get_restriction_variable; clauses.c,
estimate_expression_value), whatever stands beside it. It looks through AND, OR, NOT and IS TRUE,
and into the conditions of sub-selects, which are planned wherever they stand. It makes nothing of
CASE and COALESCE as conditions, and leaves `(SELECT …)` for the execution.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from rlslint.catalog.answers import remembered
from rlslint.meaning.context import ContextFunctions, is_own, is_row_free, own_columns
from rlslint.meaning.deciding import certain_errors, truths
from rlslint.meaning.simplifying import is_boolean, is_null
from rlslint.meaning.worlds import SessionSettings, Situation
from rlslint.sql.expressions import (
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
    Query,
    Source,
    SubSelect,
)
from rlslint.sql.rebuilding import rebuilt

Errors = tuple[Expr, ...]


class _Undecided(Enum):
    undecided = "undecided"


UNDECIDED: Final = _Undecided.undecided
"""The truth of a condition for which the row, the session or something not known decides."""

Folded = bool | None | _Undecided


@remembered
def planning_errors(
    expression: Expr,
    session: SessionSettings,
    functions: ContextFunctions = frozenset(),
    not_null: frozenset[int] = frozenset(),
) -> Errors:
    """Return what certainly raises when a query with this condition is planned."""
    planner = _Planner(session, functions, not_null)
    return planner.condition(without_constants(expression), None)


class _Planner:
    def __init__(
        self, session: SessionSettings, functions: ContextFunctions, not_null: frozenset[int]
    ) -> None:
        self.not_null = not_null
        self.situation = Situation(frozenset(), session, functions, True)
        self.functions = functions

    def condition(self, expression: Expr, query: Query | None) -> Errors:
        """Return what estimating a condition of `query` raises, None for the policy's own.

        Constants are folded away before.
        """
        if constant_truth(expression, self.not_null) is not UNDECIDED:
            return ()
        match expression:
            case And() | Or() | Not() | IsTruth(_, True | False):
                return tuple(
                    error for part in expression.children() for error in self.condition(part, query)
                )
            case Operator(quantifier="any" | "all"):
                found = self._sides(expression, query)
            case Operator() if expression.left is not None and is_boolean(expression):
                found = self._compared(expression.left, expression.right, query)
            case _:
                found = ()
        return (*found, *self._below(expression))

    def _sides(self, operator: Operator, query: Query | None) -> Errors:
        """Both sides of ANY and ALL are evaluated as far as possible (scalararraysel).

        What IN lists beside columns is compared one by one (parse_expr.c, transformAExprIn).
        """
        match operator:
            case Operator(_, Expr() as left, Items(items) as listed) if listed.kind == "list":
                return tuple(e for item in items for e in self._compared(left, item, query))
        sides = (operator.right,) if operator.left is None else (operator.left, operator.right)
        return tuple(error for side in sides for error in self.evaluated(side))

    def _compared(self, left: Expr, right: Expr, query: Query | None) -> Errors:
        """What a column is compared with is evaluated, if it has no column itself."""
        match _reads_columns(left, query), _reads_columns(right, query):
            case True, False:
                return self.evaluated(right)
            case False, True:
                return self.evaluated(left)
            case _:
                return ()

    def _below(self, expression: Expr) -> Errors:
        if isinstance(expression, SubSelect):
            left = self._below(expression.left) if expression.left is not None else ()
            return (*left, *self._query(expression.query))
        return tuple(error for part in expression.children() for error in self._below(part))

    def _query(self, query: Query) -> Errors:
        found = [error for arm in query.arms for error in self._query(arm)]
        if query.sources:
            for condition in query.conditions:
                found += self.condition(condition, query)
        else:
            for condition in query.conditions:
                found += self._below(condition)
        for source in query.sources:
            if source.query is not None and not source.is_cte:
                found += self._query(source.query)
        for output in query.outputs:
            found += self._below(output)
        return tuple(found)

    def evaluated(self, expression: Expr) -> Errors:
        """Return the first error of an evaluation that goes as far as values are known."""
        if is_row_free(expression, self.functions):
            value = IsNull(expression, False, expression.location)
            return certain_errors(value, self.situation)
        match expression:
            case SubSelect() | Query():
                return ()
            case And(arguments):
                return self._until(arguments, False)
            case Or(arguments):
                return self._until(arguments, True)
            case Case(subject, branches, otherwise):
                tests = tuple(
                    (when if subject is None else Operator("=", subject, when), then)
                    for when, then in branches
                )
                return self._case(tests, otherwise)
            case Call(("coalesce",), arguments):
                return self._coalesce(arguments)
            case _:
                for part in expression.children():
                    if errors := self.evaluated(part):
                        return errors
                return ()

    def _until(self, arguments: tuple[Expr, ...], deciding: bool) -> Errors:
        for argument in arguments:
            if errors := self.evaluated(argument):
                return errors
            if self._truths(argument) == {deciding}:
                return ()
        return ()

    def _case(self, branches: tuple[tuple[Expr, Expr], ...], otherwise: Expr | None) -> Errors:
        for when, then in branches:
            if errors := self.evaluated(when):
                return errors
            truths = self._truths(when)
            if True not in truths:
                continue
            if (errors := self.evaluated(then)) or truths == {True}:
                return errors
        return self.evaluated(otherwise) if otherwise is not None else ()

    def _coalesce(self, arguments: tuple[Expr, ...]) -> Errors:
        for argument in arguments:
            if errors := self.evaluated(argument):
                return errors
            if self._truths(IsNull(argument, False)) == {False}:
                return ()
        return ()

    def _truths(self, expression: Expr) -> frozenset[bool | None]:
        if not is_row_free(expression, self.functions):
            return frozenset((True, False, None))
        return truths(expression, self.situation)


def constant_truth(
    expression: Expr, not_null: frozenset[int] = frozenset(), negated: bool = False
) -> Folded:
    """Return what a condition is for its constants alone, or its negation, else UNDECIDED.

    As a whole condition NULL is no better than FALSE (prepqual.c, canonicalize_qual), and that a
    column holds no NULL is known to the planner (of PostgreSQL 17 and later).
    """
    match expression:
        case And(arguments) | Or(arguments):
            deciding = isinstance(expression, Or) is not negated
            found = [constant_truth(argument, not_null, negated) for argument in arguments]
            if deciding in found or (not deciding and None in found):
                return deciding if deciding in found else None
            return UNDECIDED if UNDECIDED in found else (None if None in found else not deciding)
        case Not(argument):
            return constant_truth(argument, not_null, not negated)
        case Operator() | Call() if is_null(expression):
            return None
        case IsNull(Column() as column, holds) if not_null and own_columns(column) <= not_null:
            return holds is not negated
        case _ if not any(map(_is_open, expression.walk())):
            truth = _folded(expression)
            return not truth if negated and isinstance(truth, bool) else truth
        case _:
            return UNDECIDED


@remembered
def without_constants(expression: Expr) -> Expr:
    """Return an expression as the planner leaves it that has looked at its constants.

    What AND, OR, CASE and COALESCE then do not need is never evaluated (clauses.c,
    eval_const_expressions).
    """
    inner = rebuilt(expression, without_constants)
    if is_null(inner):
        return Constant(None, inner.location)
    match inner:
        case And(arguments) | Or(arguments):
            deciding = isinstance(inner, Or)
            truths = [_constant(argument) for argument in arguments]
            if deciding in truths:
                return Constant(deciding, inner.location)
            kept = tuple(
                a for a, t in zip(arguments, truths, strict=True) if t is not (not deciding)
            )
            match kept:
                case ():
                    return Constant(not deciding, inner.location)
                case (only,):
                    return only
                case _:
                    return type(inner)(kept, inner.location)
        case Case(None, branches, otherwise):
            return _without_constant_branches(branches, otherwise, inner.location)
        case Call(("coalesce",), arguments):
            given = tuple(argument for argument in arguments if not is_null(argument))
            if given and isinstance(known := _constant(given[0]), bool):
                return Constant(known, inner.location)
            return given[0] if given and isinstance(given[0], Constant) else inner
        case _:
            return inner


def _constant(expression: Expr) -> Folded:
    """Return the value of a boolean without anything that is known only when a query runs."""
    return UNDECIDED if any(map(_is_open, expression.walk())) else _folded(expression)


def _folded(expression: Expr) -> Folded:
    """Return the one truth value that a condition has, else UNDECIDED."""
    found = truths(expression)
    return next(iter(found)) if len(found) == 1 else UNDECIDED


def _without_constant_branches(
    branches: tuple[tuple[Expr, Expr], ...], otherwise: Expr | None, location: int
) -> Expr:
    kept: list[tuple[Expr, Expr]] = []
    for when, then in branches:
        match _constant(when):
            case False | None:
                continue
            case True:
                otherwise = then
                break
            case _:
                kept.append((when, then))
    if not kept:
        return otherwise or Constant(None, location)
    return Case(None, tuple(kept), otherwise, location)


def _is_open(part: Expr) -> bool:
    return not isinstance(part, Constant | Operator | And | Or | Not | Cast | IsNull | IsTruth)


def _reads_columns(expression: Expr, query: Query | None) -> bool:
    """Tell whether columns of the query itself take part, not of one around it."""
    return any(
        is_own(part) if query is None else _source(part) in query.sources
        for part in expression.walk()
        if isinstance(part, Column)
    )


def _source(column: Column) -> Source | None:
    match column.binding:
        case ColumnBinding(source, _, _) | (Source() as source):
            return source
        case _:
            return None
