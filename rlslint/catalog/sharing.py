"""One predicate for all policies that mean the same by it, wherever the catalog comes from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from rlslint import NamedTuple
from rlslint.catalog.model import Column, Relation
from rlslint.catalog.predicates import Predicate
from rlslint.sql.expressions import OWN_ROW, ColumnBinding, Expr, Query, Source
from rlslint.sql.expressions import Column as Reference

V = TypeVar("V")

ColumnKey = tuple[tuple[int, str, str], ...]
"""The number, name and type of each column, "" for a type that is not known."""


class RowColumns(NamedTuple):
    """The columns of its own table on which an expression depends.

    `named` are those that it names; where all matter, that is None, and `every` column is kept.
    """

    named: ColumnKey | None
    every: ColumnKey | None

    def are_in(self, relation: Relation) -> bool:
        """Tell whether a relation whose columns are known has the same."""
        if self.named is None:
            return columns_key(relation) == self.every
        for key in self.named:
            column = relation.columns.get(key[1])
            if column is None or _key(column) != key:
                return False
        return True


class SharedPredicate(NamedTuple):
    """A predicate for all that mean the same, what to add to the locations in it, and on what of
    the row it depends: None where the columns of its table are not known."""

    predicate: Predicate
    shift: int
    columns: RowColumns | None


class SharedPredicates:
    """The one pool from which the policies of a catalog get their predicates.

    What was made for equal words is found without binding them again; what differs in its words
    and not in its meaning (white space, parentheses) still shares the predicate.
    """

    def __init__(self) -> None:
        self._by_words: dict[Hashable, list[Any]] = {}
        self._by_meaning: dict[Hashable, tuple[Predicate, int]] = {}

    def for_words(self, words: Hashable, serves: Callable[[V], bool], make: Callable[[], V]) -> V:
        """Return what was made before for the same words, if it serves here too, else make it."""
        known: list[V] = self._by_words.setdefault(words, [])
        for one in known:
            if serves(one):
                return one
        made = make()
        known.append(made)
        return made

    def for_meaning(
        self, bound: Expr, parts: Sequence[Expr], relation: Relation, found: Hashable = ()
    ) -> SharedPredicate:
        """Return the predicate of an expression over the columns of a relation.

        `parts` are those of the expression, `found` is what else its meaning depends on.
        """
        if not relation.knows("columns"):
            return SharedPredicate(Predicate(bound), 0, None)
        named = _named_columns(relation, parts)
        columns = RowColumns(named, columns_key(relation) if named is None else None)
        spelling = _Spelling(bound, parts)
        key = spelling.key, columns, found
        predicate, origin = self._by_meaning.setdefault(key, (Predicate(bound), spelling.origin))
        return SharedPredicate(predicate, spelling.origin - origin, columns)


def _named_columns(relation: Relation, parts: Iterable[Expr]) -> ColumnKey | None:
    """Return the columns of the row itself that parts name; None where all of them matter."""
    found: dict[str, tuple[int, str, str]] = {}
    for part in parts:
        match part:
            case Reference(binding=ColumnBinding(source, _, name)):
                if source is OWN_ROW and name not in found:
                    column = relation.columns.get(name) if relation.knows("columns") else None
                    if column is None:
                        return None
                    found[name] = _key(column)
            case Reference():
                return None
            case _:
                continue
    return tuple(found.values())


def columns_key(relation: Relation) -> ColumnKey | None:
    """Return all columns of a relation; None if they are unknown."""
    if not relation.knows("columns"):
        return None
    if relation.columns_key is None:
        relation.columns_key = tuple(map(_key, relation.columns.values()))
    return relation.columns_key


def _key(column: Column) -> tuple[int, str, str]:
    return column.number, column.name, column.type if column.knows("type") else ""


class _Spelling:
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
            case Reference(names, binding=ColumnBinding(source, number, name)) if source is OWN_ROW:
                # The table's own name before the column says no more than the binding does.
                return (Reference, place, len(names), number, name)
        return (type(part), place, *map(self._of, part.contents()))
