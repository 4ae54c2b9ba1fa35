"""What a value of a program can be, and what is known of a database session."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.code.evaluation.strings import FollowedFile, Written
from rlslint.code.form import Class, Function
from rlslint.code.libraries import Library, LibraryRole
from rlslint.text import HoleValue


class Plain(NamedTuple):
    """A number, a truth value or nothing."""

    value: int | float | bool | None


class Items(NamedTuple):
    """A list, all of whose items are known to be there; `places` are those of each, or none."""

    values: tuple[Value, ...]
    places: tuple[tuple[FollowedFile, int, int], ...] = ()


class Entries(NamedTuple):
    """A dictionary, object or struct, by the names of its entries; `type` as it is written."""

    values: dict[str, Value]
    type: str = ""


class Unknown:
    """A value that only a run of the program could tell.

    `path` is how the program refers to it; `is_foreign` where it comes from a module that is not
    of the project. `value` says how far it can change SQL that it becomes part of. `members` and
    `session` keep what the program was seen to do with it.
    """

    __slots__ = ("is_foreign", "members", "path", "session", "value")

    def __init__(
        self, path: str = "", value: HoleValue = HoleValue.anything, is_foreign: bool = False
    ) -> None:
        self.path = path
        self.value = value
        self.is_foreign = is_foreign
        self.members: dict[str, Value] = {}
        self.session: Handle | None = None


class Namespace:
    """The variables of a file, a class or a call of a function."""

    __slots__ = ("owner", "parent", "variables")

    def __init__(self, parent: Namespace | None = None, owner: Object | None = None) -> None:
        self.parent = parent
        self.variables: dict[str, Value] = {}
        inherited = parent.owner if parent is not None else None
        self.owner: Object | None = owner if owner is not None else inherited

    def find(self, name: str) -> Value | None:
        """Return what a name stands for, here or in a scope around."""
        scope: Namespace | None = self
        while scope is not None:
            if name in scope.variables:
                return scope.variables[name]
            scope = scope.parent
        return None

    def assign(self, name: str, value: Value) -> None:
        """Set a variable where it is, or make it here."""
        scope: Namespace | None = self
        while scope is not None:
            if name in scope.variables:
                scope.variables[name] = value
                return
            scope = scope.parent
        self.variables[name] = value


class Closure(NamedTuple):
    """A function of the program, with the variables around it. `name` says whose it is as well."""

    function: Function
    scope: Namespace
    source: FollowedFile
    name: str


class Object:
    """A class of the program and its one object: what differs between objects is not known."""

    __slots__ = ("bases", "marks", "name", "scope", "source")

    def __init__(self, node: Class, scope: Namespace, source: FollowedFile) -> None:
        self.name = node.name
        self.marks = node.marks
        self.bases = node.bases
        self.source = source
        self.scope = Namespace(scope, self)

    @property
    def is_alias(self) -> bool:
        """Whether it is another name for a type."""
        return len(self.bases) == 1 and not self.scope.variables


class FollowedSession:
    """A database session while the program is followed.

    `is_pool`: each statement may use another one. `pooled`: others use it afterwards, None where
    that is not known. `transaction`: one is open, None where that is not known. `begins_itself`:
    the first statement opens one. `is_surrounding`: it is not this function's alone, so that
    others may have begun a transaction on it. `replaces_reset`: the program says itself what is
    undone when it comes back.
    """

    __slots__ = (
        "autocommit", "begins_itself", "is_pool", "is_surrounding", "library", "name", "pooled",
        "replaces_reset", "transaction",
    )  # fmt: skip

    def __init__(
        self,
        library: Library | None,
        pooled: bool | None,
        transaction: bool | None,
        is_pool: bool = False,
        begins_itself: bool | None = False,
    ) -> None:
        self.library = library
        self.pooled = pooled
        self.transaction = transaction
        self.is_pool = is_pool
        self.begins_itself = begins_itself
        self.autocommit = False
        self.is_surrounding = False
        self.replaces_reset = False
        self.name = ""

    @property
    def between(self) -> bool | None:
        """Whether a transaction is open again as soon as one has ended."""
        return False if self.autocommit else self.begins_itself


class Prepared:
    """A statement that is sent later; its values come one after the other."""

    __slots__ = ("is_sent", "sql", "values")

    def __init__(self, sql: Written, values: list[Value]) -> None:
        self.sql = sql
        self.values = values
        self.is_sent = False


class Handle(NamedTuple):
    """A value through which SQL reaches a session.

    `session` is None for what only makes sessions: a pool. `prepared` is the statement that was
    made on it. `begins` tells that a body or a callback that it is given runs in a transaction.
    `autocommit` and `pooled` are what the options of a pool say of the connections that it lends;
    `pooled` is True where they say nothing. `replaces_reset` tells that the program says itself
    what is undone when a connection comes back, `is_template` that a template with the library's
    tag made it: another one takes it in with its values apart.
    """

    role: LibraryRole
    library: Library
    session: FollowedSession | None = None
    prepared: Prepared | None = None
    begins: bool = False
    autocommit: bool | None = False
    pooled: bool | None = True
    replaces_reset: bool = False
    is_template: bool = False


Value = Written | Plain | Items | Entries | Unknown | Closure | Object | Handle

NOTHING = Plain(None)


def constant(value: Value | None) -> str | int | float | bool | None:
    """Return what a value is where all of it is known, None for everything else."""
    match value:
        case Written():
            return value.constant
        case Plain(plain):
            return plain
        case _:
            return None
