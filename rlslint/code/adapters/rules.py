"""Rules of tables: each says where the parts of a node stand, and what they make together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters.building import (
    Builder,
    Rule,
    Where,
    children,
    last_word,
    part,
    plain,
    span,
)
from rlslint.code.form import (
    Arm,
    Assign,
    Attribute,
    Block,
    Call,
    Function,
    If,
    Leave,
    Leaves,
    Literal,
    Loop,
    Name,
    Node,
    Operation,
    Other,
    Pair,
    Sequence,
    Subscript,
    Try,
)
from rlslint.code.form import Mapping as MappingNode
from rlslint.text.budget import MOST_DIGITS

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_NUMBER = Pattern(
    r"(0(?:[xX][\da-fA-F]+|[oO][0-7]+|[bB][01]+)|\d+)(?:[iu](?:8|16|32|64|128|size)|[a-zA-Z]*)"
)
_CONSTANTS = {
    "true": True, "false": False, "none": None, "nil": None, "null": None, "nullptr": None,
}  # fmt: skip
_OPERATORS = {
    "&&": "and", "||": "or", "!": "not", "===": "==", "!==": "!=", "<>": "+", ".": "+", "~": "+",
    "is": "==", "is not": "!=", "??": "or", "?:": "or",
}  # fmt: skip


def through(where: Where = 0) -> Rule:
    """What adds nothing to one of its parts."""

    def rule(builder: Builder, node: Parsed) -> Node:
        found = part(node, where)
        return Other(*span(node)) if found is None else builder.node(found)

    return rule


def from_its_start(where: Where) -> Rule:
    """What adds nothing to one of its parts but where it begins."""

    def rule(builder: Builder, node: Parsed) -> Node:
        return Block(*span(node), (builder.node(part(node, where)),))

    return rule


def nothing(builder: Builder, node: Parsed) -> Node:
    """What is of no interest, its parts included."""
    del builder
    return Other(*span(node))


def name(builder: Builder, node: Parsed) -> Node:
    """A name, without its sigil."""
    return Name(*span(node), builder.text(node).lstrip(builder.language.sigil or None))


def block(builder: Builder, node: Parsed) -> Node:
    return Block(*span(node), builder.nodes(children(node)))


def members(builder: Builder, node: Parsed) -> Node:
    """What a class holds; declarations of several things at once are taken apart."""
    found: list[Node] = []
    for made in builder.nodes(children(node)):
        found += made.body if isinstance(made, Block) else (made,)
    return Block(*span(node), tuple(found))


def sequence(builder: Builder, node: Parsed) -> Node:
    return Sequence(*span(node), builder.nodes(children(node)))


def constant(builder: Builder, node: Parsed) -> Node:
    """A number, a truth value or nothing."""
    text = builder.text(node)
    lowered = text.lower()
    if lowered in _CONSTANTS:
        return Literal(*span(node), _CONSTANTS[lowered])
    digits = text.replace("_", "")
    number = _NUMBER().fullmatch(digits)
    if number is not None and len(number[1]) <= MOST_DIGITS:
        return Literal(*span(node), int(number[1], 10 if number[1].isdigit() else 0))
    try:
        found = float(digits.rstrip("dDfFmM"))
    except ValueError:
        return Other(*span(node))
    return Literal(*span(node), found) if isfinite(found) else Other(*span(node))


def attribute(of: Where, field: Where) -> Rule:
    """A member of something; without that something, a name."""

    def rule(builder: Builder, node: Parsed) -> Node:
        owner = part(node, of)
        word = builder.text(part(node, field)).lstrip(builder.language.sigil or None)
        if owner is None:
            return Name(*span(node), word)
        return Attribute(*span(node), builder.node(owner), word)

    return rule


def subscript(of: Where, key: Where) -> Rule:
    def rule(builder: Builder, node: Parsed) -> Node:
        return Subscript(*span(node), builder.node(part(node, of)), builder.node(part(node, key)))

    return rule


def call(function: Where = "function", arguments: Where = "arguments", block: Where = None) -> Rule:
    """A call; a block behind it is its last argument."""

    def rule(builder: Builder, node: Parsed) -> Node:
        called = builder.node(part(node, function))
        return _call(builder, node, called, part(node, arguments), part(node, block))

    return rule


def method(of: Where, field: Where, arguments: Where = "arguments", block: Where = None) -> Rule:
    """A call of a method whose receiver and name are parts of the call itself."""

    def rule(builder: Builder, node: Parsed) -> Node:
        owner, word = part(node, of), part(node, field)
        at = span(word if word is not None else node)
        text = builder.text(word)
        called = Name(*at, text) if owner is None else Attribute(*at, builder.node(owner), text)
        return _call(builder, node, called, part(node, arguments), part(node, block))

    return rule


def make(kind: Where, arguments: Where = "arguments", members: Where = None) -> Rule:
    """`new T(…) { Member = value }`: a call of T, the members among its named arguments."""

    def rule(builder: Builder, node: Parsed) -> Node:
        positional, named = builder.arguments(part(node, arguments))
        for child in children(part(node, members)):
            made = builder.node(child)
            match made:
                case Assign(targets=(Name(name=word),), value=value) if value is not None:
                    named.append((word, value))
                case _:
                    positional.append(made)
        called = Name(*span(node), last_word(builder.text(part(node, kind))))
        return Call(*span(node), called, tuple(positional), tuple(named))

    return rule


def _call(
    builder: Builder, node: Parsed, called: Node, arguments: Parsed | None, block: Parsed | None
) -> Node:
    positional, named = builder.arguments(arguments)
    if block is not None:
        positional.append(builder.node(block))
    return Call(*span(node), called, tuple(positional), tuple(named))


def operation(left: Where = "left", operator: Where = "operator", right: Where = "right") -> Rule:
    """Two operands, or a whole chain of one operator, taken apart without recursion."""

    def rule(builder: Builder, node: Parsed) -> Node:
        sign = _operator(builder, node, operator)
        operands: list[Node] = []
        here: Parsed | None = node
        while here is not None:
            operands.append(builder.node(part(here, right)))
            below = part(here, left)
            goes_on = (
                below is not None
                and below.type == node.type
                and _operator(builder, below, operator) == sign
            )
            if not goes_on:
                operands.append(builder.node(below))
            here = below if goes_on else None
        return Operation(*span(node), sign, tuple(reversed(operands)))

    return rule


def unary(operand: Where = 0) -> Rule:
    """One operand behind its operator."""

    def rule(builder: Builder, node: Parsed) -> Node:
        sign = _operator(builder, node, "operator")
        return Operation(*span(node), sign, (builder.node(part(node, operand)),))

    return rule


def _operator(builder: Builder, node: Parsed, operator: Where) -> str:
    found = part(node, operator)
    if found is not None:
        text = builder.text(found)
    else:
        text = " ".join(child.type for child in node.children if not child.is_named)
    return builder.language.operators.get(text) or _OPERATORS.get(text, text)


def targets(builder: Builder, node: Parsed | None) -> tuple[Node, ...]:
    """Return what an assignment assigns to."""
    if node is None:
        return ()
    if node.type in builder.language.patterns:
        return tuple([each for child in children(node) for each in targets(builder, child)])
    made = builder.node(node)
    return made.items if isinstance(made, Sequence) else (made,)


def assign(
    left: Where = "left", right: Where = "right", kind: Where = None, operator: Where = None
) -> Rule:
    """An assignment or a declaration."""

    def rule(builder: Builder, node: Parsed) -> Node:
        value = only_item(builder, part(node, right))
        sign = builder.text(part(node, operator)).removesuffix("=").removesuffix(":").strip()
        if sign:
            sign = builder.language.operators.get(sign) or _OPERATORS.get(sign, sign)
        assigned = targets(builder, part(node, left))
        typed = builder.text(part(node, kind)).lstrip(": ")
        return Assign(*span(node), assigned, value, typed, sign)

    return rule


def alternatives(builder: Builder, node: Parsed | None, kind: str) -> tuple[Node, ...]:
    """Return the patterns of an arm, what stands between `|` taken apart."""
    if node is not None and node.type == kind:
        return tuple([each for c in children(node) for each in alternatives(builder, c, kind)])
    return () if node is None else (builder.node(node),)


def held(
    builder: Builder, node: Parsed | None, value: Node
) -> tuple[tuple[Assign, ...], Name | Attribute]:
    """Return what a value is called that is taken apart, and the assignment that calls it so.

    A value that has no name is held under the text of `node` meanwhile.
    """
    match value:
        case Name() | Attribute(of=Name()):
            return (), value
    at = span(node) if node is not None else (value.start, value.end)
    name = Name(*at, builder.text(node))
    return (Assign(*at, (name,), value),), name


def only_item(builder: Builder, node: Parsed | None) -> Node | None:
    """Return a value; a list of values in which there is one is that one."""
    if node is None:
        return None
    made = builder.node(node)
    if isinstance(made, Sequence) and len(made.items) == 1 and "list" in node.type:
        return made.items[0] if node.child_count == 1 else made
    return made


def function(
    label: Where = "name",
    parameters: Where = "parameters",
    body: Where = "body",
    marks: Iterable[str] = (),
    returns: Where = None,
    gives_last: bool = False,
) -> Rule:
    """A function, a method or a closure; its body is built when it is asked for."""
    kinds = tuple(marks)

    def rule(builder: Builder, node: Parsed) -> Node:
        return Function(
            *span(node),
            builder.text(part(node, label)),
            builder.parameters(part(node, parameters)),
            builder.later(part(node, body)),
            marks_of(builder, node, kinds),
            builder.text(part(node, returns)).lstrip(":-> "),
            gives_last,
        )

    return rule


def marks_of(builder: Builder, node: Parsed, kinds: Iterable[str]) -> tuple[str, ...]:
    """Return the decorators, annotations or modifiers of a definition, as they are written."""
    wanted = tuple(kinds)
    return tuple([builder.text(child) for child in node.children if child.type in wanted])


def loop(names: Where, over: Where, body: Where = "body") -> Rule:
    """A loop over the items of something."""

    def rule(builder: Builder, node: Parsed) -> Node:
        taken = [target_name(target) for target in targets(builder, part(node, names))]
        items = only_item(builder, part(node, over))
        return Loop(*span(node), tuple(taken), items, (), builder.node(part(node, body)))

    return rule


def repeat(condition: Where = "condition", body: Where = "body") -> Rule:
    """A loop that goes on as long as a condition holds."""

    def rule(builder: Builder, node: Parsed) -> Node:
        tests = (builder.node(part(node, condition)),) if part(node, condition) is not None else ()
        return Loop(*span(node), (), None, tests, builder.node(part(node, body)))

    return rule


def counted(
    first: Where = "initializer",
    condition: Where = "condition",
    step: Where = "update",
    body: Where = "body",
) -> Rule:
    """`for (first; condition; step) body`."""

    def rule(builder: Builder, node: Parsed) -> Node:
        tests = (builder.node(part(node, condition)),) if part(node, condition) is not None else ()
        taken = [builder.node(each) for each in (part(node, body), part(node, step)) if each]
        made = Loop(*span(node), (), None, tests, Block(*span(node), tuple(taken)))
        before = part(node, first)
        return made if before is None else Block(*span(node), (builder.node(before), made))

    return rule


def target_name(node: Node) -> str:
    """Return the name that a target has, "_" where it is no plain name."""
    return node.name if isinstance(node, Name) else "_"


def branch(
    test: Where = "condition",
    then: Where = "consequence",
    otherwise: Where = "alternative",
    first: Where = None,
) -> Rule:
    """A branch; some languages take a step before the test."""

    def rule(builder: Builder, node: Parsed) -> Node:
        made = If(
            *span(node),
            builder.node(part(node, test)),
            builder.node(part(node, then)),
            builder.optional(part(node, otherwise)),
        )
        before = part(node, first)
        return made if before is None else Block(*span(node), (builder.node(before), made))

    return rule


def ways(
    cases: Iterable[tuple[Parsed, tuple[Node, ...] | None, list[Parsed]]], builder: Builder
) -> tuple[Arm, ...]:
    """Return the arms of a switch from its cases: where they stand, their patterns, their bodies.

    A case without statements goes on to those of the next one; without patterns, as None, it is
    the default. A `break` leaves the switch and no more.
    """
    arms: list[Arm] = []
    waiting: tuple[Node, ...] = ()
    is_default = False
    for case, patterns, body in cases:
        waiting += patterns or ()
        is_default = is_default or patterns is None
        if body:
            statements = tuple(until_break(builder.nodes(body)))
            arms.append(Arm(() if is_default else waiting, Block(*span(case), statements)))
            waiting, is_default = (), False
    return tuple(arms)


def attempt(
    body: Where = "body",
    handlers: Iterable[str] = (),
    final: Iterable[str] = (),
    otherwise: Iterable[str] = (),
) -> Rule:
    """A body with handlers, with what runs where no error came, and with what always runs."""
    handling, ending, good = frozenset(handlers), frozenset(final), frozenset(otherwise)

    def rule(builder: Builder, node: Parsed) -> Node:
        listed = children(node)
        inner = builder.node(part(node, body))
        after = builder.nodes(child for child in listed if child.type in good)
        if after:
            inner = Block(*span(node), (inner, *after))
        last = [child for child in listed if child.type in ending]
        return Try(
            *span(node),
            inner,
            builder.nodes(child for child in listed if child.type in handling),
            builder.node(last[0]) if last else None,
        )

    return rule


def leave(kind: Leaves = Leaves.returns, value: Where = 0) -> Rule:
    """A statement that ends what surrounds it, with its value."""

    def rule(builder: Builder, node: Parsed) -> Node:
        given = part(node, value)
        return Leave(*span(node), kind, only_item(builder, given))

    return rule


def until_break(statements: Iterable[Node]) -> Iterator[Node]:
    """Yield the statements of a case up to its `break`, which leaves the choice and no more."""
    for each in statements:
        if isinstance(each, Leave) and each.kind is Leaves.breaks:
            return
        if isinstance(each, Block):
            yield Block(each.start, each.end, tuple(until_break(each.body)))
        else:
            yield each


def mapping(
    pair: Iterable[str], key: Where = "key", value: Where = "value", kind: Where = None
) -> Rule:
    """A dictionary, an object or a literal of a struct; without pairs, a list of its items."""
    wanted = frozenset(pair)

    def rule(builder: Builder, node: Parsed) -> Node:
        pairs: list[Pair] = []
        others: list[Node] = []
        for child in children(node):
            if child.type in wanted:
                label, given = part(child, key), part(child, value)
                word = plain(builder.text(label))
                meant = (
                    builder.variable(label)
                    if label is not None and given is None
                    else builder.node(given)
                )
                pairs.append(Pair(word, builder.optional(label), meant))
            else:
                others.append(builder.node(child))
        if others and not pairs:
            return Sequence(*span(node), tuple(others))
        pairs += [Pair("", None, each) for each in others]
        typed = last_word(builder.text(part(node, kind))) if kind is not None else ""
        return MappingNode(*span(node), tuple(pairs), typed)

    return rule
