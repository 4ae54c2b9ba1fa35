"""Whether a predicate is always true, never true, or depends."""

from __future__ import annotations

from enum import Enum
from typing import Final

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.meaning.context import own_columns
from rlslint.meaning.evaluation import Evaluation
from rlslint.meaning.simplifying import simplified
from rlslint.meaning.values import RaisesError
from rlslint.meaning.worlds import ANY_ROW, Situation, World, worlds
from rlslint.sql.expressions import Cast, Constant, Expr
from rlslint.text.budget import WORLDS

_ALL_TRUTHS: frozenset[bool | None] = frozenset((True, False, None))


class _Undecided(Enum):
    undecided = "undecided"


UNDECIDED: Final = _Undecided.undecided
"""What `fold` answers where the value depends on the row, the session or something not known."""

Folded = bool | None | _Undecided


class Outcomes(NamedTuple):
    """What evaluating a predicate can give: its truth values (None is NULL) and its errors.

    An error need not happen for every row. Where there are too many combinations to try, `truths`
    has all three, and `assumed` those that none of the combinations tried has given.
    """

    truths: frozenset[bool | None]
    raised: tuple[Expr, ...]
    assumed: frozenset[bool | None] = frozenset()


def outcomes(expression: Expr, situation: Situation = ANY_ROW) -> Outcomes:
    """Return every truth value that `expression` can take.

    Sound, not complete: a value that PostgreSQL can give is always among them.
    """
    if situation.not_null:
        situation = situation._replace(not_null=situation.not_null & own_columns(expression))
    return _outcomes(expression, situation)


@remembered
def _outcomes(expression: Expr, situation: Situation) -> Outcomes:
    predicate = simplified(expression)
    truths: set[bool | None] = set()
    raised: dict[int, Expr] = {}

    def evaluate(world: World) -> bool:
        try:
            truths.add(Evaluation(world, situation).truth(predicate))
        except RaisesError as error:
            world.errors.append(error.expression)
        raised.update((id(place), place) for place in world.errors)
        return True

    if all(list(worlds(evaluate, WORLDS))):
        return Outcomes(frozenset(truths), tuple(raised.values()))
    return Outcomes(_ALL_TRUTHS, tuple(raised.values()), _ALL_TRUTHS - truths)


def fold(expression: Expr, not_null: frozenset[int] = frozenset()) -> Folded:
    """Return the one value that a predicate has for every row and session, else UNDECIDED.

    `not_null` are the attribute numbers of own-row columns that hold no NULL (and no composite
    type, whose IS NOT NULL asks for every field).
    """
    found = outcomes(expression, Situation(not_null)).truths
    if len(found) != 1:
        return UNDECIDED
    (only,) = found
    return only


def is_always_true(expression: Expr, not_null: frozenset[int] = frozenset()) -> bool:
    """Tell whether a predicate is true for every row."""
    return fold(expression, not_null) is True


def can_be_true(expression: Expr, not_null: frozenset[int] = frozenset()) -> bool:
    """Tell whether a predicate can admit a row at all."""
    return True in outcomes(expression, Situation(not_null)).truths


def is_literally_true(expression: Expr) -> bool:
    """Tell whether a predicate says TRUE and nothing else, be it cast or selected."""
    match simplified(expression):
        case Constant(True) | Cast(Constant(), "bool"):
            return fold(expression) is True
        case _:
            return False
