"""Literals of Elixir: strings, sigils, lists, maps and captured functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters.building import Builder, children, part, plain, span
from rlslint.code.adapters.literals import string, unindented
from rlslint.code.adapters.rules import (
    sequence,
)
from rlslint.code.form import (
    Call,
    Function,
    Mapping,
    Name,
    Node,
    Other,
    Pair,
    Parameter,
    Sequence,
    String,
    StringPiece,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_CAPTURED = Pattern(r"&(\d)")
_WORD = Pattern(r"\S+")


def captured(builder: Builder, node: Parsed, operand: Parsed | None) -> Node:
    """`&f/1` names a function, `&f(&1)` is one, `&1` is its first parameter."""
    if operand is None or operand.type == "integer":
        return Name(*span(node), builder.text(node))
    if operand.type == "binary_operator" and builder.text(part(operand, "operator")) == "/":
        made = builder.node(part(operand, "left"))
        return made.function if isinstance(made, Call) and not made.arguments else made
    numbers = [int(found) for found in _CAPTURED().findall(builder.text(operand))]
    given = tuple([Parameter(f"&{number}") for number in range(1, max(numbers, default=0) + 1)])
    return Function(*span(node), "", given, builder.later(operand), gives_last=True)


def list_literal(builder: Builder, node: Parsed) -> Node:
    listed = children(node)
    if [child.type for child in listed] == ["keywords"]:
        return builder.node(listed[0])
    return sequence(builder, node)


def map_literal(builder: Builder, node: Parsed) -> Mapping:
    pairs = _pairs(builder, children(part(node, ".map_content")))
    kind = builder.text(part(part(node, ".struct"), 0)).rpartition(".")[2]
    return Mapping(*span(node), tuple(pairs), kind)


def keyword_list(builder: Builder, node: Parsed) -> Mapping:
    return Mapping(*span(node), tuple(_pairs(builder, [node])))


def _pairs(builder: Builder, listed: list[Parsed]) -> Iterator[Pair]:
    for child in listed:
        sign = builder.text(part(child, "operator"))
        if child.type == "keywords":
            for pair in children(child):
                word = plain(builder.text(part(pair, "key")))
                yield Pair(word, None, builder.node(part(pair, "value")))
        elif sign == "=>":
            key = part(child, "left")
            word = plain(builder.text(key))
            yield Pair(word, builder.optional(key), builder.node(part(child, "right")))
        elif sign == "|":
            yield Pair("", None, builder.node(part(child, "left")))
            changed = part(child, "right")
            yield from _pairs(builder, [] if changed is None else [changed])
        else:
            yield Pair("", None, builder.node(child))


def atom(builder: Builder, node: Parsed) -> String:
    return String(
        *span(node), (StringPiece(node.start_byte + 1, node.end_byte, builder.text(node)[1:]),)
    )


def string_literal(builder: Builder, node: Parsed) -> Node:
    """A string; one between three quotes loses the indentation of its end."""
    made, closing = TEXT(builder, node), part(node, ".quoted_end") or part(node, "quoted_end")
    if closing is None or closing.end_byte - closing.start_byte < 3 or not isinstance(made, String):
        return made
    line = builder.source[: closing.start_byte].rpartition(b"\n")[2]
    return unindented(made, len(line) - len(line.lstrip(b" \t")))


def sigil(builder: Builder, node: Parsed) -> Node:
    kind, content = builder.text(part(node, ".sigil_name")), part(node, ".quoted_content")
    if kind == "r":
        return Other(*span(node))
    if kind not in ("w", "W"):
        return string_literal(builder, node)
    words = []
    for found in _WORD().finditer(builder.text(content)):
        start = node.start_byte if content is None else content.start_byte
        at = start + len(found.string[: found.start()].encode())
        end = at + len(found[0].encode())
        words.append(String(at, end, (StringPiece(at, end, found[0]),)))
    return Sequence(*span(node), tuple(words))


TEXT = string(("quoted_content",))
