"""What two bound expressions must have in common to share their answers."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.sql.expressions import OWN_ROW, Column, ColumnBinding, Expr, Query, Source


class Spelling:
    """A bound expression as a key: equal ones mean the same and stand alike.

    `parts` are what it consists of. `origin` is where the first of them stands, -1 where none is
    known; places count from there.
    """

    __slots__ = ("_numbers", "key", "origin")

    def __init__(self, expression: Expr, parts: Iterable[Expr]) -> None:
        places = [part.location for part in parts if part.location >= 0]
        self.origin = min(places, default=-1)
        self._numbers: dict[int, int] = {}
        self.key = self._of(expression)

    def _of(self, value: object) -> object:
        match value:
            case Expr() | Source():
                return self._of_part(value)
            case tuple():
                return tuple(map(self._of, value))
            case _:
                return (type(value), value)

    def _of_part(self, part: Expr | Source) -> object:
        """Name queries and FROM entries by the order in which they come, for others may mean them.

        A recursive query contains itself.
        """
        if part is OWN_ROW:
            return OWN_ROW
        if isinstance(part, Query | Source):
            if id(part) in self._numbers:
                return self._numbers[id(part)]
            self._numbers[id(part)] = len(self._numbers)
        place = part.location - self.origin if part.location >= 0 else -1
        match part:
            case Column(names, binding=ColumnBinding(source, number, name)) if source is OWN_ROW:
                # The table's own name before the column says no more than the binding does.
                return (Column, place, len(names), number, name)
        return (type(part), place, *map(self._of, part.contents()))
