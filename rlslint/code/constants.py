"""What the expressions of one file are as text: constants, defaults, templates with their holes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rlslint import NamedTuple, Pattern
from rlslint.code import form

HOLE = "{}"
"""What stands in a template for what only the running program knows."""

_DEFAULTING = frozenset(
    (
        "config", "env", "fetch", "fetch_env", "get", "get_env", "getattr", "getenv",
        "getordefault", "getproperty", "setdefault", "str",
    )
)  # fmt: skip
"""The last words of functions that return their last argument where a variable is not set."""
_ALTERNATIVES = frozenset(
    ("default", "get_or_else", "getorelse", "orelse", "unwrap_or", "unwrap_or_else")
)
"""The last words of methods that return their only argument where there is no value."""
_WRAPPING = frozenset(("Some", "String.from", "SecretStr", "literal"))
_FORMATTING = frozenset(("format", "sprintf"))
_FIELD = Pattern(r"%(?:\((?P<key>\w+)\)|(?P<place>[1-9]\d{0,3})\$)?[sdvq]|\{(?P<name>\w*)\}")
_INDEX = Pattern(r"[0-9]{1,4}")
_ITSELF = frozenset(("self", "cls", "this", "@"))
_TEST = Pattern(r"\b(?:test|tests|fact|theory)\b", re.IGNORECASE)
"""In the names of the marks of what tests the program."""
_RELATIVE = (".", "/", "@/", "~", "#")
_DEEPEST = 6


class ConstantString(NamedTuple):
    """A constant string, and the bytes where it is written."""

    text: str
    start: int
    end: int


class Template(NamedTuple):
    """A string as far as it is known, with a `HOLE` for each part that is not.

    `runs` are its parts, one after the other, each with the bytes where it is written.
    """

    runs: tuple[ConstantString, ...]

    @property
    def text(self) -> str:
        """All of it, one part after the other."""
        return "".join([run.text for run in self.runs])

    @property
    def is_constant(self) -> bool:
        """Whether all of it is known."""
        return not any(run.text is HOLE for run in self.runs)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the bytes where the characters between two offsets of the text are written."""
        before = 0
        for run in self.runs:
            if start < before + len(run.text):
                if len(run.text.encode()) != run.end - run.start:
                    return run.start, run.end
                first = run.start + len(run.text[: start - before].encode())
                last = min(run.end, first + len(run.text[start - before : end - before].encode()))
                return first, last
            before += len(run.text)
        return (self.runs[-1].start, self.runs[-1].end) if self.runs else (0, 0)


