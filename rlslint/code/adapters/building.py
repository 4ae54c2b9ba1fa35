"""How a parse tree becomes the form: a language is a table from node types to rules.

A rule makes the form of one node. Most are made, by `rules.py` and `literals.py`, from *where* the
parts of the node stand: the name of a field, a position among the named children (negative from the
end), or ".type|other" for the first child of one of these types. What a table does not name becomes
an `Other`, whose parts are still looked at; so a table that is not complete loses precision, and
nothing else.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from time import thread_time
from typing import TYPE_CHECKING

from rlslint import NamedTuple, Pattern
from rlslint.code.form import ALL_ENTRIES, Block, Later, Name, Node, Other, Parameter
from rlslint.text.budget import (
    DEEPEST_BRACKETS,
    DEEPEST_NESTING,
    SECONDS_TO_PARSE,
    SECONDS_TO_PARSE_A_BYTE,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed
    from tree_sitter import Parser, Tree

Where = str | int | None
"""Where a part of a node stands; None for a part that the grammar does not have."""

Rule = Callable[["Builder", "Parsed"], Node]


_READ_AT_ONCE = 4096

_WORDS = Pattern(r"[\w.:\\]+")
_ARGUMENTS_OF_TYPE = Pattern(r"<.*|\[.*|\(.*", re.DOTALL)
_LAST_WORDS = Pattern(r"((?:\w+\.)?(\w+))\W*$")
_NOTHINGS = frozenset(("None", "null", "undefined"))
_CONFLICTS = Pattern(rb"(?m)^(?:<{7} .*|\|{7} .*|={7}\r?|>{7} .*)$")
_BETWEEN = frozenset(("heredoc_body", "line_continuation"))
_REST = ("splat", "variadic")


class Errors(Enum):
    """How errors reach who may care: raised, returned among the results, or in a marked result."""

    raised = "raised"
    returned = "returned"
    marked = "marked"


class Language(NamedTuple):
    """One language: its grammar, its table of rules, and what a table of node types cannot say.

    `grammar` is a module, and the function in it that gives the grammar. `arguments` are the node
    types of named arguments with where their name and value stand, `parameters` those of
    parameters with where name, type and, if there can be one, default stand. `patterns` are node
    types that hold several targets. `sigil` are characters in front of names. `operators` are
    spelled otherwise than elsewhere. `prepare` gives a text of equal length that the grammar can
    parse; `before` looks at the whole tree first, `after` adds to a program what the whole tree
    tells. `formats_with_braces`: the method `format` of its strings fills braces.
    `enforces_types`: a value is of the type that it is declared to have. `bare_calls`: the name of
    a function alone calls it. `calls_methods`: what a name with arguments calls is a method, though
    a variable has that name. `shares_folder`: the files of a folder see each other's names.
    `imports_folders`: a module is all files of a folder. `visits_keys`: a loop over a mapping gets
    its keys. `errors` is how they reach who calls.
    `remarks` gives what a program does not run and that is no comment.
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
    after: Callable[[Builder, Parsed, FileForm], FileForm] | None = None
    formats_with_braces: bool = False
    enforces_types: bool = True
    bare_calls: bool = False
    calls_methods: bool = False
    shares_folder: bool = False
    imports_folders: bool = False
    visits_keys: bool = False
    errors: Errors = Errors.raised
    remarks: Callable[[Parsed], Iterable[Parsed]] | None = None


class FileForm(NamedTuple):
    """A file in its form. `is_cut` tells that it is nested too deeply to be there as a whole.

    `problem` is a sentence that says what of it could not be parsed. `modules` are those that it
    imports somewhere inside, None where the adapter does not look for them. `is_script` tells that
    it is a program of its own, which serves nobody and ends.
    """

    body: Node
    is_cut: bool
    problem: str = ""
    modules: tuple[str, ...] | None = None
    is_script: bool = False


