"""Patterns of JavaScript: how a value is taken apart into names.

Each name becomes one assignment. A value that has no name of its own is held under the pattern's
text meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.code.adapters.building import Builder, children, part, plain, span
from rlslint.code.form import Assign, Attribute, Literal, Name, Node, Operation, Other, Subscript

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

PATTERNS = ("object_pattern", "array_pattern")


def bound(
    builder: Builder, pattern: Parsed | None, value: Node | None, kind: str = ""
) -> Iterator[Node]:
    """Yield the assignments by which a pattern takes a value apart."""
    if pattern is None:
        return
    if pattern.type not in PATTERNS:
        yield Assign(*span(pattern), (builder.node(pattern),), value, kind)
        return
    if not isinstance(value, Name):
        held = Name(*span(pattern), builder.text(pattern))
        yield Assign(*span(pattern), (held,), value, kind)
        value = held
    if pattern.type == "object_pattern":
        yield from _members(builder, pattern, value)
    else:
        yield from _items(builder, pattern, value)


def _members(builder: Builder, pattern: Parsed, value: Name) -> Iterator[Node]:
    for child in children(pattern):
        target, default = _with_default(child)
        if target.type == "rest_pattern":
            yield from bound(builder, part(target, 0), value)
            continue
        key = part(target, "key") or target
        member: Node = Attribute(*span(child), value, plain(builder.text(key)))
        if target.type == "pair_pattern":
            inner = part(target, "value")
            if inner is not None:
                target, default = _with_default(inner)
        yield from bound(builder, target, _or_default(builder, member, default))


def _items(builder: Builder, pattern: Parsed, value: Name) -> Iterator[Node]:
    position = 0
    for child in pattern.children:
        if child.type == ",":
            position += 1
        elif child.is_named and "comment" not in child.type:
            target, default = _with_default(child)
            if target.type == "rest_pattern":
                yield from bound(builder, part(target, 0), Other(*span(child)))
                continue
            item = Subscript(*span(child), value, Literal(*span(child), position))
            yield from bound(builder, target, _or_default(builder, item, default))


def _with_default(pattern: Parsed) -> tuple[Parsed, Parsed | None]:
    if pattern.type in ("object_assignment_pattern", "assignment_pattern"):
        return part(pattern, "left") or pattern, part(pattern, "right")
    return pattern, None


def _or_default(builder: Builder, value: Node, default: Parsed | None) -> Node:
    if default is None:
        return value
    return Operation(value.start, default.end_byte, "or", (value, builder.node(default)))
