"""Facts that may be unknown: reading one raises, so that no rule can take it for false."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from rlslint.catalog.journal import ABSENT, JOURNAL, RecordedDict
from rlslint.text import Statement

K = TypeVar("K")
V = TypeVar("V")

_NOTHING: dict[str, Statement | None] = {}
"""What is unknown of an object of which all is known: one mapping for all of these."""


_BOOKKEEPING = ("earlier", "statements", "unknown")
"""What a subject with facts has besides them, and always."""


class UnknownFact(Exception):
    """Raised by reading a fact that the history does not tell.

    `subject` and `fact` name it. `statement` made it unknown; None where nothing in the project
    says anything of it (an object of the platform or of an extension).
    """

    def __init__(self, subject: object, fact: str, statement: Statement | None) -> None:
        super().__init__()
        self.subject = subject
        self.fact = fact
        self.statement = statement

    def __str__(self) -> str:
        return f"{self.fact} of {self.subject} is unknown"


class GivenUp(UnknownFact):
    """Raised where finding out takes more steps than a run may spend on it."""

    def __init__(self, subject: object) -> None:
        super().__init__(subject, "meaning", None)


class DataDecides(UnknownFact):
    """Raised where only the rows of a database tell what a condition admits."""

    def __init__(self, subject: object) -> None:
        super().__init__(subject, "meaning", None)


class Facts:
    """An object whose attributes are facts.

    `statements` tells which statement brought a fact about; the key "" holds the statement that
    made the object. A fact that is not known is an attribute that is not set: reading it raises
    UnknownFact, and nothing stands in for it. `earlier` holds what facts were before they last
    changed. A fact of an object that was not made by the same statement is never assigned to:
    `learn` and its like write to the journal.
    """

    __slots__ = ("earlier", "statements", "unknown")

    statements: dict[str, Statement]
    unknown: dict[str, Statement | None]
    earlier: dict[str, tuple[object, Statement | None]] | None

    def __init__(self, statement: Statement | None) -> None:
        self.statements = {} if statement is None else {"": statement}
        self.unknown = _NOTHING
        self.earlier = None

    def learn(self, fact: str, value: object, statement: Statement) -> None:
        """Set a fact, and remember the statement that did."""
        held = ABSENT if fact in self.unknown else getattr(self, fact)
        if held is not value and held != value:
            self._note_before(fact, held)
        self.become(fact, value)
        self.because_of(fact, statement)

    def become(self, fact: str, value: object) -> None:
        """Set a fact that follows from something else: a name, an owner that was renamed."""
        if JOURNAL.records is not None:
            JOURNAL.records.append((_restore_fact, self, fact, self._held(fact)))
        setattr(self, fact, value)
        if self.unknown:
            self.unknown.pop(fact, None)

    def because_of(self, fact: str, statement: Statement) -> None:
        """Remember the statement that is behind a fact, or behind a part of one."""
        if JOURNAL.records is not None:
            held = self.statements.get(fact, ABSENT)
            JOURNAL.records.append((_restore_statement, self, fact, held))
        self.statements[fact] = statement

    def forget(self, fact: str, statement: Statement | None) -> None:
        """Make a fact unknown because of a statement that could not be understood."""
        if JOURNAL.records is not None:
            JOURNAL.records.append((_restore_fact, self, fact, self._held(fact)))
        _unset(self, fact, statement)

    def knows(self, fact: str) -> bool:
        """Tell whether reading `fact` is safe."""
        return fact not in self.unknown

    @property
    def created(self) -> Statement | None:
        """The statement that made the object, None for one that the history takes as given."""
        return self.statements.get("")

    def because(self, fact: str) -> Statement | None:
        """Return the statement that brought `fact` about, else the one that made the object."""
        return self.statements.get(fact) or self.statements.get("")

    def before(self, fact: str) -> Any:
        """Return what `fact` was before it last changed; what it is where it never has.

        A statement that sets a fact to what it is already changes nothing. Raises UnknownFact where
        what it was is not known.
        """
        if self.earlier is None or fact not in self.earlier:
            return getattr(self, fact)
        value, statement = self.earlier[fact]
        if value is ABSENT:
            raise UnknownFact(self, fact, statement)
        return value

    def because_before(self, fact: str) -> Statement | None:
        """Return the statement that had brought about what `fact` was before it last changed."""
        if self.earlier is None or fact not in self.earlier:
            return self.because(fact)
        return self.earlier[fact][1]

    def _note_before(self, fact: str, held: object) -> None:
        statement = self.unknown.get(fact) if held is ABSENT else self.because(fact)
        self.note_earlier(fact, held, statement)

    def note_earlier(self, fact: str, held: object, statement: Statement | None) -> None:
        """Remember what a fact was and why, where one statement changes it in several steps."""
        earlier = {} if self.earlier is None else self.earlier
        if JOURNAL.records is not None:
            JOURNAL.records.append((_restore_earlier, self, fact, earlier.get(fact, ABSENT)))
        earlier[fact] = held, statement
        self.earlier = earlier

    def _held(self, fact: str) -> tuple[object, Statement | None]:
        """Return what a fact holds, for the journal: its value, or ABSENT and why."""
        if fact in self.unknown:
            return ABSENT, self.unknown[fact]
        return getattr(self, fact), None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in _BOOKKEEPING:
            raise AttributeError(name)
        raise UnknownFact(self, name, self.unknown.get(name))


def _restore_fact(facts: Facts, fact: str, held: tuple[object, Statement | None]) -> None:
    value, cause = held
    if value is not ABSENT:
        setattr(facts, fact, value)
        if facts.unknown:
            facts.unknown.pop(fact, None)
        return
    _unset(facts, fact, cause)


def _unset(facts: Facts, fact: str, cause: Statement | None) -> None:
    if fact not in facts.unknown:
        delattr(facts, fact)
    if not facts.unknown:
        facts.unknown = {}
    facts.unknown[fact] = cause


def _restore_statement(facts: Facts, fact: str, held: Any) -> None:
    if held is ABSENT:
        facts.statements.pop(fact, None)
    else:
        facts.statements[fact] = held


def _restore_earlier(facts: Facts, fact: str, held: Any) -> None:
    if facts.earlier is None:
        return
    if held is ABSENT:
        facts.earlier.pop(fact, None)
    else:
        facts.earlier[fact] = held


class Members(RecordedDict[K, V]):
    """A set of facts by key that may be open: members are certain, their completeness is not.

    Iterating yields the members and then raises UnknownFact if the set is open, so `any(...)` over
    it may answer True but never False. Asking for a missing key, the length or the truth of an
    open set raises too. `known()` is for those who only need what is certain.
    """

    __slots__ = ("fact", "gap", "is_open")

    def __init__(self, fact: str) -> None:
        super().__init__()
        self.fact = fact
        self.is_open = False
        self.gap: Statement | None = None

    def open(self, statement: Statement | None) -> None:
        """Declare that `statement` may have added members or taken some away."""
        self._set_gap(True, statement)

    def close(self) -> None:
        """Declare that the members are all there are."""
        self._set_gap(False, None)

    def _set_gap(self, is_open: bool, statement: Statement | None) -> None:
        if JOURNAL.records is not None:
            JOURNAL.records.append((_restore_gap, self, ABSENT, (self.is_open, self.gap)))
        self.is_open = is_open
        self.gap = statement

    def known(self) -> list[V]:
        """Return the members that are certain."""
        return list(dict.values(self))

    def __iter__(self) -> Iterator[K]:
        yield from super().__iter__()
        self._end()

    def values(self) -> Iterator[V]:  # type: ignore[override]
        yield from super().values()
        self._end()

    def items(self) -> Iterator[tuple[K, V]]:  # type: ignore[override]
        yield from super().items()
        self._end()

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key):
            return True
        self._end()
        return False

    def get(self, key: K, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401

    def __len__(self) -> int:
        self._end()
        return super().__len__()

    def __bool__(self) -> bool:
        if super().__len__():
            return True
        self._end()
        return False

    def _end(self) -> None:
        if self.is_open:
            raise UnknownFact("the catalog", self.fact, self.gap)


def _restore_gap(members: Members[Any, Any], part: object, held: tuple[bool, Any]) -> None:
    members.is_open, members.gap = held
