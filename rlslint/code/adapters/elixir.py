"""Elixir: nearly everything is a call, which is told by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rlslint.code.adapters.building import Builder, Errors, Language, children, part, plain, span
from rlslint.code.adapters.elixir_literals import (
    TEXT,
    atom,
    captured,
    keyword_list,
    list_literal,
    map_literal,
    sigil,
    string_literal,
)
from rlslint.code.adapters.elixir_patterns import bound, clause_of, merged, patterns_of
from rlslint.code.adapters.rules import (
    block,
    constant,
    held,
    name,
    nothing,
    sequence,
    subscript,
    through,
)
from rlslint.code.form import (
    Arm,
    Assign,
    Attribute,
    Block,
    Call,
    Choice,
    Class,
    Function,
    If,
    Import,
    Leave,
    Leaves,
    Loop,
    Name,
    Node,
    Operation,
    Other,
    Try,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_DEFINES = frozenset(("def", "defp", "defmacro", "defmacrop"))
_MODULES = frozenset(("defmodule", "defimpl", "defprotocol"))
_PROSE = frozenset(
    (
        "doc", "moduledoc", "typedoc", "spec", "type", "typep", "opaque", "callback",
        "macrocallback", "impl", "behaviour", "derive", "enforce_keys", "dialyzer",
    )
)  # fmt: skip
_HANDLERS = ("rescue_block", "catch_block")
_SIGNS = {
    "<>": "+", "++": "+", "&&": "and", "||": "or", "===": "==", "!==": "!=", "!": "not",
}  # fmt: skip


class _Given:
    """A call: its arguments, those that have names, and the bodies of its `do`, `else`, …"""

    def __init__(self, builder: Builder, node: Parsed, piped: Node | None) -> None:
        self.builder = builder
        self.node = node
        self.block = part(node, ".do_block")
        self.arguments: list[Parsed] = []
        self.keywords: dict[str, Parsed] = {}
        for child in children(part(node, ".arguments")):
            if child.type == "keywords":
                for pair in children(child):
                    value = part(pair, "value")
                    if value is not None:
                        self.keywords[plain(builder.text(part(pair, "key")))] = value
            else:
                self.arguments.append(child)
        self.piped = piped

    @property
    def first(self) -> Node:
        """The first argument, which a pipe may give."""
        if self.piped is not None:
            return self.piped
        return self.builder.node(self.arguments[0] if self.arguments else None)

    def body(self) -> Node | None:
        """The body behind `do`."""
        if self.block is not None:
            return self.builder.node(self.block)
        return self.builder.optional(self.keywords.get("do"))

    def otherwise(self) -> Node | None:
        """The body behind `else`."""
        inside = part(self.block, ".else_block")
        return self.builder.optional(inside if inside is not None else self.keywords.get("else"))


def _statements(builder: Builder, node: Parsed) -> Node:
    """Statements; clauses of one function are brought together, `rescue` and `after` apart."""
    main: list[Parsed] = []
    handlers: list[Parsed] = []
    final: list[Parsed] = []
    for child in children(node):
        if child.type in _HANDLERS:
            handlers.append(child)
        elif child.type == "after_block":
            final.append(child)
        elif child.type != "else_block":
            main.append(child)
    inner = Block(*span(node), tuple(merged(builder.nodes(main))))
    if not handlers and not final:
        return inner
    ending = builder.node(final[0]) if final else None
    return Try(*span(node), inner, builder.nodes(handlers), ending)


def _handler(builder: Builder, node: Parsed) -> Node:
    """The clauses of `rescue`, `catch` or `else`: one of them is taken."""
    if any(child.type == "stab_clause" for child in children(node)):
        return Choice(*span(node), None, tuple(_arms(builder, node, None)))
    return block(builder, node)


def _arms(builder: Builder, node: Parsed | None, subject: Node | None) -> Iterator[Arm]:
    """Yield the ways of `case`, with the names that their patterns give to parts."""
    for child in children(node):
        if child.type != "stab_clause":
            continue
        patterns, guard = patterns_of(child)
        body = builder.node(part(child, "right"))
        taken = [each for p in patterns for each in bound(builder, p, subject)]
        is_default = guard is None and all(p.type == "identifier" for p in patterns)
        tests = () if is_default else builder.nodes((*patterns, *((guard,) if guard else ())))
        yield Arm(tests, Block(*span(child), (*taken, body)) if taken else body)


def _call(builder: Builder, node: Parsed, piped: Node | None = None) -> Node:
    target = part(node, "target")
    given = _Given(builder, node, piped)
    if target is not None and target.type == "identifier":
        word = builder.text(target)
        if word in _DEFINES:
            return _definition(given)
        if word in _MODULES:
            return _module(given)
        special = _SPECIAL.get(word)
        if special is not None:
            return special(given)
    function = builder.node(target)
    if target is not None and target.type == "dot" and _is_member(node, target) and not piped:
        return function
    positional = [] if piped is None else [piped]
    positional += builder.nodes(given.arguments)
    if given.block is not None:
        body = builder.later(given.block)
        positional.append(Function(*span(given.block), "", (), body, gives_last=True))
    named = tuple([(word, builder.node(value)) for word, value in given.keywords.items()])
    start = node.start_byte if piped is None else piped.start
    return Call(start, node.end_byte, function, tuple(positional), named)


def _is_member(node: Parsed, target: Parsed) -> bool:
    """Tell `value.member` from a call: that has arguments, or names a module."""
    of, label = part(target, "left"), part(target, "right")
    is_bare = part(node, ".arguments") is None and part(node, ".do_block") is None
    return is_bare and label is not None and of is not None and of.type != "alias"


def _definition(given: _Given) -> Node:
    head = given.arguments[0] if given.arguments else None
    while head is not None and head.type == "binary_operator":
        if given.builder.text(part(head, "operator")) != "when":
            return Other(*span(given.node))
        head = part(head, "left")
    listed = children(part(head, ".arguments"))
    label = given.builder.text(part(head, "target") or head)
    body = given.block if given.block is not None else given.keywords.get("do")
    kind = given.builder.text(part(given.node, "target"))
    return clause_of(given.builder, given.node, label, listed, body, (kind,))


def _module(given: _Given) -> Class:
    """A module; what it uses is among its bases."""
    builder = given.builder
    path = builder.text(given.arguments[0] if given.arguments else None)
    bases = tuple(
        [
            builder.text(part(part(child, ".arguments"), 0))
            for child in children(given.block)
            if child.type == "call" and builder.text(part(child, "target")) == "use"
        ]
    )
    inside = given.body() or Block(*span(given.node), ())
    return Class(*span(given.node), path.rpartition(".")[2], bases, inside)


def _alias(given: _Given) -> Node:
    """`alias A.B`, `alias A.{B, C.D}`, `alias A.B, as: C`."""
    path = given.arguments[0] if given.arguments else None
    if path is None:
        return Other(*span(given.node))
    text = given.builder.text
    renamed = text(given.keywords.get("as"))
    if path.type == "dot":
        before, listed = text(part(path, "left")) + ".", children(part(path, "right"))
    else:
        before, listed = "", [path]
    found = []
    for each in listed:
        full = before + text(each)
        found.append(Import(*span(each), renamed or full.rpartition(".")[2], full))
    return found[0] if len(found) == 1 else Block(*span(given.node), tuple(found))


def _whole_module(given: _Given) -> Node:
    if not given.arguments:
        return Other(*span(given.node))
    return Import(*span(given.node), "*", given.builder.text(given.arguments[0]), "*")


def _if(given: _Given) -> If:
    test = given.first
    if given.builder.text(part(given.node, "target")) == "unless":
        test = Operation(test.start, test.end, "not", (test,))
    then = given.body() or Block(*span(given.node), ())
    return If(*span(given.node), test, then, given.otherwise())


def _case(given: _Given) -> Node:
    before, subject = held(given.builder, given.node, given.first)
    arms = tuple(_arms(given.builder, given.block, subject))
    made = Choice(*span(given.node), subject, arms)
    return Block(*span(given.node), (*before, made)) if before else made


def _cond(given: _Given) -> Choice:
    arms = []
    for child in children(given.block):
        tests, _ = patterns_of(child)
        is_default = [given.builder.text(test) for test in tests] == ["true"]
        patterns = () if is_default else given.builder.nodes(tests)
        arms.append(Arm(patterns, given.builder.node(part(child, "right"))))
    return Choice(*span(given.node), None, tuple(arms))


def _receive(given: _Given) -> Choice:
    return Choice(*span(given.node), None, tuple(_arms(given.builder, given.block, None)))


def _with(given: _Given) -> Node:
    """`with a <- b, … do`: steps and a body; `else` handles the values that do not match."""
    steps = given.builder.nodes(given.arguments)
    body = given.body()
    inner = Block(*span(given.node), (*steps, *((body,) if body is not None else ())))
    otherwise = given.otherwise()
    return inner if otherwise is None else Try(*span(given.node), inner, (otherwise,))


def _try(given: _Given) -> Node:
    return given.body() or Other(*span(given.node))


def _for(given: _Given) -> Node:
    """A comprehension: loops in each other, the conditions in the innermost."""
    made = given.body() or Block(*span(given.node), ())
    sources = []
    conditions = []
    for child in given.arguments:
        if child.type == "binary_operator" and given.builder.text(part(child, "operator")) == "<-":
            sources.append(child)
        else:
            conditions.append(given.builder.node(child))
    tests = tuple(conditions)
    for child in reversed(sources):
        pattern, over = part(child, "left"), given.builder.node(part(child, "right"))
        if pattern is None:
            continue
        label = given.builder.text(pattern)
        if pattern.type != "identifier":
            item = Name(*span(pattern), label)
            taken = tuple(bound(given.builder, pattern, item))
            made = Block(made.start, made.end, (*taken, made))
        made, tests = Loop(*span(given.node), (label,), over, tests, made), ()
    return made


def _raise(given: _Given) -> Leave:
    return Leave(*span(given.node), Leaves.throws, given.first)


def _quote(given: _Given) -> Node:
    return given.body() or Other(*span(given.node))


_SPECIAL: dict[str, Callable[[_Given], Node]] = {
    "alias": _alias,
    "import": _whole_module,
    "require": _alias,
    "use": _whole_module,
    "if": _if,
    "unless": _if,
    "case": _case,
    "cond": _cond,
    "receive": _receive,
    "with": _with,
    "try": _try,
    "for": _for,
    "quote": _quote,
    "raise": _raise,
    "reraise": _raise,
    "throw": _raise,
    "exit": _raise,
}


def _operator(builder: Builder, node: Parsed) -> Node:
    sign = builder.text(part(node, "operator"))
    left, right = part(node, "left"), part(node, "right")
    if sign == "|>":
        return _piped(builder, node)
    if sign in ("=", "<-") and left is not None:
        value = builder.node(right)
        taken = list(bound(builder, left, value)) or [value]
        return taken[0] if len(taken) == 1 else Block(*span(node), tuple(taken))
    if sign in ("when", "::", "\\\\"):
        return builder.node(left)
    operands: list[Node] = []
    here: Parsed | None = node
    leans_right = sign in ("<>", "++")
    while here is not None and builder.text(part(here, "operator")) == sign:
        near, far = ("left", "right") if leans_right else ("right", "left")
        operands.append(builder.node(part(here, near)))
        below = part(here, far)
        is_same = (
            below is not None
            and below.type == "binary_operator"
            and builder.text(part(below, "operator")) == sign
        )
        if not is_same:
            operands.append(builder.node(below))
        here = below if is_same else None
    ordered = operands if leans_right else operands[::-1]
    return Operation(*span(node), _SIGNS.get(sign, sign), tuple(ordered))


def _piped(builder: Builder, node: Parsed) -> Node:
    """`a |> f(b) |> g`: each call gets what is before it as its first argument."""
    steps: list[Parsed] = []
    here: Parsed | None = node
    while here is not None and builder.text(part(here, "operator")) == "|>":
        step = part(here, "right")
        if step is not None:
            steps.append(step)
        here = part(here, "left")
    made = builder.node(here)
    for step in reversed(steps):
        if step.type == "call":
            made = _call(builder, step, made)
        else:
            made = Call(made.start, step.end_byte, builder.node(step), (made,))
    return made


def _unary(builder: Builder, node: Parsed) -> Node:
    sign, operand = builder.text(part(node, "operator")), part(node, -1)
    if sign == "@":
        return _attribute_of_module(builder, node, operand)
    if sign == "&":
        return captured(builder, node, operand)
    if sign == "^":
        return builder.node(operand)
    return Operation(*span(node), _SIGNS.get(sign, sign), (builder.node(operand),))


def _attribute_of_module(builder: Builder, node: Parsed, operand: Parsed | None) -> Node:
    """`@name value` gives the module a constant, `@name` reads it."""
    given = children(part(operand, ".arguments"))
    if operand is None or operand.type != "call" or not given:
        return Name(*span(node), f"@{builder.text(operand)}")
    word = builder.text(part(operand, "target"))
    if word in _PROSE:
        return Other(*span(node))
    target = Name(node.start_byte, node.start_byte + 1 + len(word.encode()), f"@{word}")
    return Assign(*span(node), (target,), builder.node(given[0]))


def _closure(builder: Builder, node: Parsed) -> Node:
    """`fn a, b -> …; c, d -> … end`."""
    made = []
    for clause in children(node):
        patterns, _ = patterns_of(clause)
        made.append(clause_of(builder, node, "", patterns, part(clause, "right"), ()))
    listed = list(merged(made))
    return listed[0] if len(listed) == 1 else Other(*span(node), tuple(listed))


def _path(builder: Builder, node: Parsed) -> Node:
    """A module by its path."""
    first, *rest = builder.text(node).split(".")
    end = node.start_byte + len(first.encode())
    made: Node = Name(node.start_byte, end, first)
    for word in rest:
        end += 1 + len(word.encode())
        made = Attribute(node.start_byte, end, made, word)
    return made


def _dot(builder: Builder, node: Parsed) -> Node:
    of, label = builder.node(part(node, "left")), part(node, "right")
    return of if label is None else Attribute(*span(node), of, builder.text(label))


ELIXIR = Language(
    "elixir",
    ("tree_sitter_elixir", "language"),
    {
        "source": _statements,
        "do_block": _statements,
        "body": _statements,
        "block": _statements,
        "after_block": _statements,
        "rescue_block": _handler,
        "catch_block": _handler,
        "else_block": _handler,
        "identifier": name,
        "alias": _path,
        "dot": _dot,
        "call": _call,
        "access_call": subscript("target", "key"),
        "anonymous_function": _closure,
        "binary_operator": _operator,
        "unary_operator": _unary,
        "string": string_literal,
        "charlist": string_literal,
        "sigil": sigil,
        "atom": atom,
        "quoted_atom": TEXT,
        "char": nothing,
        "nil": constant,
        "boolean": constant,
        "integer": constant,
        "float": constant,
        "list": list_literal,
        "tuple": sequence,
        "bitstring": sequence,
        "keywords": keyword_list,
        "map": map_literal,
        "interpolation": through(),
    },
    errors=Errors.returned,
)
