"""Macros of Rust: their arguments are tokens, of which the calls and strings are made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.code.adapters.building import (
    Builder,
    last_word,
    part,
    span,
)
from rlslint.code.form import (
    Attribute,
    Call,
    Name,
    Node,
    Operation,
    Other,
    Sequence,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_LISTS = frozenset(("vec!", "array!", "smallvec!"))


def macro(builder: Builder, node: Parsed) -> Node:
    """A macro call: its arguments are tokens, of which expressions are made as far as they go."""
    word = last_word(builder.text(part(node, "macro"))) + "!"
    tree = part(node, ".token_tree")
    positional, named = arguments_of(builder, tree)
    if word in _LISTS:
        return Sequence(*span(node), tuple(positional))
    label = part(node, "macro")
    at = span(label if label is not None else node)
    called: Node = Name(*at, word)
    if label is not None and label.type == "scoped_identifier":
        called = Attribute(*at, builder.node(part(label, "path")), word)
    return Call(*span(node), called, tuple(positional), tuple(named))


def arguments_of(
    builder: Builder, tree: Parsed | None
) -> tuple[list[Node], list[tuple[str, Node]]]:
    """Return the arguments that a token tree holds, split at its commas."""
    groups: list[list[Parsed]] = [[]]
    for child in tree.children[1:-1] if tree is not None else ():
        if child.type in (",", ";"):
            groups.append([])
        elif "comment" not in child.type:
            groups[-1].append(child)
    positional: list[Node] = []
    named: list[tuple[str, Node]] = []
    for group in filter(None, groups):
        if len(group) > 2 and group[1].type == "=" and group[0].type == "identifier":
            named.append((builder.text(group[0]), _expression(builder, group[2:])))
        else:
            positional.append(_expression(builder, group))
    return positional, named


def _expression(builder: Builder, tokens: list[Parsed]) -> Node:
    """Return names, members, calls and sums that tokens spell; of all else, the parts."""
    listed = [token for token in tokens if token.type not in ("&", "*", "mutable_specifier", "?")]
    if not listed:
        return Other(tokens[0].start_byte, tokens[-1].end_byte)
    start, end = listed[0].start_byte, listed[-1].end_byte
    for at, token in enumerate(listed):
        if token.type == "+" and at and at + 1 < len(listed):
            left, right = _expression(builder, listed[:at]), _expression(builder, listed[at + 1 :])
            return _sum(start, end, left, right)
    made = builder.node(listed[0])
    position = 1
    while position < len(listed):
        token = listed[position]
        if token.type in (".", "::") and position + 1 < len(listed):
            word = builder.text(listed[position + 1])
            made = Attribute(start, listed[position + 1].end_byte, made, word)
            position += 2
        elif token.type == "token_tree" and builder.text(token)[:1] == "(":
            positional, named = arguments_of(builder, token)
            made = Call(start, token.end_byte, made, tuple(positional), tuple(named))
            position += 1
        elif token.type == "!" and position + 1 < len(listed) and isinstance(made, Name):
            made = made._replace(name=f"{made.name}!")
            position += 1
        else:
            return Other(start, end, builder.nodes(each for each in listed if each.is_named))
    return made


def _sum(start: int, end: int, left: Node, right: Node) -> Node:
    operands = right.operands if isinstance(right, Operation) else (right,)
    return Operation(start, end, "+", (left, *operands))
