"""Errors that come from planning a predicate, before any row is looked at.

To estimate how many rows a condition keeps, the planner evaluates the stable expressions in it
(clauses.c, estimate_expression_value), whatever stands beside them.
"""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.meaning.context import ContextFunctions, is_row_free
from rlslint.meaning.evaluation import Missing
from rlslint.meaning.simplifying import simplified
from rlslint.meaning.truth import outcomes
from rlslint.sql.expressions import And, Case, Constant, Expr, IsNull, Or, SubSelect


@remembered
def planning_errors(
    expression: Expr, missing: Missing, functions: ContextFunctions = frozenset()
) -> tuple[Expr, ...]:
    """Return what raises when the planner evaluates each part of a predicate that reads no row."""
    return tuple(_errors(simplified(expression), missing, functions))


def _errors(expression: Expr, missing: Missing, functions: ContextFunctions) -> list[Expr]:
    if is_row_free(expression, functions):
        value = IsNull(expression, False, expression.location)
        return list(outcomes(value, frozenset(), missing, functions, True).raised)
    match expression:
        case Case(None, cases, otherwise):
            return _errors_of_case(cases, otherwise, missing, functions)
        case And() if Constant(False) in expression.arguments:
            return []
        case Or() if Constant(True) in expression.arguments:
            return []
        case _:
            children = expression.children()
            return [place for child in children for place in _errors(child, missing, functions)]


def _errors_of_case(
    cases: tuple[tuple[Expr, Expr], ...],
    otherwise: Expr | None,
    missing: Missing,
    functions: ContextFunctions,
) -> list[Expr]:
    found: list[Expr] = []
    reachable = True
    for when, then in cases:
        if not reachable:
            found += _errors_below(then, missing, functions)
            continue
        found += _errors(when, missing, functions)
        holds = _holds(when, missing, functions)
        if holds is False:
            found += _errors_below(then, missing, functions)
        else:
            found += _errors(then, missing, functions)
        reachable = holds is not True
    if otherwise is not None:
        below = _errors if reachable else _errors_below
        found += below(otherwise, missing, functions)
    return found


def _errors_below(expression: Expr, missing: Missing, functions: ContextFunctions) -> list[Expr]:
    """Sub-selects are planned even in an arm that is never reached."""
    match expression:
        case SubSelect() if expression.query.sources:
            return _errors(expression.query, missing, functions)
        case _:
            children = expression.children()
            return [p for child in children for p in _errors_below(child, missing, functions)]


def _holds(when: Expr, missing: Missing, functions: ContextFunctions) -> bool | None:
    """Return whether a WHEN holds for every row or for none, None where rows decide."""
    if not is_row_free(when, functions):
        return None
    found = outcomes(when, frozenset(), missing, functions, True).truths
    if found == {True}:
        return True
    return False if True not in found else None
