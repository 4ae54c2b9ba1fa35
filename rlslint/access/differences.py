"""What a role gains and loses between two catalogs: more rows, fewer rows, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from rlslint import NamedTuple
from rlslint.access.effective import Extent, Rows
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Relation
from rlslint.drift.likeness import alike, same_type
from rlslint.meaning.carrying_over import NO_NAMES, carried_over
from rlslint.meaning.context import own_columns
from rlslint.meaning.deciding import is_always_true
from rlslint.meaning.implying import difference
from rlslint.meaning.witnesses import Witness
from rlslint.sql.expressions import Constant, Expr


class Direction(NamedTuple):
    """Whether rows came (or went): None where that is not known, for the reason `because`.

    `case` is a row and a session for which they did, where two conditions decide it.
    """

    happened: bool | None
    case: Witness | None = None
    because: str = ""


class RowsChange(NamedTuple):
    """What became of the rows that a role gets at by a command."""

    gained: Direction
    lost: Direction

    @property
    def is_none(self) -> bool:
        return self.gained.happened is False and self.lost.happened is False


_NO, YES = Direction(False), Direction(True)
NO_CHANGE = RowsChange(_NO, _NO)


class Sides(NamedTuple):
    """A table in the catalog that was, and its successor in the `catalog` that is.

    `names` are what its roles were called before, where they have other names.
    """

    before: Relation
    after: Relation
    catalog: Catalog
    names: Mapping[str, str] = NO_NAMES


def change_of(before: Rows, after: Rows, sides: Sides | None) -> RowsChange:
    """Return what changed between two answers about the same role and command.

    `sides` is None where the table is there on one side only. Columns and what an UPDATE may leave
    behind count as well.
    """
    found = _of_conditions(before, after, sides)
    if Extent.none in (before.extent, after.extent):
        return found
    changes = [
        found,
        _of_columns(before.columns, after.columns),
        _of_doubts(before.doubts, after.doubts),
    ]
    if before.leaves is not None or after.leaves is not None:
        changes.append(_of_conditions(before.leaves or before, after.leaves or after, sides))
    return RowsChange(
        _gravest(change.gained for change in changes), _gravest(change.lost for change in changes)
    )


def unknown_change(because: str) -> RowsChange:
    """Return that nobody knows what changed, and why."""
    return RowsChange(Direction(None, because=because), Direction(None, because=because))


def perhaps_too(change: RowsChange, because: str) -> RowsChange:
    """Return a change beside which, for a reason, perhaps more has changed."""
    if not because:
        return change
    perhaps = Direction(None, because=because)
    gained, lost = (perhaps if one.happened is False else one for one in change)
    return RowsChange(gained, lost)


def _gravest(directions: Iterable[Direction]) -> Direction:
    return min(directions, key=lambda one: (one.happened is not True, one.happened is not None))


def _of_columns(before: tuple[str, ...], after: tuple[str, ...]) -> RowsChange:
    """Return what changed in the columns that are granted, of which none are named for all."""
    gained = bool(before) and (not after or not set(after) <= set(before))
    lost = bool(after) and (not before or not set(before) <= set(after))
    return RowsChange(Direction(gained), Direction(lost))


def _of_doubts(before: tuple[str, ...], after: tuple[str, ...]) -> RowsChange:
    """Return what changed in what two answers take for granted."""
    gone, new = (
        next((doubt for doubt in some if doubt not in others), "")
        for some, others in ((before, after), (after, before))
    )
    return RowsChange(
        Direction(None, because=f"before only if {gone}") if gone and not new else _NO,
        Direction(None, because=f"now only if {new}") if new and not gone else _NO,
    )


def _of_conditions(before: Rows, after: Rows, sides: Sides | None) -> RowsChange:
    match before.extent, after.extent:
        case (Extent.none, Extent.none) | (Extent.every, Extent.every):
            return NO_CHANGE
        case (Extent.none, Extent.own | Extent.some | Extent.every):
            return RowsChange(YES, _NO)
        case (Extent.own | Extent.some | Extent.every, Extent.none):
            return RowsChange(_NO, YES)
        case (Extent.own | Extent.some, Extent.every):
            return RowsChange(
                _NO if sides and _keeps_none(before, sides.before, sides.after) else YES, _NO
            )
        case (Extent.every, Extent.own | Extent.some):
            return RowsChange(
                _NO, _NO if sides and _keeps_none(after, sides.after, sides.before) else YES
            )
    if _condition(before) is not None and _condition(after) is not None:
        return _between(_condition(before), _condition(after), sides)
    if (before.because, str(before.gap)) == (after.because, str(after.gap)):
        if _text(before.gap) == _text(after.gap) and (sides is None or _is_said_alike(sides)):
            return NO_CHANGE
        return unknown_change("it is not known on both sides, and what was written has changed")
    told = unknown_change("it is not known on both sides which rows these are")
    return RowsChange(
        _NO if before.extent is Extent.every or after.extent is Extent.none else told.gained,
        _NO if before.extent is Extent.none or after.extent is Extent.every else told.lost,
    )


def _text(gap: UnknownFact | None) -> str:
    """Return the statement for which something is not known."""
    return gap.statement.sql if gap is not None and gap.statement is not None else ""


def _is_said_alike(sides: Sides) -> bool:
    """Tell whether the same statements speak of a table, its policies and its grants."""
    earlier, later = (frozenset(_said(one)) for one in (sides.before, sides.after))
    return earlier == later


def _said(relation: Relation) -> Iterator[str]:
    members = chain.from_iterable(one.statements.values() for one in relation.policies.known())
    grants = (grant.statement for grant in relation.grants.known())
    for statement in (*relation.statements.values(), *members, *grants):
        if statement is not None:
            yield statement.sql


def _keeps_none(rows: Rows, relation: Relation, other: Relation) -> bool:
    """Tell whether a condition on a table lets all rows pass that may lie there on both sides.

    A column that may hold NULL on one side only has none to show or to hide.
    """
    if rows.condition is None or not (relation.knows("columns") and other.knows("columns")):
        return False
    names = [name for one in (relation, other) for name in _filled(one)]
    filled = frozenset(relation.columns[n].number for n in names if n in relation.columns)
    try:
        return is_always_true(rows.condition, filled & own_columns(rows.condition))
    except UnknownFact:
        return False


def _filled(relation: Relation) -> list[str]:
    """Return the columns that hold no NULL."""
    return [n for n, one in relation.columns.items() if one.knows("not_null") and one.not_null]


def _condition(rows: Rows) -> Expr | None:
    match rows.extent:
        case Extent.none:
            return Constant(False)
        case Extent.every:
            return Constant(True)
        case _:
            return rows.condition


def _between(before: Expr | None, after: Expr | None, sides: Sides | None) -> RowsChange:
    """Compare two conditions that rows have to meet."""
    if before is None or after is None or sides is None:
        return unknown_change("its condition is not known")
    try:
        before = carried_over(before, *sides)
    except UnknownFact:
        return unknown_change("what its condition reads has changed")
    retyped = _of_other_type(sides, own_columns(after))
    if retyped:
        return unknown_change(f"{retyped} has another type")
    if alike(before, after):
        return NO_CHANGE
    types, filled = _columns(sides.after)
    return RowsChange(
        _passing(after, before, types, filled), _passing(before, after, types, filled)
    )


_ALIKE_TYPES = ({"text", "varchar"}, {"int2", "int4", "int8", "numeric"})
"""Types between which comparisons give the same."""


def _of_other_type(sides: Sides, numbers: frozenset[int]) -> str:
    """Return the first of some columns that hold other values now, "" for none."""
    if not (sides.before.knows("columns") and sides.after.knows("columns")):
        return ""
    for name, now in sides.after.columns.items():
        was = sides.before.columns.get(name)
        if now.number not in numbers or was is None:
            continue
        if not (was.knows("type") and now.knows("type")) or same_type(was.type, now.type):
            continue
        if not any({was.type, now.type} <= some for some in _ALIKE_TYPES):
            return name
    return ""


def _passing(
    first: Expr, second: Expr, types: Mapping[int, str], filled: frozenset[int]
) -> Direction:
    """Tell whether rows pass the first condition that do not pass the second."""
    try:
        case = difference(first, second, types, filled)
    except UnknownFact:
        return Direction(None, because="the two conditions cannot be compared")
    return _NO if case is None else Direction(True, case)


def _columns(relation: Relation) -> tuple[Mapping[int, str], frozenset[int]]:
    """Return the types of columns, and those that hold no NULL."""
    columns = relation.columns.values() if relation.knows("columns") else ()
    types = {one.number: one.type for one in columns if one.knows("type")}
    return types, frozenset(one.number for one in columns if one.knows("not_null") and one.not_null)
