"""Values that a program refuses unless they have a form in which nothing can change SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code import form
from rlslint.code.evaluation.values import Namespace, Unknown, constant
from rlslint.text import HoleValue

if TYPE_CHECKING:
    from rlslint.code.evaluation.walking import Walker

_MATCHES = frozenset(
    ("fullmatch", "ismatch", "is_match", "match", "match?", "matches", "matchstring",
     "preg_match", "test")
)  # fmt: skip
"""What tells whether a text is of a pattern."""
_VALIDATES = Pattern(
    r"(?i)(?:is|are|looks_?like|valid(?:ate)?)_?(?:an?_?|valid_?)?(?:uuid|guid|ulid|cuid|object_?id"
    r"|identifier|slug|digits?|int(?:eger)?|num(?:ber|eric)|safe_?\w*)(?:_?v\d|_?valid|_?string)?\??"
)
"""Functions that by their names tell whether a text is of a form without quotes."""
_FORMS = Pattern(
    r"(?i)(?=.*(?:uuid|guid|ulid|slug|ident|safe|digits|numeric|hex|id_))"
    r".*(?:\b|_)?(?:re|regexp?|pattern|format)"
)
"""What patterns of such forms are called."""
_WHOLE = Pattern(r"r?[\"'`/]*(?:\^|\\A)(?P<inside>.*)(?:\$|\\z|\\Z)[\"'`/]*\w*")
_LETS_QUOTES_PASS = Pattern(r"['\"]|(?<!\\)\.|\\[SWD]|\[\^")


def refused(walker: Walker, node: form.If, scope: Namespace) -> None:
    """Take what a branch leaves for, unless it is of a harmless form, for checked from here on."""
    if node.otherwise is not None or not _leaves(node.then):
        return
    for call in _denied(node.test):
        if not _is_of_harmless_form(walker, call, scope):
            continue
        for name in _names(call):
            value = scope.find(name)
            if isinstance(value, Unknown) and value.value is HoleValue.anything:
                value.value = HoleValue.checked


def _leaves(way: form.Node) -> bool:
    last = way
    while isinstance(last, form.Block) and last.body:
        last = last.body[-1]
    return isinstance(last, form.Leave) and last.kind in (form.Leaves.throws, form.Leaves.returns)


def _denied(test: form.Node) -> Iterator[form.Call]:
    """Yield the calls each of which by itself makes a branch be taken where it denies."""
    match test:
        case form.Operation(operator="not", operands=(form.Call() as call,)):
            yield call
        case form.Operation(operator="or", operands=operands):
            for each in operands:
                yield from _denied(each)
        case form.Operation(operator="and", operands=(form.Name(), second)):
            # What is left out is no value that could be written into SQL.
            yield from _denied(second)
        case _:
            return


def _parts(call: form.Call) -> tuple[form.Node, ...]:
    """Return what a call is given and asked of; `pattern.matcher(text).matches()` asks of two."""
    match call.function:
        case form.Attribute(of=form.Call(function=form.Attribute(name="matcher")) as inner):
            return (*call.arguments, *_parts(inner))
        case form.Attribute(of=of):
            return (*call.arguments, of)
        case _:
            return call.arguments


def _names(call: form.Call) -> list[str]:
    return [each.name for each in _parts(call) if isinstance(each, form.Name)]


def _is_of_harmless_form(walker: Walker, call: form.Call, scope: Namespace) -> bool:
    function = call.function
    called = function.name if isinstance(function, form.Attribute | form.Name) else ""
    if called.lower() in _MATCHES:
        return any(_is_harmless(walker, each, scope) for each in _parts(call))
    return _VALIDATES().fullmatch(called) is not None


def _is_harmless(walker: Walker, pattern: form.Node, scope: Namespace) -> bool:
    """Tell whether nothing with a quote is of a pattern, as far as it or its name says."""
    written = walker.source.slice(pattern.start, pattern.end)
    if isinstance(pattern, form.Name | form.Attribute):
        known = constant(walker.value(pattern, scope))
        if not isinstance(known, str):
            return _FORMS().fullmatch(written) is not None
        written = known
    whole = _WHOLE().fullmatch(written)
    return whole is not None and _LETS_QUOTES_PASS().search(whole["inside"]) is None
