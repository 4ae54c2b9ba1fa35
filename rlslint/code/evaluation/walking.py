"""What the ways of following the form ask of the evaluator, and of the program around a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rlslint import Pattern
from rlslint.code import form
from rlslint.code.adapters.building import Errors, last_word
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.connections import Connections
from rlslint.code.evaluation.course import Course
from rlslint.code.evaluation.strings import FollowedFile, Written
from rlslint.code.evaluation.values import Closure, Handle, Namespace, Object, Value
from rlslint.code.schemas import Framework
from rlslint.code.sites import Hook

THEMSELVES = frozenset(("self", "this", "cls", "@", "$this", "me", "static"))
"""How an object names itself in its methods."""

TYPED = frozenset(
    {
        "int", "integer", "long", "uuid", "guid", "number", "bool", "boolean", "i16", "i32",
        "i64", "u16", "u32", "u64", "usize", "int16", "int32", "int64", "uint", "uint32",
        "uint64", "float", "double", "decimal", "short", "bigint", "uuidv4", "float64",
        "serial",
    }
)  # fmt: skip
"""Types, in lower case, of which no value can end a literal of SQL."""

_AROUND_ONE = Pattern(
    r"[&\s]*(?:[\w.]+(?:\.|::))?(?:Async)?(?:Awaitable|CompletableFuture|Coroutine|Future|Maybe|Mono"
    r"|Nullable|Option|Optional|OptionalInt|Promise|Result|Task|Uni|ValueTask)\s*[<\[](?P<inside>.*)[>\]]\s*\??"
)
"""Types of what gives one value later, or perhaps."""
_GIVES_ONE = Pattern(
    r"(?:Func|Lazy|Provider|Supplier)\s*<(?:.*,)?\s*(?P<inside>[\w.]+)\s*\??\s*>\s*\??"
)
"""Types of functions that give one value."""


def is_typed(kind: str) -> bool:
    """Tell whether no value of a type can end a literal of SQL, be it given later or perhaps."""
    found = _AROUND_ONE().fullmatch(kind)
    if found is not None:
        return is_typed(found["inside"].partition(",")[0].strip())
    given = _GIVES_ONE().fullmatch(kind)
    if given is not None:
        return is_typed(given["inside"])
    return last_word(kind).lower() in TYPED


CONSTANT_CASE = Pattern(r"[A-Z][A-Z0-9_]{2,}")
"""Names of what nobody changes."""


class Program(Protocol):
    """What the evaluator asks of the program that a file is part of."""

    def imported(self, module: str, member: str, source: FollowedFile) -> Value | None: ...

    def named_class(self, name: str) -> Object | None: ...

    def imported_class(self, path: str) -> Object | None: ...

    def script(self, path: str, source: FollowedFile) -> Written | None: ...

    def implementing(self, name: str) -> Object | None: ...

    def named_function(self, name: str) -> Closure | None: ...

    def extension(self, name: str) -> Closure | None: ...

    def walker_of(self, source: FollowedFile) -> Walker: ...

    def is_of_interest(self, source: FollowedFile, start: int, end: int) -> bool: ...

    def call_by_pool(self, closure: Closure, hook: Hook) -> None: ...

    def beside(self, name: str, source: FollowedFile) -> Value | None: ...

    def declare(self, closure: Closure) -> None: ...

    def declare_class(self, made: Object) -> None: ...


class Walker(Protocol):
    """What follows the nodes of one file.

    `braces` tells that its strings are formatted with braces, `bare_calls` that a name alone calls
    a function, `calls_methods` that what is called by a name is never a variable, `shares_folder`
    that the files of a folder see each other's names, `visits_keys` that a loop over a mapping gets
    its keys. `class_names` are those of the classes around what is being followed.
    """

    source: FollowedFile
    course: Course
    connections: Connections
    program: Program
    braces: bool
    bare_calls: bool
    calls_methods: bool
    shares_folder: bool
    visits_keys: bool
    errors: Errors
    class_names: list[str]
    framework: Framework | None

    def value(self, node: form.Node | None, scope: Namespace) -> Value: ...

    def place(self, node: form.Node) -> Origin: ...

    def follow(
        self,
        closure: Closure,
        arguments: Sequence[Value],
        hook: Hook | None = None,
        named: Mapping[str, Value] | None = None,
    ) -> Value: ...

    def run(
        self,
        closure: Closure,
        arguments: Sequence[Value],
        hook: Hook | None,
        named: Mapping[str, Value] | None,
    ) -> Value: ...

    def typed(self, kind: str, name: str) -> Value: ...

    def of_library(self, made: Object) -> Handle | None: ...


def dotted(node: form.Node | None) -> str:
    """Return the dotted name that an expression is, "" where it is none."""
    match node:
        case form.Name(name=name):
            return name
        case form.Attribute(of=of, name=name):
            before = dotted(of)
            return f"{before}.{name}" if before else name
        case form.Call(function=function):
            return dotted(function)
        case _:
            return ""


def with_dots(path: str) -> str:
    """Return a path with a dot between its parts, whatever its language puts there."""
    return path.replace("::", ".").replace("\\", ".").replace("/", ".").replace("->", ".")


def name_of(node: form.Node) -> str:
    """Return the name or the member that a target is, "" for others."""
    return node.name if isinstance(node, form.Name | form.Attribute) else ""
