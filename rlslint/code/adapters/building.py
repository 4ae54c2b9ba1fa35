"""How a parse tree becomes the form: a language is a table from node types to rules.

A rule makes the form of one node. Most are made by the functions below from *where* the parts of
the node stand: the name of a field, a position among the named children (negative from the end),
or ".type|other" for the first child of one of these types. What a table does not name becomes an
`Other`, whose parts are still looked at; so a table that is not complete loses precision, and
nothing else.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.code.form import (
    Arm,
    Assign,
    Attribute,
    Block,
    Call,
    Class,
    Function,
    If,
    Later,
    Leave,
    Leaves,
    Literal,
    Loop,
    Name,
    Node,
    Operation,
    Other,
    Pair,
    Parameter,
    Piece,
    Sequence,
    String,
    Subscript,
    Try,
)
from rlslint.code.form import Mapping as MappingNode
from rlslint.text.patterns import Pattern

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed
    from tree_sitter import Parser

Where = str | int | None
"""Where a part of a node stands; None for a part that the grammar does not have."""

Rule = Callable[["Builder", "Parsed"], Node]

_DEEPEST = 150
"""Levels of nesting; what lies deeper is not looked at, and `Builder.is_cut` says so."""

_WORDS = Pattern(r"[\w.:\\]+")
_ARGUMENTS_OF_TYPE = Pattern(r"<.*|\[.*|\(.*", re.DOTALL)
_LINES = Pattern(r"[^\n]*\n|[^\n]+")
_LAST_WORDS = Pattern(r"((?:\w+\.)?(\w+))\W*$")
_NOTHINGS = frozenset(("None", "null", "undefined"))
_NUMBER = Pattern(r"(0[xX][\da-fA-F]+|\d+)(?:[iu](?:8|16|32|64|128|size)|[a-zA-Z]*)")
_OCTAL = Pattern(r"[0-7]{2,3}")
_CONFLICTS = Pattern(rb"(?m)^(?:<{7} .*|\|{7} .*|={7}\r?|>{7} .*)$")
_REST = ("splat", "variadic")
_CONSTANTS = {
    "true": True, "false": False, "none": None, "nil": None, "null": None, "nullptr": None,
}  # fmt: skip
_OPERATORS = {
    "&&": "and", "||": "or", "!": "not", "===": "==", "!==": "!=", "<>": "+", ".": "+", "~": "+",
    "is": "==", "is not": "!=", "??": "or", "?:": "or",
}  # fmt: skip
_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "a": "\a", "b": "\b", "f": "\f",
    "v": "\v", "s": " ", "\n": "", "\r\n": "",
}  # fmt: skip


class Language(NamedTuple):
    """One language: its grammar, its table of rules, and what a table of node types cannot say.

    `grammar` is a module, and the function in it that gives the grammar. `arguments` are the node
    types of named arguments with where their name and value stand, `parameters` those of
    parameters with where name, type and, if there can be one, default stand. `patterns` are node
    types that hold several targets. `sigil` are characters in front of names. `operators` are
    spelled otherwise than elsewhere. `prepare` gives a text of equal length that the grammar can
    parse; `before` looks at the whole tree first. `formats_with_braces`: the method `format` of
    its strings fills braces. `enforces_types`: a value is of the type that it is declared to have.
    `bare_calls`: the name of a function alone calls it. `shares_folder`: the files of a folder see
    each other's names. `imports_folders`: a module is all
    files of a folder.
    """

    name: str
    grammar: tuple[str, str]
    rules: Mapping[str, Rule]
    arguments: Mapping[str, tuple[Where, Where]] = {}
    parameters: Mapping[str, tuple[Where, ...]] = {}
    patterns: frozenset[str] = frozenset()
    holes: frozenset[str] = frozenset()
    sigil: str = ""
    operators: Mapping[str, str] = {}
    prepare: Callable[[bytes], bytes] | None = None
    before: Callable[[Builder, Parsed], None] | None = None
    formats_with_braces: bool = False
    enforces_types: bool = True
    bare_calls: bool = False
    shares_folder: bool = False
    imports_folders: bool = False


class Program(NamedTuple):
    """A file in its form. `is_cut` tells that it is nested too deeply to be there as a whole."""

    body: Node
    is_cut: bool


def parsed(language: Language, source: bytes) -> Program:
    """Return a file in its form; a part that the grammar cannot parse is an `Other`."""
    read = _without_conflicts(source)
    if language.prepare is not None:
        read = language.prepare(read)
    tree = _parser(language).parse(read)
    builder = Builder(language, source)
    if language.before is not None:
        language.before(builder, tree.root_node)
    return Program(builder.node(tree.root_node), builder.is_cut)


def _without_conflicts(source: bytes) -> bytes:
    """Return a text of equal length without the marks of a merge that was left unfinished."""
    if b"<<<<<<< " not in source:
        return source
    return _CONFLICTS().sub(lambda found: b" " * len(found[0]), source)


_parsers: dict[tuple[str, str], Parser] = {}


def _parser(language: Language) -> Parser:
    known = _parsers.get(language.grammar)
    if known is None:
        import tree_sitter

        module, function = language.grammar
        grammar = getattr(importlib.import_module(module), function)()
        known = _parsers[language.grammar] = tree_sitter.Parser(tree_sitter.Language(grammar))
    return known


class Builder:
    """Brings the nodes of one file into the form. `notes` is for what rules leave each other."""

    def __init__(self, language: Language, source: bytes) -> None:
        self.language = language
        self.source = source
        self.is_cut = False
        self.notes: dict[int, Parsed] = {}
        self._depth = 0

    def text(self, node: Parsed | None) -> str:
        """Return how a node is written, "" where there is none."""
        if node is None:
            return ""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def node(self, node: Parsed | None) -> Node:
        """Return the form of a node; of none, an `Other` without parts."""
        if node is None:
            return Other(0, 0)
        if self._depth > _DEEPEST:
            self.is_cut = True
            return Other(node.start_byte, node.end_byte)
        rule = self.language.rules.get(node.type)
        self._depth += 1
        try:
            if rule is not None:
                return rule(self, node)
            return Other(*span(node), tuple([self.node(child) for child in children(node)]))
        finally:
            self._depth -= 1

    def optional(self, node: Parsed | None) -> Node | None:
        """Return the form of a node that may be missing."""
        return None if node is None else self.node(node)

    def nodes(self, nodes: Iterable[Parsed]) -> tuple[Node, ...]:
        return tuple([self.node(node) for node in nodes])

    def later(self, *nodes: Parsed | None, before: tuple[Node, ...] = ()) -> Later:
        """Return the form of a body, to be built when it is asked for; `before` comes first."""
        found = [node for node in nodes if node is not None]
        return Later(lambda: self._apart(found, before))

    def arguments(self, node: Parsed | None) -> tuple[list[Node], list[tuple[str, Node]]]:
        """Return the positional and the named arguments of a list of arguments."""
        positional: list[Node] = []
        named: list[tuple[str, Node]] = []
        for child in children(node):
            where = self.language.arguments.get(child.type)
            if where is None:
                positional.append(self.node(child))
                continue
            name, value = part(child, where[0]), part(child, where[1])
            if name is not None and value is None:
                named.append((plain(self.text(name)), self.variable(name)))
            elif name is not None and value is not None and name != value:
                named.append((plain(self.text(name)), self.node(value)))
            else:
                positional.append(self.node(value if value is not None else child))
        return positional, named

    def variable(self, label: Parsed) -> Name:
        """Return the variable that a key without a value stands for."""
        return Name(*span(label), plain(self.text(label)))

    def parameters(self, node: Parsed | None) -> tuple[Parameter, ...]:
        """Return the parameters of a list of parameters, or of a parameter that stands alone."""
        if node is None:
            return ()
        listed = children(node)
        if not listed and node.child_count == 0:
            return (Parameter(self._parameter_name(node)),)
        found: list[Parameter] = []
        for child in listed:
            where = self.language.parameters.get(child.type)
            if where is None:
                if child.child_count == 0:
                    found.append(Parameter(self._parameter_name(child)))
                continue
            names = (
                child.children_by_field_name(where[0])
                if isinstance(where[0], str) and not where[0].startswith(".")
                else [part(child, where[0])]
            )
            kind = part(child, where[1])
            given = part(child, where[2]) if len(where) > 2 else None
            default = self.optional(given) if given not in (*names, kind) else None
            typed = self.text(kind).lstrip(": ")
            star = "*" if any(word in child.type for word in _REST) else ""
            star = "**" if "hash" in child.type else star
            found += [
                Parameter(star + self._parameter_name(name), typed, default) for name in names
            ]
        return tuple(found)

    def _parameter_name(self, node: Parsed | None) -> str:
        return self.text(node).lstrip("$&*").removeprefix("mut ")

    def _apart(self, nodes: list[Parsed], before: tuple[Node, ...]) -> Node:
        depth, self._depth = self._depth, 0
        try:
            made = (*before, *self.nodes(nodes))
        finally:
            self._depth = depth
        if len(made) == 1:
            return made[0]
        return Block(made[0].start if made else 0, made[-1].end if made else 0, made)


def span(node: Parsed) -> tuple[int, int]:
    """Return where a node starts and ends."""
    return node.start_byte, node.end_byte


def children(node: Parsed | None) -> list[Parsed]:
    """Return the named children of a node, without what only happens to stand among them."""
    if node is None:
        return []
    return [
        child
        for child in node.named_children
        if "comment" not in child.type and child.type != "heredoc_body"
    ]


def part(node: Parsed | None, where: Where) -> Parsed | None:
    """Return the part of a node that stands there, None where there is none."""
    if node is None or where is None:
        return None
    if isinstance(where, int):
        listed = children(node)
        return listed[where] if -len(listed) <= where < len(listed) else None
    if where.startswith("."):
        types = where[1:].split("|")
        return next((child for child in node.children if child.type in types), None)
    return node.child_by_field_name(where)


def plain(text: str) -> str:
    """Return a key or the name of an argument without its quotes and colons."""
    return text.strip(":\"'` ")


def types_of(kind: str) -> tuple[str, ...]:
    """Return the alternatives of a type (`Pool | Client | null`), without those for nothing."""
    found = []
    depth = start = 0
    for position, character in enumerate(f"{kind}|"):
        if character in "<[({":
            depth += 1
        elif character in ">])}":
            depth -= 1
        elif character == "|" and depth <= 0:
            found.append(kind[start:position].strip())
            start = position + 1
    return tuple([each for each in found if each and each not in _NOTHINGS])


def last_words(kind: str) -> tuple[str, ...]:
    """Return the last word of a type, in front of it the same with the word before (`sql.DB`)."""
    found = _LAST_WORDS().search(_ARGUMENTS_OF_TYPE().sub("", kind.strip("&*?! ")))
    return () if found is None else tuple(dict.fromkeys((found[1], found[2])))


def last_word(kind: str) -> str:
    """Return the last word of a type, without its package and the arguments of generics."""
    return next(reversed(last_words(kind)), "")


def words_of(types: str) -> tuple[str, ...]:
    """Return the names of types that are written one after the other."""
    return tuple(_WORDS().findall(types))


def unescaped(text: str) -> str:
    """Return the character that an escape stands for."""
    if len(text) > 2 and text[1] in "uxUN":
        digits = text[2:].strip("{}")
        try:
            found = chr(int(digits, 16))
        except (ValueError, OverflowError):
            return "\ufffd"
        return "\ufffd" if "\ud800" <= found <= "\udfff" else found
    if len(text) > 2 and _OCTAL().fullmatch(text, 1):
        return chr(int(text[1:], 8))
    return _ESCAPES.get(text[1:], text[1:])


def pieces(text: str, offset: int, doubled: Mapping[str, str]) -> Iterator[Piece]:
    """Yield a stretch of a string, split at the marks that stand for others (`{{` for `{`)."""
    position = 0
    for start, end, meant in _marks(text, doubled):
        if start > position:
            yield _piece(text, position, start, offset)
        begin = offset + len(text[:start].encode())
        yield Piece(begin, begin + len(text[start:end].encode()), meant)
        position = end
    if position < len(text):
        yield _piece(text, position, len(text), offset)


def _marks(text: str, doubled: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    if doubled:
        for found in re.finditer("|".join(map(re.escape, doubled)), text):
            yield found.start(), found.end(), doubled[found[0]]


def _piece(text: str, start: int, end: int, offset: int) -> Piece:
    begin = offset + len(text[:start].encode())
    return Piece(begin, begin + len(text[start:end].encode()), text[start:end])


# Rules


def through(where: Where = 0) -> Rule:
    """What adds nothing to one of its parts."""

    def rule(builder: Builder, node: Parsed) -> Node:
        found = part(node, where)
        return Other(*span(node)) if found is None else builder.node(found)

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
    if number is not None:
        return Literal(*span(node), int(number[1], 0 if number[1][:2] in ("0x", "0X") else 10))
    try:
        return Literal(*span(node), float(digits.rstrip("dDfFmM")))
    except ValueError:
        return Other(*span(node))


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
        parts: list[Piece | Node] = []
        for child in node.children:
            if child.type in contents:
                parts += _content(builder, child, doubled or {})
            elif child.type in escapes:
                parts.append(Piece(*span(child), unescaped(builder.text(child))))
            elif child.type in holes:
                parts.append(builder.node(part(child, value)))
            elif child.is_named and child.type in builder.language.holes:
                parts.append(builder.node(child))
        return String(*span(node), tuple(parts), builder.optional(part(node, tag)))

    return rule


def _content(builder: Builder, node: Parsed, doubled: Mapping[str, str]) -> Iterator[Piece]:
    """Yield the characters of a string; some grammars keep its escapes inside of them."""
    position = node.start_byte
    for inner in node.children:
        if inner.start_byte > position:
            before = builder.source[position : inner.start_byte].decode("utf-8", "replace")
            yield from pieces(before, position, doubled)
        text = builder.text(inner)
        is_brace = "interpolation" in inner.type
        yield Piece(*span(inner), text[1:] if is_brace else unescaped(text))
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
    if parts and isinstance(parts[0], Piece) and parts[0].text.startswith(("\n", "\r\n")):
        skipped = parts[0].text.index("\n") + 1
        parts[0] = Piece(parts[0].start + skipped, parts[0].end, parts[0].text[skipped:])
    if parts and isinstance(parts[-1], Piece) and _is_verbatim(parts[-1]):
        text = parts[-1].text.rstrip(" \t")
        text = text if ends_with_newline else text.removesuffix("\n").removesuffix("\r")
        parts[-1] = Piece(parts[-1].start, parts[-1].start + len(text.encode()), text)
    lines = list(_lines(parts))
    if width is None:
        width = min((indent for _, indent, is_blank in lines if not is_blank), default=0)
    kept: list[Piece | Node] = []
    for each, indent, _ in lines:
        if not isinstance(each, Piece):
            kept.append(each)
        elif each.text[min(indent, width) :]:
            taken = min(indent, width)
            kept.append(Piece(each.start + taken, each.end, each.text[taken:]))
    return made._replace(parts=tuple(kept))


def _is_verbatim(piece: Piece) -> bool:
    return len(piece.text.encode()) == piece.end - piece.start


def _lines(parts: list[Piece | Node]) -> Iterator[tuple[Piece | Node, int, bool]]:
    """Yield the parts of a string split into lines, with their indentation and if it is all."""
    begins = True
    for at, each in enumerate(parts):
        if not isinstance(each, Piece) or not _is_verbatim(each):
            yield each, 0, not begins
            begins = isinstance(each, Piece) and not each.text
            continue
        start = each.start
        for line in _LINES().findall(each.text):
            end = start + len(line.encode())
            inner = line.lstrip(" \t")
            is_last = end == each.end and not inner and at + 1 < len(parts)
            yield (
                Piece(start, end, line),
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


def unary(operand: Where = 0, operator: Where = "operator") -> Rule:
    """One operand behind its operator."""

    def rule(builder: Builder, node: Parsed) -> Node:
        sign = _operator(builder, node, operator)
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
        return made.items[0] if node.children[0].is_named else made
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


def class_(
    label: Where = "name",
    bases: Where = None,
    body: Where = "body",
    marks: Iterable[str] = (),
    parameters: Where = None,
    extends: bool = False,
) -> Rule:
    """A class, or what is like one."""
    kinds = tuple(marks)

    def rule(builder: Builder, node: Parsed) -> Node:
        inside = part(node, body)
        return Class(
            *span(node),
            last_word(builder.text(part(node, label))),
            words_of(builder.text(part(node, bases))),
            Block(*span(node), ()) if inside is None else builder.node(inside),
            marks_of(builder, node, kinds),
            builder.parameters(part(node, parameters)),
            extends,
        )

    return rule


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
