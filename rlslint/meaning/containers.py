"""Conditions that ask in which container a row lies, and nothing else of the row."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.meaning.branches import branches
from rlslint.meaning.context import ContextFunctions, own_columns
from rlslint.meaning.gates import is_anybody
from rlslint.meaning.simplifying import conjunction
from rlslint.sql.expressions import Column, Constant, Expr, Items, Operator, without_casts


class OpenContainer(NamedTuple):
    """A branch that all who have a context pass for every row of some containers.

    `expression` is what to mark, `names` are those of the containers.
    """

    expression: Expr
    names: tuple[str, ...]


def open_containers(
    expression: Expr, column: int, everyone: frozenset[str], functions: ContextFunctions
) -> tuple[OpenContainer, ...]:
    """Return the branches that ask of a row only what `column`, its container's name, says."""
    found = []
    ways = branches(expression)
    for branch in ways:
        names: list[str] = []
        for conjunct in branch:
            if own_columns(conjunct) == {column} and (named := _names(conjunct)):
                names += named
            elif not is_anybody(conjunct, everyone, functions):
                break
        else:
            if names:
                place = expression if len(ways) == 1 else conjunction(branch, -1)
                found.append(OpenContainer(place, tuple(dict.fromkeys(names))))
    return tuple(found)


def _names(conjunct: Expr) -> tuple[str, ...]:
    """Return the constants that a condition compares a column with, none where it does else."""
    match conjunct:
        case Operator("=", Expr() as left, Expr() as right):
            for one, other in ((left, right), (right, left)):
                if isinstance(without_casts(one), Column):
                    return _constants(without_casts(other))
    return ()


def _constants(expression: Expr) -> tuple[str, ...]:
    match expression:
        case Constant(str() as name):
            return (name,)
        case Items(items):
            constants = [_constants(without_casts(item)) for item in items]
            return tuple(name for names in constants for name in names) if all(constants) else ()
        case _:
            return ()
