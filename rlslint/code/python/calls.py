"""Calls of Python's own functions and methods that make strings and lists."""

from __future__ import annotations

import ast

from rlslint.code.python import formatting
from rlslint.code.python.arguments import CallArguments
from rlslint.code.python.drivers import is_text_function
from rlslint.code.python.evaluator import ExpressionReader
from rlslint.code.python.strings import Fragment, Written, dedented, stripped, with_replacement
from rlslint.code.python.values import (
    Elements,
    Pairs,
    Plain,
    RunTimeValue,
    Value,
    WrappedSql,
    constant,
    entry,
)
from rlslint.text import HoleValue
from rlslint.text.budget import MOST_ITEMS

_TYPED = frozenset(
    {"int", "float", "len", "bool", "uuid.UUID", "uuid.uuid4", "uuid.uuid1", "decimal.Decimal"}
)
_QUOTING = ("quote_ident", "quote_name", "quote_literal", "QuotedString", "quote_identifier")


def string_method(
    evaluator: ExpressionReader, node: ast.Call, of: Written, name: str, given: CallArguments
) -> Value:
    """Return what a method of a string gives."""
    first = given.get(0, "")
    match name, first:
        case "format", _:
            return formatting.formatted(of, given.positional, given.named)
        case "join", Elements() | Pairs():
            members = evaluator.iterated(first) or ()
            return formatting.joined(of, members, *evaluator.span(node))
        case "join", RunTimeValue(_, kind):
            return evaluator.unknown(node, kind)
        case (("strip" | "lstrip" | "rstrip"), None):
            return stripped(of, left=name != "rstrip", right=name != "lstrip")
        case "replace", Written() if isinstance(given.get(1, ""), Written | RunTimeValue):
            new = given.get(1, "")
            argument = node.args[1] if len(node.args) > 1 else node
            return with_replacement(of, first.text, evaluator.anchored(new or first, argument))
        case (("upper" | "lower" | "title"), None) if of.is_constant:
            text = getattr(of.text, name)()
            return Written((Fragment(text, of.place(0), of.place(len(of.text))),))
        case "split", (None | Written()) if of.is_constant:
            return _split(of, first.text if isinstance(first, Written) else None)
        case (("encode" | "as_string"), _):
            return of
        case _:
            return evaluator.unknown(node)


def _split(of: Written, separator: str | None) -> Value:
    parts: list[Value] = []
    position = 0
    for word in of.text.split(separator or None):
        position = of.text.index(word, position)
        parts.append(of.slice(position, position + len(word)))
        position += len(word) + len(separator or "")
    return Elements(tuple(parts))


def collection_method(
    evaluator: ExpressionReader,
    node: ast.Call,
    of: Elements | Pairs,
    name: str,
    given: CallArguments,
) -> Value:
    """Return what a method of a list or a dictionary gives."""
    match of, name:
        case Pairs(entries), "items":
            return Elements(tuple(Elements(pair) for pair in entries))
        case Pairs(entries), "keys":
            return Elements(tuple(key for key, _ in entries))
        case Pairs(entries), "values":
            return Elements(tuple(item for _, item in entries))
        case Pairs(), "get" if isinstance(key := constant(given.get(0, "")), str):
            return entry(of, key) or given.get(1, "") or Plain(None)
        case _:
            return evaluator.unknown(node)


def function_call(
    evaluator: ExpressionReader, node: ast.Call, dotted: str, given: CallArguments
) -> Value | None:
    """Return what a function that makes strings or lists gives, None for other functions."""
    first = given.get(0, "text")
    last = dotted.rpartition(".")[2]
    if dotted in _TYPED:
        return first if isinstance(first, Plain) else evaluator.unknown(node, HoleValue.typed)
    if last in _QUOTING:
        return evaluator.unknown(node, HoleValue.quoted)
    if is_text_function(dotted):
        return WrappedSql(first) if isinstance(first, Written) else first
    if dotted.startswith(("psycopg.sql.", "psycopg2.sql.")):
        return _composed(evaluator, node, last, given)
    match dotted, first:
        case "textwrap.dedent", Written():
            return dedented(first)
        case (("textwrap.dedent" | "inspect.cleandoc"), _):
            return first
        case "str", None:
            return Written(())
        case (("str" | "repr"), Plain(plain)):
            return Written((Fragment(str(plain), *evaluator.span(node)),))
        case (("str" | "format"), (Written() | RunTimeValue())):
            return first
        case "repr", Written():
            return formatting.as_specified(first, "r", "")
        case _:
            return _collection(evaluator, node, dotted, given)


def _composed(
    evaluator: ExpressionReader, node: ast.Call, name: str, given: CallArguments
) -> Value:
    start, end = evaluator.span(node)
    first = given.get(0, "string")
    source = evaluator.quoted(node.args[0]) if node.args else ""
    match name, first:
        case "SQL", Written():
            return first
        case "Identifier", _:
            return formatting.composed_identifier(given.positional, source, start, end)
        case "Literal", RunTimeValue() | Written() | Plain():
            return formatting.composed_literal(first, source, start, end)
        case "Placeholder", Written():
            return Written((Fragment(f"%({first.text})s", start, end),))
        case "Placeholder", None:
            return Written((Fragment("%s", start, end),))
        case "Composed", Elements(values):
            return formatting.joined(Written(()), values, start, end)
        case (("SQL" | "Composed"), _):
            return evaluator.unknown(node)
        case _:
            return evaluator.unknown(node, HoleValue.quoted)


def _collection(
    evaluator: ExpressionReader, node: ast.Call, dotted: str, given: CallArguments
) -> Value | None:
    members = [evaluator.iterated(value) for value in given.positional]
    known = [values for values in members if values is not None]
    if len(known) < len(members):
        return evaluator.unknown(node) if dotted in _COLLECTING else None
    match dotted, known:
        case (("list" | "tuple" | "set" | "frozenset" | "iter"), [values]):
            return Elements(values)
        case "dict", []:
            return Pairs(
                tuple(
                    (Written((Fragment(key, 0, 0),)), value) for key, value in given.named.items()
                )
            )
        case "dict", [_] if isinstance(given.positional[0], Pairs):
            return given.positional[0]
        case "reversed", [values]:
            return Elements(values[::-1])
        case "sorted", [values] if all(isinstance(constant(value), str) for value in values):
            backwards = constant(given.named.get("reverse")) is True
            return Elements(tuple(sorted(values, key=_text, reverse=backwards)))
        case "zip", [_, *_]:
            return Elements(tuple(Elements(row) for row in zip(*known, strict=False)))
        case "enumerate", [values]:
            start = constant(given.get(1, "start"))
            first = start if isinstance(start, int) else 0
            return Elements(
                tuple(Elements((Plain(first + index), value)) for index, value in enumerate(values))
            )
        case (("list" | "tuple" | "set"), []):
            return Elements(()) if not given.positional else None
        case _:
            return None


_COLLECTING = frozenset(
    {"list", "tuple", "set", "frozenset", "iter", "reversed", "sorted", "zip", "enumerate"}
)


def counted_range(given: CallArguments) -> Value | None:
    """Return what `range` yields for known numbers that are not far too many."""
    limits = [constant(value) for value in given.positional]
    whole = [limit for limit in limits if isinstance(limit, int)]
    if not whole or len(whole) < len(limits) or 0 in whole[2:]:
        return None
    numbers = range(*whole[:3])
    return Elements(tuple(map(Plain, numbers))) if not numbers[MOST_ITEMS:] else None


def _text(value: Value) -> str:
    return str(constant(value))
