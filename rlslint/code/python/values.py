"""What a Python expression can be when it is read without running the program."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TypeAlias

from rlslint import NamedTuple
from rlslint.code.python.strings import Written
from rlslint.code.sites import Driver, Lifetime, TransactionScope
from rlslint.text import HoleValue
from rlslint.text.budget import MOST_PIECES, OutOfBudget


class Elements(NamedTuple):
    """A list, a tuple or a set."""

    values: tuple[Value, ...]


def collected(values: Iterable[Value]) -> Elements:
    """Return a list of all values. Raises OutOfBudget where it is far too long."""
    kept = tuple(islice(values, MOST_PIECES + 1))
    if len(kept) > MOST_PIECES:
        raise OutOfBudget
    return Elements(kept)


class Pairs(NamedTuple):
    """A dictionary."""

    entries: tuple[tuple[Value, Value], ...]


class Plain(NamedTuple):
    """A number, a truth value or None."""

    value: int | float | bool | None


class RunTimeValue(NamedTuple):
    """A value that only a run of the program could tell; `parameter`: the caller passes it."""

    source: str
    value: HoleValue = HoleValue.anything
    parameter: bool = False


class External(NamedTuple):
    """Something of another module or a builtin, by its dotted name."""

    dotted: str


class Scoped:
    """The variables of a module, a class or a call of a function."""

    __slots__ = ("parent", "variables")

    def __init__(self, parent: Scoped | None) -> None:
        self.parent = parent
        self.variables: dict[str, Value] = {}

    def find(self, name: str) -> Value | None:
        """Return what a name stands for, here or in a scope around."""
        scope: Scoped | None = self
        while scope is not None:
            if name in scope.variables:
                return scope.variables[name]
            scope = scope.parent
        return None


class Class:
    """A class of the file, with what is assigned in its body and to `self`."""

    __slots__ = ("name", "node", "scope")

    def __init__(self, node: ast.ClassDef, name: str, scope: Scoped) -> None:
        self.node = node
        self.name = name
        self.scope = scope


class Instance(NamedTuple):
    """An object of a class of the file."""

    of: Class


class Callee(NamedTuple):
    """A function of the file; `receiver` is what its first parameter is bound to."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    name: str
    scope: Scoped
    receiver: Value | None = None


class Constructed(NamedTuple):
    """An object of a library's class, with what it was made from and where."""

    dotted: str
    positional: tuple[Value, ...]
    named: Mapping[str, Value]
    start: int
    end: int

    @property
    def kind(self) -> str:
        return self.dotted.rpartition(".")[2]

    def get(self, position: int, name: str) -> Value | None:
        """Return the argument at a position or of a name."""
        if 0 <= position < len(self.positional):
            return self.positional[position]
        return self.named.get(name)


class Suspended(NamedTuple):
    """A call of a context manager function of the file, not entered yet."""

    callee: Callee
    call: ast.Call
    arguments: dict[str, Value]


class WrappedSql(NamedTuple):
    """SQL wrapped by a library's function (`text()` of SQLAlchemy): `:name` are parameters."""

    sql: Written


class Pool(NamedTuple):
    """Something that makes or lends connections: a pool, an engine, a factory of sessions."""

    driver: Driver
    lifetime: Lifetime
    autocommit: bool | None
    name: str = ""
    sessions: bool = False


class Handle:
    """A connection or a session of the program while a function is followed."""

    __slots__ = ("autocommit", "depth", "driver", "lifetime", "name")

    def __init__(
        self, name: str, driver: Driver | None, autocommit: bool | None, lifetime: Lifetime
    ) -> None:
        self.name = name
        self.driver = driver
        self.autocommit = autocommit
        self.lifetime = lifetime
        self.depth = 0

    @property
    def scope(self) -> TransactionScope:
        if self.depth > 0 or self.autocommit is False:
            return TransactionScope.transaction
        return TransactionScope.unknown if self.autocommit is None else TransactionScope.autocommit


class Cursor(NamedTuple):
    """A cursor of a connection."""

    handle: Handle


class Entered(NamedTuple):
    """What a `with` enters: it borrows a connection, begins a transaction, or both."""

    handle: Handle
    acquires: bool = False
    begins: bool = False


Value: TypeAlias = (
    Written
    | Elements
    | Pairs
    | Plain
    | RunTimeValue
    | External
    | Class
    | Instance
    | Callee
    | Constructed
    | Suspended
    | WrappedSql
    | Pool
    | Handle
    | Cursor
    | Entered
)

NONE = Plain(None)


def moved(value: Value, start: int, end: int) -> Value:
    """Return the value as if its strings were written between two offsets of the file."""
    match value:
        case Written():
            return value.moved(start, end)
        case WrappedSql(sql):
            return WrappedSql(sql.moved(start, end))
        case Elements(values):
            return Elements(tuple(moved(item, start, end) for item in values))
        case Pairs(entries):
            return Pairs(
                tuple((moved(key, start, end), moved(item, start, end)) for key, item in entries)
            )
        case _:
            return value


def constant(value: Value | None) -> str | int | float | bool | None:
    """Return the Python value of a constant, None for everything else."""
    match value:
        case Written() if value.is_constant:
            return value.text
        case Plain(plain):
            return plain
        case _:
            return None


def entry(value: Value | None, name: str) -> Value | None:
    """Return what a dictionary holds under a constant key."""
    if isinstance(value, Pairs):
        for key, item in reversed(value.entries):
            if constant(key) == name:
                return item
    return None
