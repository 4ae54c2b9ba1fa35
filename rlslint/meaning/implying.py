"""Whether one predicate lets pass what another does, and a row and a session where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from rlslint import NamedTuple
from rlslint.catalog.facts import GivenUp
from rlslint.meaning.context import ContextRead, context_reads, is_own, own_column, read_of
from rlslint.meaning.deciding import Ways
from rlslint.meaning.evaluation import Evaluation
from rlslint.meaning.simplifying import simplified
from rlslint.meaning.values import RaisesError
from rlslint.meaning.worlds import ANY_ROW, Situation, World
from rlslint.sql.expressions import Cast, Constant, Expr
from rlslint.sql.rebuilding import rebuilt
from rlslint.text.budget import WITNESSES_TRIED, Budget

Plain = str | int | bool | None

_POOL = (0, 1, 2)
"""Numbers that stand for tenants and the like, beside the constants that the predicates name."""


class Witness(NamedTuple):
    """A row, by attribute number, and the settings of a session, None for one never set."""

    row: Mapping[int, Plain]
    settings: Mapping[str, str | None]


def is_equivalent(
    first: Expr, second: Expr, types: Mapping[int, str], not_null: frozenset[int] = frozenset()
) -> bool:
    """Tell whether the same rows pass two predicates in every session. Raises GivenUp."""
    return (
        difference(first, second, types, not_null) is None
        and difference(second, first, types, not_null) is None
    )


def difference(
    first: Expr, second: Expr, types: Mapping[int, str], not_null: frozenset[int] = frozenset()
) -> Witness | None:
    """Return a row and a session in which one predicate lets it pass, and a second does not.

    None where the first implies the second. `types` are those of the own row's columns. Raises
    GivenUp where no difference can be shown, and none ruled out. Errors are no difference: whether
    one happens is for the planner to decide.
    """
    if not _together(first, second, Situation(not_null)).give((True, False)):
        return None
    for witness in _witnesses(first, second, types, not_null):
        return witness
    raise GivenUp(first)


def _together(first: Expr, second: Expr, situation: Situation) -> Ways[tuple[bool, bool]]:
    """Return whether a row passes each of two predicates, for which errors may be skipped."""
    one, other = simplified(first), simplified(second)

    def evaluate(world: World) -> tuple[tuple[bool, bool], ...]:
        left = _passes(Evaluation(world, situation), one)
        right = _passes(Evaluation(world, situation), other)
        if left is None and right is None:
            return ()
        return ((left is not False, right is True),)

    return Ways(first, evaluate)


def _passes(evaluation: Evaluation, predicate: Expr) -> bool | None:
    """Tell whether a row passes, None where an error ends the query."""
    try:
        return evaluation.truth(predicate) is True
    except RaisesError:
        return None


def _witnesses(
    first: Expr, second: Expr, types: Mapping[int, str], not_null: frozenset[int]
) -> Iterator[Witness]:
    """Yield rows and sessions that certainly pass one predicate, and not another."""
    parts = (*first.walk(), *second.walk())
    columns = sorted({number for part in parts if is_own(part) if (number := own_column(part))})
    reads = [read for one in (first, second) for read in context_reads(one)]
    settings = sorted({read.name for read in reads if read.name and _is_settable(read)})
    constants = {part.value for part in parts if isinstance(part, Constant)}
    values = {number: _values(types.get(number, ""), constants) for number in columns}
    texts = (None, "", *map(str, _values("text", constants)))
    draw = Random(len(parts))
    for _ in range(WITNESSES_TRIED):
        row = {
            number: draw.choice(values[number] if number in not_null else (None, *values[number]))
            for number in columns
        }
        given = {name: draw.choice(texts) for name in settings}
        left = _outcome(first, row, given, types)
        right = _outcome(second, row, given, types)
        if left is True and right is False:
            yield Witness(row, given)


def _is_settable(read: ContextRead) -> bool:
    return read.kind == "setting" and "." in (read.name or "")


def _values(type_name: str, constants: set[Plain]) -> tuple[Plain, ...]:
    numbers = {one for one in constants if isinstance(one, int) and not isinstance(one, bool)}
    match type_name:
        case "bool":
            return (True, False)
        case "text" | "varchar":
            named = {one for one in constants if isinstance(one, str) and "." not in one}
            return tuple(sorted({*named, *map(str, (*numbers, *_POOL)), "x"}))
        case _:
            return tuple(sorted({*numbers, *_POOL}))


def _outcome(
    predicate: Expr,
    row: Mapping[int, Plain],
    settings: Mapping[str, str | None],
    types: Mapping[int, str],
) -> bool | None:
    """Tell whether a row passes, None where an error may end the query or more is to be known."""

    def change(child: Expr) -> Expr:
        if is_own(child) and own_column(child) in row:
            number = own_column(child)
            return Cast(Constant(row[number]), types.get(number, ""), child.location)
        read = read_of(child)
        if read is not None and read.name and read.expression is child and _is_settable(read):
            value = settings[read.name]
            if value is not None or read.missing_ok:
                return Cast(Constant(value), "text", child.location)
            return child
        return rebuilt(child, change)

    world = World([], Budget())
    passes = _passes(Evaluation(world, ANY_ROW), simplified(change(predicate)))
    return None if world.trail or world.errors else passes
