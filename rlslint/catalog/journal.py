"""What has changed since a mark, so that it can be undone: the memory of every savepoint.

Facts, Members and the catalog's own mappings write here what they held before, as long as a mark is
set. ROLLBACK, the end of a failed EXCEPTION block, and "perhaps" undo to their mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

Record = tuple[Callable[..., None], Any, Any, Any]
"""How to undo a change, what was changed, which part of it (a fact, a key), and what it held."""

ABSENT: Any = object()
"""Stands for what was not there."""


class Journal:
    """The changes since the outermost mark, oldest first; None while no mark is set."""

    __slots__ = ("_in_order", "_marks", "records")

    def __init__(self) -> None:
        self.records: list[Record] | None = None
        self._marks: list[int] = []
        self._in_order: set[int] = set()

    def mark(self) -> int:
        """Set a mark, and return which one it is."""
        if self.records is None:
            self.records = []
        self._marks.append(len(self.records))
        self._in_order.clear()
        return len(self._marks) - 1

    def undo(self, mark: int) -> None:
        """Undo every change since a mark, which stays set."""
        records = self.records
        if records is None:
            return
        self.records = None  # What undoes a change is none.
        start = self._marks[mark]
        self._marks = [min(one, start) for one in self._marks]
        for undo, subject, part, held in reversed(records[start:]):
            undo(subject, part, held)
        del records[start:]
        self.records = records
        self._in_order.clear()

    def release(self, mark: int) -> None:
        """Take a mark away, and those behind it; the changes stay."""
        del self._marks[mark:]
        if not self._marks:
            self.records = None

    def since(self, mark: int) -> list[Record]:
        """Return the changes since a mark."""
        return [] if self.records is None else self.records[self._marks[mark] :]

    def keep(self) -> None:
        """Make all changes last, as COMMIT does in a procedure: marks undo what comes after it."""
        if self.records is not None:
            self.records.clear()
            self._marks = [0] * len(self._marks)
            self._in_order.clear()

    def keeps_order(self, mapping: object) -> bool:
        """Tell whether the order of a mapping's keys is known since the last mark; now it is."""
        known = id(mapping) in self._in_order
        self._in_order.add(id(mapping))
        return known


JOURNAL = Journal()
"""The one journal: histories are replayed one after another, and no mark outlives its history."""


def set_attribute(subject: object, name: str, value: object) -> None:
    """Set an attribute of something that is not made of facts (a session)."""
    if JOURNAL.records is not None:
        JOURNAL.records.append((setattr, subject, name, getattr(subject, name)))
    setattr(subject, name, value)


class RecordedDict(dict[K, V]):
    """A dict whose changes can be undone, its order included."""

    __slots__ = ()

    def __setitem__(self, key: K, value: V) -> None:
        if JOURNAL.records is not None:
            JOURNAL.records.append((_put_back, self, key, dict.get(self, key, ABSENT)))
        dict.__setitem__(self, key, value)

    def __delitem__(self, key: K) -> None:
        self._note_removal(key)
        dict.__delitem__(self, key)

    def pop(self, key: K, *default: Any) -> Any:
        self._note_removal(key)
        return dict.pop(self, key, *default)

    def setdefault(self, key: K, default: Any = None) -> Any:
        if not dict.__contains__(self, key):
            self[key] = default
        return dict.__getitem__(self, key)

    def replace_all(self, items: Iterable[tuple[K, V]]) -> None:
        """Hold these items, in this order, and no others."""
        kept = dict(items)
        if JOURNAL.records is not None:
            JOURNAL.records.append((_restore, self, ABSENT, dict(dict.items(self))))
        dict.clear(self)
        dict.update(self, kept)

    def _note_removal(self, key: K) -> None:
        if JOURNAL.records is None or not dict.__contains__(self, key):
            return
        if not JOURNAL.keeps_order(self):
            JOURNAL.records.append((_put_in_order, self, ABSENT, tuple(dict.keys(self))))
        JOURNAL.records.append((_put_back, self, key, dict.__getitem__(self, key)))


def _put_back(mapping: dict[Any, Any], key: Any, value: Any) -> None:
    if value is ABSENT:
        dict.pop(mapping, key, None)
    else:
        dict.__setitem__(mapping, key, value)


def _put_in_order(mapping: dict[Any, Any], part: Any, keys: tuple[Any, ...]) -> None:
    kept = [(key, dict.__getitem__(mapping, key)) for key in keys]
    dict.clear(mapping)
    dict.update(mapping, kept)


def _restore(mapping: dict[Any, Any], part: Any, items: dict[Any, Any]) -> None:
    dict.clear(mapping)
    dict.update(mapping, items)


class RecordedSet(RecordedDict[T, None]):
    """A set whose changes can be undone, in no order: a dict, for a compiler takes no set."""

    __slots__ = ()

    def __init__(self, items: Iterable[T] = ()) -> None:
        super().__init__(dict.fromkeys(items))

    def add(self, item: T) -> None:
        if item not in self:
            self[item] = None

    def discard(self, item: T) -> None:
        if item in self:
            if JOURNAL.records is not None:
                JOURNAL.records.append((_put_back, self, item, None))
            dict.__delitem__(self, item)
