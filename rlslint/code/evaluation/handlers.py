"""What takes the errors of steps: whether it goes on as if there were none.

Errors are raised, or they are values that somebody looks at, or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from rlslint import Pattern
from rlslint.code import form
from rlslint.code.adapters.building import Errors
from rlslint.code.evaluation.walking import Walker, dotted
from rlslint.code.form import Leaves
from rlslint.code.sites import Hook

_PUTS_AWAY = Pattern(r"clos|invalidat|discard|terminat|destroy|dispos|remov|detach|reset|releas")
_ENDS = Pattern(r"exit!?|abort|panic!?|die|fail|Fatal\w*|Panic\w*|halt|unreachable!|todo!|reject")
_IS_ERROR = Pattern(r"\bErr\(|:error\b|\bis_err\(\)")
_ERROR_NAMED = Pattern(r"(?i)\w*err\w*|ex|failure")
_NO_ERROR = frozenset(("Queue",))
"""What only takes a statement to send it later."""

_HOOKS_THAT_LEND = (Hook.acquire, Hook.connect)


class Outcome(Enum):
    """What comes of an error: the program goes on, hands it to its caller, or ends there."""

    goes_on = "goes on"
    passed_on = "passed on"
    ends = "ends"


def outcome(walker: Walker, handler: form.Node) -> Outcome:
    """Return what a handler does with the error, as far as it is written in it."""
    is_hook = walker.course.hook in _HOOKS_THAT_LEND
    for node in _inside(handler):
        match node:
            case form.Leave(kind=Leaves.throws):
                return Outcome.passed_on
            case form.Leave(kind=Leaves.returns, value=value):
                if is_hook and _all_is_well(value):
                    continue
                return Outcome.passed_on if _names_error(value) else Outcome.ends
            case form.Leave(kind=Leaves.breaks):
                return Outcome.ends
            case form.Call(function=function):
                name = dotted(function).rpartition(".")[2]
                if _PUTS_AWAY().search(name.lower()) or _ENDS().fullmatch(name):
                    return Outcome.ends
            case _:
                continue
    return Outcome.passed_on if _gives_error(walker, handler) else Outcome.goes_on


def _gives_error(walker: Walker, handler: form.Node) -> bool:
    """Tell whether the value of a handler is an error again: `Err(error)`, `{:error, reason}`."""
    last = handler.body[-1] if isinstance(handler, form.Block) and handler.body else handler
    return _IS_ERROR().match(walker.source.slice(last.start, last.end).lstrip("{ ")) is not None


def _inside(node: form.Node | None) -> Iterator[form.Node]:
    """Yield a node and all that stands in it, but for functions and classes."""
    waiting: list[object] = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, form.Function | form.Class) or not isinstance(here, tuple):
            continue
        if hasattr(here, "start"):
            yield here  # type: ignore[misc]
        waiting += reversed(here)


def _all_is_well(value: form.Node | None) -> bool:
    match value:
        case form.Literal(value=True) | form.Name() | None:
            return not isinstance(value, form.Name) or not _ERROR_NAMED().fullmatch(value.name)
        case _:
            return False


def _names_error(value: form.Node | None) -> bool:
    return any(
        isinstance(node, form.Name) and _ERROR_NAMED().fullmatch(node.name) is not None
        for node in _inside(value)
    )


def told(walker: Walker, handler: form.Node, first: int, last: int) -> None:
    """Take note of what becomes of the errors of the steps from `first` up to `last`."""
    connections = walker.connections
    match outcome(walker, handler):
        case Outcome.goes_on:
            connections.caught(first, last, walker.place(handler))
        case Outcome.ends:
            connections.caught(first, last, None)
        case Outcome.passed_on:
            pass


def checked(walker: Walker, node: form.If, first: int, last: int) -> None:
    """Take note of errors that are values, where a branch looks at them.

    `first` and `last` are around what the test itself does.
    """
    name = _compared(node.test) if walker.errors is Errors.returned else ""
    known = walker.course.errors.get(name)
    is_error = _IS_ERROR().search(walker.source.slice(node.test.start, node.test.end))
    if is_error and last > first:
        told_at(walker, node, node.then, first, last)
    elif known is not None:
        told_at(walker, node, node.then, *known)


def told_at(walker: Walker, at: form.Node, handler: form.Node, first: int, last: int) -> None:
    """Take note of a handler; the check before it is what is shown."""
    match outcome(walker, handler):
        case Outcome.goes_on:
            walker.connections.caught(first, last, walker.place(at))
        case Outcome.ends:
            walker.connections.caught(first, last, None)
        case Outcome.passed_on:
            pass


def arm_of_errors(walker: Walker, arm: form.Arm) -> bool:
    """Tell whether one of the ways of a choice is that of an error."""
    return any(
        _IS_ERROR().search(walker.source.slice(each.start, each.end + 1)) for each in arm.patterns
    )


def is_handed_on(looks: form.Node, following: form.Node) -> bool:
    """Tell whether an error that a statement looks at is what the following one returns."""
    match looks:
        case form.Choice(subject=form.Name(name=name)):
            pass
        case form.If(test=test):
            name = _compared(test)
        case _:
            return False
    match following:
        case form.Leave(kind=Leaves.returns, value=value) if value is not None:
            given = value
        case form.Name():
            given = following
        case _:
            return False
    return any(isinstance(node, form.Name) and node.name == name for node in _inside(given))


def _compared(test: form.Node) -> str:
    """Return the name of the error that a test compares with nothing, "" for other tests."""
    match test:
        case form.Operation(operator="!=", operands=(left, form.Literal(value=None))):
            name, _, member = dotted(left).partition(".")
            return name if _ERROR_NAMED().fullmatch(member or name) else ""
        case form.Operation(operator="and" | "or", operands=(first, *_)):
            return _compared(first)
        case _:
            return ""


def is_dropped(walker: Walker, node: form.Node, is_last: bool) -> bool:
    """Tell whether nobody looks at the error that a statement may give."""
    match walker.errors, node:
        case Errors.returned | Errors.marked, form.Assign(targets=targets, operator=""):
            return len(targets) > 0 and _is_nobody(walker, targets)
        case Errors.returned, form.Call(function=function):
            name = dotted(function).rpartition(".")[2]
            before = walker.source.data[max(0, node.start - 8) : node.start].rstrip()
            if before.endswith((b"=", b"<-")):
                return False  # A pattern that binds no name is compared all the same.
            return not is_last and not name.endswith("!") and name not in _NO_ERROR
        case Errors.marked, form.Call(function=form.Attribute(name="ok"), arguments=()):
            return not is_last
        case _:
            return False


def _is_nobody(walker: Walker, targets: Sequence[form.Node]) -> bool:
    """Tell whether nobody gets the last result; a pattern that names another raises errors."""
    texts = [walker.source.slice(each.start, each.end).strip() for each in targets]
    return texts[-1] == "_" and not texts[0].startswith(":")
