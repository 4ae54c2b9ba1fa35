"""What has changed since a mark, so that it can be undone: the memory of every savepoint.

Facts, Members and the catalog's own mappings write here what they held before, as long as a mark is
set. ROLLBACK, the end of a failed EXCEPTION block, and "perhaps" undo to their mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from rlslint import NamedTuple

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

Record = tuple[Callable[..., None], Any, Any, Any]
"""How to undo a change, what was changed, which part of it (a fact, a key), and what it held."""

ABSENT: Any = object()
"""Stands for what was not there."""


class Kept(NamedTuple):
    """The changes of a history and its marks, while the journal is another's."""

    records: list[Record] | None
    marks: list[int]
    checkpoints: list[tuple[int, int]]
    learned: list[tuple[LastingSet[Any], Any]]
    settled: int


class Journal:
    """The changes since the outermost mark, oldest first; None while no mark is set.

    The first marks are `checkpoints`, which stand between the statements of a history. No statement
    goes back behind them: whoever goes on with a changed history does. `learned` is what a
    checkpoint alone takes back, `settled` counts what nothing does.
    """

    __slots__ = ("_checkpoints", "_in_order", "_marks", "learned", "records", "settled")

    def __init__(self) -> None:
        self.records: list[Record] | None = None
        self.learned: list[tuple[LastingSet[Any], Any]] = []
        self.settled = 0
        self._checkpoints: list[tuple[int, int]] = []
        self._marks: list[int] = []
        self._in_order: set[int] = set()

    def set_checkpoint(self) -> int:
        """Set a mark between two statements, and return which one it is."""
        self._checkpoints.append((len(self.learned), self.settled))
        return self.mark()

    @property
    def checkpoints(self) -> int:
        """How many checkpoints there are, which is the first mark that is none."""
        return len(self._checkpoints)

    def can_go_back(self, checkpoint: int) -> bool:
        """Tell whether everything since a checkpoint can be undone."""
        return self._checkpoints[checkpoint][1] == self.settled

    def go_back(self, checkpoint: int) -> list[Record]:
        """Undo every change since a checkpoint, take away those behind it, return the changes."""
        undone = self.since(checkpoint)
        self.undo(checkpoint)
        del self._marks[checkpoint + 1 :]
        del self._checkpoints[checkpoint + 1 :]
        start = self._checkpoints[checkpoint][0]
        for names, name in self.learned[start:]:
            names.pop(name, None)
        del self.learned[start:]
        return undone

    def lay_aside(self) -> Kept:
        """Be free for another history, and return what there is of this one."""
        kept = Kept(self.records, self._marks, self._checkpoints, self.learned, self.settled)
        self.take_up(Kept(None, [], [], [], 0))
        return kept

    def take_up(self, kept: Kept) -> None:
        """Go on with a history that was laid aside."""
        self.records, self._marks, self._checkpoints, self.learned, self.settled = kept
        self._in_order.clear()

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
        """Make all changes last, as COMMIT does in a procedure: marks undo what comes after it.

        A checkpoint undoes them nevertheless.
        """
        if self.records is None:
            return
        first = self.checkpoints
        if not first:
            self.records.clear()
        self._marks[first:] = [len(self.records)] * (len(self._marks) - first)
        self._in_order.clear()

    def keeps_order(self, mapping: object) -> bool:
        """Tell whether the order of a mapping's keys is known since the last mark; now it is."""
        known = id(mapping) in self._in_order
        self._in_order.add(id(mapping))
        return known


JOURNAL = Journal()
"""The one journal: histories are replayed one after another, and no mark outlives its history."""


def append(items: list[T], item: T) -> None:
    """Add to a list, which is only added to, what is undone with the rest."""
    if JOURNAL.records is not None:
        JOURNAL.records.append((_take_last, items, ABSENT, None))
    items.append(item)


def _take_last(items: list[Any], part: Any, held: Any) -> None:
    items.pop()


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


class LastingSet(dict[T, None]):
    """A set to which things are added that stay true though the statement is undone that told them.

    A checkpoint takes them back, for the statement may never have been. It is a dict, since a
    compiler takes no set.
    """

    def add(self, item: T) -> None:
        if JOURNAL.checkpoints and item not in self:
            JOURNAL.learned.append((self, item))
        self[item] = None


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
