"""Patterns of C#: what a value is compared with by `is` and `switch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.code.adapters.building import Builder, children, part, span
from rlslint.code.adapters.rules import (
    alternatives,
    ways,
)
from rlslint.code.form import (
    Arm,
    Assign,
    Choice,
    Node,
    Operation,
    Other,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed


def is_pattern(builder: Builder, node: Parsed) -> Node:
    subject, pattern = builder.node(part(node, "expression")), part(node, "pattern")
    sign = "=="
    if pattern is not None and pattern.type == "negated_pattern":
        sign, pattern = "!=", part(pattern, 0)
    made = builder.node(pattern)
    if pattern is not None and pattern.type == "constant_pattern":
        return _compared(subject, sign, made)
    name = part(pattern, "name") if pattern is not None else None
    if name is not None and pattern is not None and pattern.type == "declaration_pattern":
        return Assign(*span(node), (builder.node(name),), subject)
    return Other(*span(node), (subject, made))


def _compared(subject: Node, sign: str, pattern: Node) -> Operation:
    """Compare with a constant; the grammar takes `a is null || b` for `a is (null || b)`."""
    match pattern:
        case Operation(operator="and" | "or", operands=(first, *rest)):
            compared = (_compared(subject, sign, first), *rest)
            return pattern._replace(start=subject.start, operands=compared)
    return Operation(subject.start, pattern.end, sign, (subject, pattern))


def _patterns(builder: Builder, labels: list[Parsed]) -> tuple[Node, ...]:
    return tuple([each for label in labels for each in alternatives(builder, label, "or_pattern")])


def switch(builder: Builder, node: Parsed) -> Choice:
    cases = []
    for section in children(part(node, "body")):
        listed = children(section)
        labels = [c for c in listed if c.type.endswith("pattern") or c.type == "when_clause"]
        patterns = _patterns(builder, labels) if labels else None
        cases.append((section, patterns, [c for c in listed if c not in labels]))
    return Choice(*span(node), builder.node(part(node, "value")), ways(cases, builder))


def switch_expression(builder: Builder, node: Parsed) -> Choice:
    arms = []
    for child in children(node)[1:]:
        *labels, value = children(child)
        is_default = [label.type for label in labels] == ["discard"]
        patterns = () if is_default else _patterns(builder, labels)
        arms.append(Arm(patterns, builder.node(value)))
    return Choice(*span(node), builder.node(part(node, 0)), tuple(arms))
