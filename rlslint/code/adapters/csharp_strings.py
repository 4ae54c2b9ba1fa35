"""Strings of C#: interpolated, verbatim and raw ones, and what its grammar takes for their end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters.building import Builder, part
from rlslint.code.adapters.literals import string, unindented
from rlslint.code.form import (
    Node,
    String,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_QUOTED = Pattern(
    rb"""//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])+'|"{3,}.*?"{3,}"""
    rb"""|(?P<doubled>(?:\$@|@\$)"(?:[^"]|"")*")|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*\"""",
    re.DOTALL,
)


def prepared(source: bytes) -> bytes:
    """Hide doubled quotes in `$@"…"`: the grammar ends such a string at the first of them."""
    if b'$@"' not in source and b'@$"' not in source:
        return source
    return _QUOTED().sub(_hidden, source)


def _hidden(found: re.Match[bytes]) -> bytes:
    text = found[0]
    if found["doubled"] is None:
        return text
    return text[:3] + text[3:-1].replace(b'""', b"''") + text[-1:]


def interpolated(builder: Builder, node: Parsed) -> Node:
    opening = builder.text(part(node, ".interpolation_start"))
    doubled = {"{{": "{", "}}": "}"} if opening.count("$") == 1 else {}
    if "@" in opening:
        doubled['""'] = '"'
    made = string(("string_content",), value=1, doubled=doubled)(builder, node)
    closing = part(node, -1)
    is_raw = closing is not None and closing.type == "interpolation_quote"
    return _laid_out(builder, made, closing) if is_raw else made


def raw_string(builder: Builder, node: Parsed) -> Node:
    made = string(("raw_string_content",))(builder, node)
    return _laid_out(builder, made, part(node, -1))


def _laid_out(builder: Builder, made: Node, closing: Parsed | None) -> Node:
    """A raw string of several lines loses the indentation of the quotes at its end."""
    assert isinstance(made, String)
    before = builder.source[made.start : closing.start_byte if closing is not None else made.end]
    if b"\n" not in before:
        return made
    line = before.rpartition(b"\n")[2]
    return unindented(made, len(line) - len(line.lstrip(b" \t")), ends_with_newline=False)