def parsed(language: Language, source: bytes) -> FileForm:
    """Return a file in its form; a part that the grammar cannot parse is an `Other`."""
    tree = _tree(language, source)
    if tree is None:
        return FileForm(Block(0, 0, ()), False, "this file takes too long to be parsed.")
    builder = Builder(language, source)
    if language.before is not None:
        language.before(builder, tree.root_node)
    made = FileForm(builder.node(tree.root_node), builder.is_cut)
    return made if language.after is None else language.after(builder, tree.root_node, made)


def remarks(language: Language, source: bytes) -> tuple[tuple[int, int], ...]:
    """Return the bytes of what a program does not run and that is no comment."""
    tree = None if language.remarks is None else _tree(language, source)
    if tree is None or language.remarks is None:
        return ()
    return tuple(map(span, language.remarks(tree.root_node)))


_MOST_KEPT = 1_000_000
"""Bytes of source whose trees are kept for who asks for remarks."""
_trees: dict[tuple[str, bytes], Tree | None] = {}


def _tree(language: Language, source: bytes) -> Tree | None:
    """Return the tree of a file; where it may be asked for again, it is kept."""
    if (language.name, source) in _trees:
        return _trees[language.name, source]
    read = _without_conflicts(source)
    if language.prepare is not None:
        read = language.prepare(read)
    tree = _parsed(_parser(language), read)
    if language.remarks is not None:
        _keep(language.name, source, tree)
    return tree


def _keep(name: str, source: bytes, tree: Tree | None) -> None:
    """Keep a tree in the place of those that were asked for the longest ago."""
    room = _MOST_KEPT - len(source) - sum([len(each) for _, each in _trees])
    while room < 0 and _trees:
        oldest = next(iter(_trees))
        room += len(oldest[1])
        del _trees[oldest]
    if room >= 0:
        _trees[name, source] = tree


def _without_conflicts(source: bytes) -> bytes:
    """Return a text of equal length without the marks of a merge that was left unfinished."""
    if b"<<<<<<< " not in source:
        return source
    return _CONFLICTS().sub(lambda found: b" " * len(found[0]), source)


def tree(language: Language, source: bytes) -> Tree | None:
    """Return the tree of a file as its grammar has it, None where that takes too long."""
    return _parsed(_parser(language), source)


def _parsed(parser: Parser, source: bytes) -> Tree | None:
    """Return the tree of a file, None where its grammar does not come to an end in time.

    Grammars begin again at every comment or string that nothing closes, and read to the end of the
    file each time; what ends a comment is no step of the parser, so that only the clock tells.
    """
    if any(_is_too_deep(source, *brackets) for brackets in (b"()", b"[]", b"{}", b"<>")):
        return None
    end = thread_time() + SECONDS_TO_PARSE + SECONDS_TO_PARSE_A_BYTE * len(source)
    try:
        return parser.parse(
            lambda offset, _: source[offset : offset + _READ_AT_ONCE],
            progress_callback=lambda _, __: thread_time() > end,
        )
    except ValueError:
        parser.reset()
        return None


def _is_too_deep(source: bytes, opening: int, closing: int) -> bool:
    """Tell whether far too many brackets are open, which a parser only finds at the end."""
    if source.count(opening) <= DEEPEST_BRACKETS:
        return False
    depth = 0
    for found in filter((opening, closing).__contains__, source):
        depth = depth + 1 if found == opening else max(0, depth - 1)
        if depth > DEEPEST_BRACKETS:
            return True
    return False


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
        self._rules = language.rules
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
        if self._depth > DEEPEST_NESTING:
            self.is_cut = True
            return Other(node.start_byte, node.end_byte)
        rule = self._rules.get(node.type)
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
            if where[0] == ALL_ENTRIES:
                named.append((ALL_ENTRIES, self.node(value)))
            elif name is not None and value is None:
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
        if "comment" not in (kind := child.type) and kind not in _BETWEEN
    ]


def part(node: Parsed | None, where: Where) -> Parsed | None:
    """Return the part of a node that stands there, None where there is none."""
    if node is None or where is None:
        return None
    if isinstance(where, int):
        listed = children(node)
        return listed[where] if -len(listed) <= where < len(listed) else None
    if where[0] == ".":
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
