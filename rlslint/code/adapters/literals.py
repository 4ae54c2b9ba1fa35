"""Strings of programs: what their characters are, and where each of them is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters.building import Builder, Rule, Where, children, part, span
from rlslint.code.form import Node, Operation, String, StringPiece

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_LINES = Pattern(r"[^\n]*\n|[^\n]+")
_OCTAL = Pattern(r"[0-7]{1,3}")
_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "a": "\a", "b": "\b", "f": "\f",
    "v": "\v", "s": " ", "\n": "", "\r\n": "",
}  # fmt: skip


def unescaped(text: str) -> str:
    """Return the character that an escape stands for."""
    if text.startswith("\\N{"):
        import unicodedata

        try:
            return unicodedata.lookup(text[3:-1])
        except KeyError:
            return "\ufffd"
    if len(text) > 2 and text[1] in "uxU":
        digits = text[2:].strip("{}")
        try:
            found = chr(int(digits, 16))
        except (ValueError, OverflowError):
            return "\ufffd"
        return "\ufffd" if "\ud800" <= found <= "\udfff" else found
    if _OCTAL().fullmatch(text, 1):
        return chr(int(text[1:], 8))
    return _ESCAPES.get(text[1:], text[1:] or text)


def pieces(text: str, offset: int, doubled: Mapping[str, str]) -> Iterator[StringPiece]:
    """Yield a stretch of a string, split at the marks that stand for others (`{{` for `{`)."""
    position = 0
    for start, end, meant in _marks(text, doubled):
        if start > position:
            yield _piece(text, position, start, offset)
        begin = offset + len(text[:start].encode())
        yield StringPiece(begin, begin + len(text[start:end].encode()), meant)
        position = end
    if position < len(text):
        yield _piece(text, position, len(text), offset)


def _marks(text: str, doubled: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    if doubled:
        for found in re.finditer("|".join(map(re.escape, doubled)), text):
            yield found.start(), found.end(), doubled[found[0]]


def _piece(text: str, start: int, end: int, offset: int) -> StringPiece:
    begin = offset + len(text[:start].encode())
    return StringPiece(begin, begin + len(text[start:end].encode()), text[start:end])


def string(
    content: Iterable[str] = ("string_content", "string_fragment"),
    escape: Iterable[str] = ("escape_sequence",),
    hole: Iterable[str] = ("interpolation",),
    value: Where = 0,
    doubled: Mapping[str, str] | None = None,
    tag: Where = None,
) -> Rule:
    """A string whose characters, escapes and holes are its children."""
    contents, escapes, holes = frozenset(content), frozenset(escape), frozenset(hole)

    def rule(builder: Builder, node: Parsed) -> Node:
        parts: list[StringPiece | Node] = []
        for child in node.children:
            if child.type in contents:
                parts += characters(builder, child, doubled or {})
            elif child.type in escapes:
                parts.append(StringPiece(*span(child), unescaped(builder.text(child))))
            elif child.type in holes:
                parts.append(builder.node(part(child, value)))
            elif child.is_named and child.type in builder.language.holes:
                parts.append(builder.node(child))
        return String(*span(node), tuple(parts), builder.optional(part(node, tag)))

    return rule


def characters(builder: Builder, node: Parsed, doubled: Mapping[str, str]) -> Iterator[StringPiece]:
    """Yield the characters of a string; some grammars keep its escapes inside of them."""
    if not doubled and node.child_count == 0:
        yield StringPiece(*span(node), builder.text(node))
        return
    position = node.start_byte
    for inner in node.children:
        if inner.start_byte > position:
            before = builder.source[position : inner.start_byte].decode("utf-8", "replace")
            yield from pieces(before, position, doubled)
        text = builder.text(inner)
        is_brace = "interpolation" in inner.type
        yield StringPiece(*span(inner), text[1:] if is_brace else unescaped(text))
        position = inner.end_byte
    if position < node.end_byte:
        rest = builder.source[position : node.end_byte].decode("utf-8", "replace")
        yield from pieces(rest, position, doubled)


def unindented(made: String, width: int | None = None, ends_with_newline: bool = True) -> String:
    """Take from a string of several lines what only lays it out in the source.

    That is the newline that it begins with, the spaces before its end, and `width` columns of
    indentation, or as many as all of its lines have.
    """
    parts = list(made.parts)
    if parts and isinstance(parts[0], StringPiece) and parts[0].text.startswith(("\n", "\r\n")):
        skipped = parts[0].text.index("\n") + 1
        parts[0] = StringPiece(parts[0].start + skipped, parts[0].end, parts[0].text[skipped:])
    if parts and isinstance(parts[-1], StringPiece) and _is_verbatim(parts[-1]):
        text = parts[-1].text.rstrip(" \t")
        text = text if ends_with_newline else text.removesuffix("\n").removesuffix("\r")
        parts[-1] = StringPiece(parts[-1].start, parts[-1].start + len(text.encode()), text)
    lines = list(_lines(parts))
    if width is None:
        width = min((indent for _, indent, is_blank in lines if not is_blank), default=0)
    kept: list[StringPiece | Node] = []
    for each, indent, _ in lines:
        if not isinstance(each, StringPiece):
            kept.append(each)
        elif each.text[min(indent, width) :]:
            taken = min(indent, width)
            kept.append(StringPiece(each.start + taken, each.end, each.text[taken:]))
    return made._replace(parts=tuple(kept))


def _is_verbatim(piece: StringPiece) -> bool:
    return len(piece.text.encode()) == piece.end - piece.start


def _lines(parts: list[StringPiece | Node]) -> Iterator[tuple[StringPiece | Node, int, bool]]:
    """Yield the parts of a string split into lines, with their indentation and if it is all."""
    begins = True
    for at, each in enumerate(parts):
        if not isinstance(each, StringPiece) or not _is_verbatim(each):
            yield each, 0, not begins
            begins = isinstance(each, StringPiece) and not each.text
            continue
        start = each.start
        for line in _LINES().findall(each.text):
            end = start + len(line.encode())
            inner = line.lstrip(" \t")
            is_last = end == each.end and not inner and at + 1 < len(parts)
            yield (
                StringPiece(start, end, line),
                len(line) - len(inner) if begins else 0,
                not begins or (not inner.strip() and not is_last),
            )
            begins = line.endswith("\n")
            start = end


def verbatim(opening: int, closing: int, doubled: Mapping[str, str] | None = None) -> Rule:
    """A string that is one leaf, between marks of so many characters."""

    def rule(builder: Builder, node: Parsed) -> Node:
        text = builder.text(node)
        inner = text[opening : len(text) - closing]
        start = node.start_byte + len(text[:opening].encode())
        return String(*span(node), tuple(pieces(inner, start, doubled or {})))

    return rule


def adjacent(builder: Builder, node: Parsed) -> Node:
    """Strings that stand side by side are one."""
    return Operation(*span(node), "+", builder.nodes(children(node)))
