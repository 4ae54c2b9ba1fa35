"""Patterns of Elixir: how values are taken apart, and functions of several clauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rlslint.code.adapters.building import Builder, children, part, plain, span
from rlslint.code.adapters.rules import held
from rlslint.code.form import (
    Arm,
    Assign,
    Attribute,
    Block,
    Choice,
    Function,
    Later,
    Name,
    Node,
    Other,
    Parameter,
    Subscript,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed


def patterns_of(clause: Parsed) -> tuple[list[Parsed], Parsed | None]:
    """Return the patterns of a clause, and its guard."""
    left, guard = part(clause, "left"), None
    if left is not None and left.type == "binary_operator":
        left, guard = part(left, "left"), part(left, "right")
    return children(left), guard


def bound(builder: Builder, pattern: Parsed, value: Node | None) -> Iterator[Node]:
    """Yield the assignments by which a pattern takes a value apart.

    `{:ok, value}` takes nothing away from the value.
    """
    sign = builder.text(part(pattern, "operator"))
    left, right = part(pattern, "left"), part(pattern, "right")
    listed = children(pattern)
    match pattern.type:
        case "identifier" if not builder.text(pattern).startswith("_"):
            yield Assign(*span(pattern), (builder.node(pattern),), value)
        case "binary_operator" if sign == "=" and left is not None and right is not None:
            plain_first = (left, right) if left.type == "identifier" else (right, left)
            for each in plain_first:
                yield from bound(builder, each, value)
        case "binary_operator" if sign == "\\\\" and left is not None:
            yield from bound(builder, left, value)
        case "tuple" if len(listed) == 2 and builder.text(listed[0]) == ":ok":
            yield from bound(builder, listed[1], value)
        case "tuple" | "list" if any(each.type == "identifier" for each in listed):
            targets = tuple(
                builder.node(each) if each.type == "identifier" else Other(*span(each))
                for each in listed
            )
            yield Assign(*span(pattern), targets, value)
        case "map" if value is not None:
            before, value = held(builder, pattern, value)
            yield from before
            for key, inner in _entries(builder, pattern, value):
                yield from bound(builder, inner, key)


def _entries(builder: Builder, pattern: Parsed, value: Node) -> Iterator[tuple[Node, Parsed]]:
    """Yield the members that a pattern of a map asks for, with their patterns."""
    for child in children(part(pattern, ".map_content")):
        if child.type == "keywords":
            for pair in children(child):
                inner, word = part(pair, "value"), plain(builder.text(part(pair, "key")))
                if inner is not None:
                    yield Attribute(*span(pair), value, word), inner
        elif child.type == "binary_operator":
            key, inner = part(child, "left"), part(child, "right")
            if inner is not None:
                yield Subscript(*span(child), value, builder.node(key)), inner


def clause_of(
    builder: Builder,
    node: Parsed,
    label: str,
    patterns: list[Parsed],
    body: Parsed | None,
    marks: tuple[str, ...],
) -> Function:
    """Return one clause of a function: what is no plain parameter is taken apart in its body."""
    parameters: list[Parameter] = []
    taken: list[Node] = []
    for pattern in patterns:
        default = None
        if builder.text(part(pattern, "operator")) == "\\\\":
            default = builder.optional(part(pattern, "right"))
            pattern = part(pattern, "left") or pattern
        word = _label(builder, pattern)
        parameters.append(Parameter(word, "", default))
        if pattern.type != "identifier":
            given = Name(*span(pattern), word)
            taken += [each for each in bound(builder, pattern, given) if not _is_same(each, word)]
    inside = builder.later(body, before=tuple(taken))
    return Function(*span(node), label, tuple(parameters), inside, marks, gives_last=True)


def _label(builder: Builder, pattern: Parsed) -> str:
    """Return the name of a parameter: that of the whole where a pattern gives it one."""
    if pattern.type == "binary_operator" and builder.text(part(pattern, "operator")) == "=":
        for side in children(pattern):
            if side.type == "identifier":
                return builder.text(side)
    return builder.text(pattern)


def _is_same(node: Node, word: str) -> bool:
    match node:
        case Assign(targets=(Name(name=target),), value=Name(name=source)):
            return target == source == word
    return False


def merged(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield nodes with the clauses of each function brought together into one function."""
    for _, group in groupby(enumerate(nodes), _clause_key):
        listed = [node for _, node in group]
        functions = [node for node in listed if isinstance(node, Function)]
        yield _whole(functions) if len(functions) > 1 else listed[0]


def _clause_key(numbered: tuple[int, Node]) -> tuple[object, ...]:
    at, node = numbered
    if isinstance(node, Function) and (node.marks or not node.name):
        return (node.name, len(node.parameters))
    return (at,)


def _whole(clauses: list[Function]) -> Function:
    """Return a function whose body is a choice between the bodies of its clauses."""
    first, last = clauses[0], clauses[-1]
    parameters = []
    for position, each in enumerate(first.parameters):
        words = [clause.parameters[position].name for clause in clauses]
        word = next((word for word in words if word.isidentifier() and word[0] != "_"), words[0])
        parameters.append(Parameter(word, "", each.default))
    body = Later(lambda: _between(clauses, parameters))
    return first._replace(end=last.end, parameters=tuple(parameters), body=body)


def _between(clauses: list[Function], parameters: list[Parameter]) -> Choice:
    arms = []
    for clause in clauses:
        at = clause.start, clause.end
        renamed = [
            Assign(*at, (Name(*at, own.name),), Name(*at, shared.name))
            for own, shared in zip(clause.parameters, parameters, strict=True)
            if own.name not in (shared.name, "_")
        ]
        arms.append(Arm((Other(*at),), Block(*at, (*renamed, clause.body.node))))
    return Choice(clauses[0].start, clauses[-1].end, None, tuple(arms))