class Constants:
    """The names of a file that are given one value, and nothing else."""

    def __init__(self, nodes: Iterable[form.Node]) -> None:
        self._values: dict[str, form.Node | None] = {}
        self._imported: dict[str, str] = {}
        self._functions: dict[str, form.Function | None] = {}
        self._fields: dict[str, frozenset[str]] = {}
        for node in nodes:
            match node:
                case form.Assign(targets=(form.Name(name=name),), value=value, operator=operator):
                    is_only = name not in self._values and not operator
                    self._values[name] = value if is_only else None
                case form.Import(name=name, module=module, member=member):
                    if name and not module.startswith(_RELATIVE):
                        inner = "" if member in ("", "*", "default") else f".{member}"
                        self._imported[name] = module + inner
                case form.Function(name=name) if name:
                    self._functions[name] = node if name not in self._functions else None
                case form.Class(name=name, body=form.Block(body=body)):
                    self._fields[name] = frozenset(
                        each.name
                        for part in body
                        if isinstance(part, form.Assign)
                        for each in part.targets
                        if isinstance(each, form.Name)
                    )

    def path(self, node: form.Node) -> str:
        """Return the dotted name of what is called, as far as it is made of names.

        What is imported goes by its own name, that of its package in front.
        """
        match node:
            case form.Name(name=name):
                return self._imported.get(name, name)
            case form.Attribute(of=of, name=name):
                before = self.path(of)
                return f"{before}.{name}" if before else name
            case form.Call(function=function):
                return self.path(function)
        return ""

    def value(self, node: form.Node) -> form.Node | None:
        """Return what a name was given, also that of a field by its class; None for all others."""
        match node:
            case form.Name(name=name):
                return self._values.get(name)
            case form.Attribute(of=of, name=name) if self._holds(of, name):
                return self._values.get(name)
        return None

    def function(self, node: form.Node) -> form.Function | None:
        """Return the function of the file that a call names, None where no or several do."""
        match node:
            case form.Call(function=form.Name(name=name)):
                return self._functions.get(name)
            case form.Call(function=form.Attribute(of=form.Name(name=of), name=name)):
                return self._functions.get(name) if of in _ITSELF else None
        return None

    def _holds(self, of: form.Node, name: str) -> bool:
        """Tell whether an object has a field of this name that its class gives a value."""
        if not isinstance(of, form.Name):
            return False
        if of.name in _ITSELF:
            return any(name in fields for fields in self._fields.values())
        made = self._values.get(of.name)
        owner = self.path(made).rpartition(".")[2] if isinstance(made, form.Call) else of.name
        return name in self._fields.get(owner, ())

    def word(self, node: form.Node, depth: int = 0) -> ConstantString | None:
        """Return the string that a node is, or what it is where a variable has no value."""
        if depth > _DEEPEST:
            return None
        match node:
            case form.Operation(operator="or", operands=[*_, last]):
                return self.word(last, depth + 1)
            case form.String(tag=None) | form.Operation():
                return self._whole(node, depth)
            case form.Name() | form.Attribute():
                value = self.value(node)
                return self.word(value, depth + 1) if value is not None else None
            case form.Call(function=form.Attribute(of=form.String() as of), arguments=()):
                return self.word(of, depth + 1)
            case form.Call(named=named) if default := _named(named, "default"):
                return self.word(default, depth + 1)
            case form.Call(function=function, arguments=[*others, last]):
                last_word = _last_name(function).lower()
                if (
                    (last_word in _ALTERNATIVES and isinstance(function, form.Attribute))
                    or (last_word in _DEFAULTING and others)
                    or self.path(function) in _WRAPPING
                ):
                    return self.word(_given_back(last), depth + 1)
                return self._whole(node, depth) if _is_format(last_word) else None
        return None

    def _whole(self, node: form.Node, depth: int) -> ConstantString | None:
        template = self.template(node, depth)
        if template is None or not template.runs or not template.is_constant:
            return None
        return ConstantString(template.text, template.runs[0].start, template.runs[-1].end)

    def template(self, node: form.Node, depth: int = 0) -> Template | None:
        """Return the text of a string, a chain of them or a format, None for anything else."""
        match node:
            case form.String(parts=parts):
                return Template(tuple(self._runs(parts, depth)))
            case form.Operation(operator="+", operands=operands) if _holds_string(operands):
                return Template(tuple(self._runs(operands, depth)))
            case form.Operation(operator="%", operands=[form.String() as of, values]):
                given = values.items if isinstance(values, form.Sequence) else (values,)
                named = values.pairs if isinstance(values, form.Mapping) else ()
                return self._filled(of, given, [(pair.name, pair.value) for pair in named], depth)
            case form.Call(function=function, arguments=arguments, named=named):
                called = _last_name(function).lower()
                if not _is_format(called):
                    return None
                if isinstance(function, form.Attribute) and isinstance(function.of, form.String):
                    return self._filled(function.of, arguments, named, depth)
                if arguments and isinstance(first := arguments[0], form.String):
                    inline = called.endswith("!")
                    return self._filled(first, arguments[1:], named, depth, inline)
        return None

    def _runs(
        self, parts: Iterable[form.StringPiece | form.Node], depth: int
    ) -> Iterator[ConstantString]:
        for part in parts:
            if isinstance(part, form.StringPiece):
                yield ConstantString(part.text, part.start, part.end)
                continue
            inner = self.template(part, depth + 1) if depth < _DEEPEST else None
            known = self.word(part, depth + 1) if inner is None else None
            if inner is not None:
                yield from inner.runs
            else:
                yield known if known is not None else ConstantString(HOLE, part.start, part.end)

    def _filled(
        self,
        of: form.String,
        values: Sequence[form.Node],
        named: Iterable[tuple[str, form.Node]],
        depth: int,
        inline: bool = False,
    ) -> Template:
        """Return a format with what it is given in place of its fields.

        With `inline` a field names a variable of the program.
        """
        by_name = dict(named)
        runs: list[ConstantString] = []
        position = 0
        for run in self._runs(of.parts, depth):
            end = 0
            for found in _FIELD().finditer(run.text):
                runs.append(_part(run, end, found.start()))
                end = found.end()
                key = found["key"] or found["name"] or ""
                value = by_name.get(key) if key else None
                if _INDEX().fullmatch(key) or found["place"]:
                    place = int(key) if key else int(found["place"]) - 1
                    value = values[place] if place < len(values) else None
                elif key and value is None and inline:
                    value = form.Name(run.start, run.end, key)
                elif not key:
                    value = values[position] if position < len(values) else None
                    position += 1
                known = self.word(value, depth + 1) if value is not None else None
                runs.append(known or ConstantString(HOLE, *_part(run, found.start(), end)[1:]))
            runs.append(_part(run, end, len(run.text)))
        return Template(tuple([run for run in runs if run.text]))


def _part(run: ConstantString, start: int, end: int) -> ConstantString:
    first = run.start + len(run.text[:start].encode())
    text = run.text[start:end]
    return ConstantString(text, first, first + len(text.encode()))


def _last_name(function: form.Node) -> str:
    return function.name if isinstance(function, form.Name | form.Attribute) else ""


def _is_format(called: str) -> bool:
    return called.rstrip("!") in _FORMATTING


def _holds_string(operands: Iterable[form.Node]) -> bool:
    return any(isinstance(each, form.String) for each in operands)


def _named(named: Iterable[tuple[str, form.Node]], wanted: str) -> form.Node | None:
    return next((value for name, value in named if name == wanted), None)


def _given_back(node: form.Node) -> form.Node:
    """Return what a function without a name gives, for one that is called where nothing is set."""
    if not isinstance(node, form.Function):
        return node
    body = node.body.node
    return body.body[-1] if isinstance(body, form.Block) and body.body else body


def nodes_of(start: form.Node) -> Iterator[form.Node]:
    """Yield a node and all nodes in it, in the order in which they are written.

    What tests the program is passed over: tests may stand in the file that they test (Rust).
    """
    waiting: list[object] = [start]
    while waiting:
        item = waiting.pop()
        if isinstance(item, form.Later):
            waiting.append(item.node)
        elif isinstance(item, tuple):
            if isinstance(item, form.Function | form.Class) and any(
                _TEST().search(mark.partition("(")[0]) for mark in item.marks
            ):
                continue
            if isinstance(item, form.Node):
                yield item
            waiting.extend(reversed(item))
