"""Facts that may be unknown: reading one raises, so that no rule can take it for false."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from rlslint.text import Statement

K = TypeVar("K")
V = TypeVar("V")


class UnknownFact(Exception):
    """Raised by reading a fact that the history does not tell.

    `subject` and `fact` name it. `statement` made it unknown; None where nothing in the project
    says anything of it (an object of the platform or of an extension).
    """

    def __init__(self, subject: object, fact: str, statement: Statement | None) -> None:
        super().__init__(f"{fact} of {subject} is unknown")
        self.subject = subject
        self.fact = fact
        self.statement = statement


class Facts:
    """An object whose attributes are facts.

    `statements` tells which statement brought a fact about; the key "" holds the statement that
    made the object. A fact that is not known is an attribute that is not set: reading it raises
    UnknownFact, and nothing stands in for it.
    """

    __slots__ = ("statements", "unknown")

    statements: dict[str, Statement]
    unknown: dict[str, Statement | None]

    def __init__(self, statement: Statement | None) -> None:
        self.statements = {} if statement is None else {"": statement}
        self.unknown = {}

    def learn(self, fact: str, value: object, statement: Statement) -> None:
        """Set a fact, and remember the statement that did."""
        setattr(self, fact, value)
        self.statements[fact] = statement
        self.unknown.pop(fact, None)

    def forget(self, fact: str, statement: Statement | None) -> None:
        """Make a fact unknown because of a statement that could not be understood."""
        if fact not in self.unknown:
            delattr(self, fact)
        self.unknown[fact] = statement

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

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("statements", "unknown"):
            raise AttributeError(name)
        raise UnknownFact(self, name, self.unknown.get(name))


class Members(dict[K, V]):
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
        self.is_open = True
        self.gap = statement

    def known(self) -> list[V]:
        """Return the members that are certain."""
        return list(super().values())

    def __iter__(self) -> Iterator[K]:
        yield from super().__iter__()
        self._close()

    def values(self) -> Iterator[V]:  # type: ignore[override]
        yield from super().values()
        self._close()

    def items(self) -> Iterator[tuple[K, V]]:  # type: ignore[override]
        yield from super().items()
        self._close()

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key):
            return True
        self._close()
        return False

    def get(self, key: K, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401

    def __len__(self) -> int:
        self._close()
        return super().__len__()

    def __bool__(self) -> bool:
        if super().__len__():
            return True
        self._close()
        return False

    def _close(self) -> None:
        if self.is_open:
            raise UnknownFact("the catalog", self.fact, self.gap)
