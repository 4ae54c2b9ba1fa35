"""Where in a program a comment may be put, and whether the program says the same with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters import ENDINGS, language_of

if TYPE_CHECKING:
    from tree_sitter import Node

_OF_STRINGS = ("heredoc", "nowdoc", "quoted", "sigil", "string", "template_string")
_OF_CODE = ("interpolation", "substitution")
_IN_STRINGS = Pattern(rb"[ \t]*/\* rlslint: ignore\[[^\]\n]*\][^\n]*\*/\r?\n")


def is_in_string(name: str, data: bytes, position: int) -> bool | None:
    """Tell whether a byte of a program stands in a string, None where it cannot be told."""
    node = _root(name, data)
    if node is None:
        return None
    found = node.descendant_for_byte_range(position, position)
    while found is not None and found.parent is not None:
        if any(part in found.type for part in _OF_CODE):
            return False
        if any(part in found.type for part in _OF_STRINGS):
            # What opens a string is its first byte.
            return position > found.start_byte
        found = found.parent
    return False


def says_the_same(name: str, old: bytes, new: bytes) -> bool:
    """Tell whether a program differs from an older one by ignore comments alone.

    Those in its SQL are told by how they are written.
    """
    before, after = _root(name, old), _root(name, new)
    bare = _root(name, _IN_STRINGS().sub(b"", new))
    if before is None or after is None or bare is None:
        return False
    if before.has_error is not after.has_error:
        return False
    return list(_tokens(before)) == list(_tokens(bare))


def _root(name: str, data: bytes) -> Node | None:
    suffix = os.path.splitext(name)[1].lower()
    if suffix not in ENDINGS:
        return None
    try:
        from rlslint.code.adapters.building import tree

        found = tree(language_of(suffix), data)
    except ImportError:
        return None
    return None if found is None else found.root_node


def _tokens(root: Node) -> Iterator[tuple[str, bytes | None]]:
    """Yield the leaves of a tree that are no comments."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if "comment" in node.type:
            continue
        if node.child_count:
            waiting += reversed(node.children)
        elif node.text is not None and node.text.strip():
            yield node.type, node.text
