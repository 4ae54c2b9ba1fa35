"""The form that programs of all languages are brought into: what following SQL through them needs.

`start` and `end` of a node are byte offsets into its file. What an adapter has no word for is an
`Other`: nothing is known of it, and what stands inside is still found. Parentheses, `await`, `?`,
`!!`, `&` and `*` leave no trace; a pipe is a call, an each-block a loop, an import an `Import`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from rlslint import NamedTuple


class Name(NamedTuple):
    """A variable, function, type or module by its plain name."""

    start: int
    end: int
    name: str


class Attribute(NamedTuple):
    """`of.name`; also `of::name`, `of->name` and `of?.name`."""

    start: int
    end: int
    of: Node
    name: str


class Subscript(NamedTuple):
    """`of[key]`."""

    start: int
    end: int
    of: Node
    key: Node


ALL_ENTRIES = "**"
"""The name of an argument that stands for all entries of a mapping."""


class Call(NamedTuple):
    """A call; `new T(…)` calls the name T, and a block that follows a call is its last argument."""

    start: int
    end: int
    function: Node
    arguments: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...] = ()


class Parameter(NamedTuple):
    """A parameter with its type as it is written, "" where it has none.

    One that takes what is left has a `*` before its name. One that is taken apart at once has the
    pattern for its name, and the body begins by assigning the parts.
    """

    name: str
    type: str = ""
    default: Node | None = None


class Later:
    """A part of a file that is built when it is first asked for."""

    __slots__ = ("_build", "_built")

    def __init__(self, build: Callable[[], Node]) -> None:
        self._build: Callable[[], Node] | None = build
        self._built: Node | None = None

    @property
    def is_missing(self) -> bool:
        """Whether there is no such part."""
        return self.node.start == self.node.end

    @property
    def node(self) -> Node:
        """The part, built."""
        if self._built is None:
            assert self._build is not None
            self._built, self._build = self._build(), None
        return self._built


EXTENSION = "extension"
"""The mark of a function that is called as if it were a method of its first parameter."""


class Function(NamedTuple):
    """A function, method, closure or block; `marks` are decorators, annotations, modifiers.

    `returns` is the type that it is declared to return. Where `gives_last` is True, the value of
    the body is what the function returns. `receiver` is the name by which a method calls the
    object that it belongs to, where it is free to choose one (Go); such a method stands in a
    `Class` that `extends` the type. `annotations` are those of its marks that are given something.
    """

    start: int
    end: int
    name: str
    parameters: tuple[Parameter, ...]
    body: Later
    marks: tuple[str, ...] = ()
    returns: str = ""
    gives_last: bool = False
    receiver: str = ""
    annotations: tuple[Call, ...] = ()

    @property
    def is_declared_only(self) -> bool:
        """Whether it has no body and no SQL of its own, as in an interface."""
        return not self.annotations and self.body.is_missing


class Literal(NamedTuple):
    """A number, a truth value or None."""

    start: int
    end: int
    value: int | float | bool | None


class StringPiece(NamedTuple):
    """Characters of a string; an escape is a piece of its own, wider or narrower than its text."""

    start: int
    end: int
    text: str


class String(NamedTuple):
    """A string: pieces, and the expressions that are put between them.

    `tag` is the function that a template is handed to (`sql` in sql`…`).
    """

    start: int
    end: int
    parts: tuple[StringPiece | Node, ...]
    tag: Node | None = None


class Sequence(NamedTuple):
    """A list, tuple, array or set."""

    start: int
    end: int
    items: tuple[Node, ...]


class Pair(NamedTuple):
    """One entry of a mapping; `name` is its key where that is a word or a constant string."""

    name: str
    key: Node | None
    value: Node


class Mapping(NamedTuple):
    """A dictionary, object, hash or struct literal; `type` is its type's last word, if any."""

    start: int
    end: int
    pairs: tuple[Pair, ...]
    type: str = ""


class Operation(NamedTuple):
    """Operands with one operator between them: chains of it, however long, are one operation.

    The operator is spelled as in Python (`and`, `or`, `not`, `==`, `!=`, `+`, `%`); concatenation
    is `+` in every language. With one operand the operator stands before it.
    """

    start: int
    end: int
    operator: str
    operands: tuple[Node, ...]


class Cast(NamedTuple):
    """A value that is taken for one of a type."""

    start: int
    end: int
    type: str
    value: Node


class Spread(NamedTuple):
    """`*items` or `...items` among arguments or items."""

    start: int
    end: int
    value: Node


class Other(NamedTuple):
    """Something of which only the parts are looked at."""

    start: int
    end: int
    parts: tuple[Node, ...] = ()


class Block(NamedTuple):
    """Statements, one after the other; its value is that of the last one."""

    start: int
    end: int
    body: tuple[Node, ...]


class Assign(NamedTuple):
    """An assignment or declaration; several targets take the parts of the value.

    `operator` is that of `+=` and the like, "" for a plain one; `type` is as it is written.
    """

    start: int
    end: int
    targets: tuple[Node, ...]
    value: Node | None
    type: str = ""
    operator: str = ""


class Import(NamedTuple):
    """A name for a module, or for a `member` of one; `module` is as the language writes it.

    The member `*` stands for all that the module has, `default` for what it is used for (in
    JavaScript). Without a name, the module is only run.
    """

    start: int
    end: int
    name: str
    module: str
    member: str = ""


class With(NamedTuple):
    """A body during which values are held: `with`, `using`, try-with-resources."""

    start: int
    end: int
    items: tuple[tuple[str, Node], ...]
    body: Node


class Try(NamedTuple):
    """A body, the handlers of its errors, and what runs however it ends."""

    start: int
    end: int
    body: Node
    handlers: tuple[Node, ...] = ()
    final: Node | None = None


class Loop(NamedTuple):
    """A loop or a comprehension over `over`; `conditions` decide which items count.

    `over` is None for a loop that runs as long as its one condition holds.
    """

    start: int
    end: int
    names: tuple[str, ...]
    over: Node | None
    conditions: tuple[Node, ...]
    body: Node


class If(NamedTuple):
    """A branch, as statement or as expression."""

    start: int
    end: int
    test: Node
    then: Node
    otherwise: Node | None = None


class Arm(NamedTuple):
    """One way of a choice: what the subject is compared with, empty for the default."""

    patterns: tuple[Node, ...]
    body: Node


class Choice(NamedTuple):
    """`match`, `switch`, `when`, `case`: one of several ways is taken."""

    start: int
    end: int
    subject: Node | None
    arms: tuple[Arm, ...]


class Leaves(Enum):
    """How a statement leaves what surrounds it."""

    returns = "return"
    throws = "throw"
    yields = "yield"
    breaks = "break"


class Leave(NamedTuple):
    """`return`, `throw`, `yield`, and `break` or `continue` of a loop."""

    start: int
    end: int
    kind: Leaves
    value: Node | None = None


class Defer(NamedTuple):
    """What runs when the function ends, however that comes about."""

    start: int
    end: int
    value: Node


class Class(NamedTuple):
    """A class, struct, trait, module or implementation.

    `parameters` are those of a primary constructor, which are fields as well. `extends` is True
    where it adds to a class of this name that stands elsewhere (`impl`, reopened classes).
    """

    start: int
    end: int
    name: str
    bases: tuple[str, ...]
    body: Node
    marks: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    extends: bool = False


Node = (
    Name
    | Attribute
    | Subscript
    | Call
    | Function
    | Literal
    | String
    | Sequence
    | Mapping
    | Operation
    | Cast
    | Spread
    | Other
    | Block
    | Assign
    | Import
    | With
    | Try
    | Loop
    | If
    | Choice
    | Leave
    | Defer
    | Class
)
