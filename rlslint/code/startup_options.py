"""Settings that programs open connections with: libpq's `options` and its kin, told from the form.

Documented by libpq (options, PGOPTIONS), Npgsql (Options), pgJDBC (options), asyncpg
(server_settings), pgx (RuntimeParams), Postgres.js (connection), Postgrex (parameters), sqlx and
R2DBC (options of names and values).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rlslint import Pattern
from rlslint.code import form
from rlslint.code.constants import ConstantString, Template, nodes_of
from rlslint.code.forms import ProgramFile
from rlslint.files.deployment import StartupOption
from rlslint.text import Searched

_SIGNS = (b"server_settings", b"runtimeparams")
_SWITCHED = Pattern(rb"(?:-c[\s\"'`,+\\]*(?:%20)?|--)(?:[a-z_]\w*(?:\.[a-z_]\w*)+(?:=|%3d)|[$#%{])")
_NAMING = (
    (b"connection", Pattern(rb"connection[\"']?\s*[:=]")),
    (b"parameters", Pattern(rb"parameters[\"']?\s*[:=]")),
    (b"options", Pattern(rb"options(?<!\woptions)\s*\(")),
)
_QUOTED = Pattern(rb"[\"'][a-z_]\w*(?:\.[a-z_]\w*)+[\"']\s*(?:=>|[:,\]])")
_NAME = r"(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)"
_PLAIN_NAME = Pattern(_NAME)
_SWITCH = Pattern(r"(?:^|[\s\"'=]|%20|\+)(?:-c|--)(?:\s|%20|\+|\\ )*" + _NAME + r"(?:=|%3D)")
_ASSIGNED = Pattern(_NAME + r"=")
_IN_ADDRESS = Pattern(
    r"\b(?P<how>(?:PG)?OPTIONS|options|Options)\s*=\s*[\"'\\]{0,2}(?P<value>"
    r"(?:[^;&]{0,200}?(?:\s|%20|\+))??(?:-c|--)[^;&]{0,400})"
)
_OPTIONS = frozenset(("options", "pgoptions"))
_MAPPINGS = frozenset(("server_settings", "RuntimeParams", "connection", "parameters"))
_DEEPEST = 3


def may_open_with_settings(text: Searched) -> bool:
    """Tell whether a program may have such a setting, for what a few searches cost."""
    if text.has_any(_SIGNS):
        return True
    if text.has(b"options") and _SWITCHED().search(text.lowered):
        return True
    names = any(text.has(word) and sign().search(text.lowered) for word, sign in _NAMING)
    return names and _QUOTED().search(text.lowered) is not None


def startup_options_in(file: ProgramFile) -> Iterator[StartupOption]:
    """Yield the settings with a dot in their names that connections are opened with."""
    seen: set[int] = set()
    options = _Options(file)
    for how, word in options.found():
        if word.start in seen:
            continue
        seen.add(word.start)
        document = file.document
        span = document.span(document.character(word.start), document.character(word.end))
        yield StartupOption(span, word.text.lower(), how)


_Found = Iterator[tuple[str, ConstantString]]


class _Options:
    """What one file says of the settings that connections are opened with."""

    def __init__(self, file: ProgramFile) -> None:
        self._nodes = file.nodes
        self._constants = file.constants

    def found(self) -> _Found:
        """Yield the names of settings, with what says so."""
        for node in self._nodes:
            for how, value in self._given(node):
                yield from self._of_value(how, value)
            if isinstance(node, form.String | form.Operation | form.Call):
                template = self._constants.template(node)
                if template is not None:
                    yield from _of_address(template)

    def _given(self, node: form.Node) -> Iterator[tuple[str, form.Node]]:
        """Yield what is given under a name that may be that of options."""
        match node:
            case form.Mapping(pairs=pairs):
                yield from [(pair.name, pair.value) for pair in pairs if pair.name]
            case form.Call(function=function, arguments=arguments, named=named):
                yield from named
                called = function.name if isinstance(function, form.Attribute) else ""
                if called and len(arguments) == 1:
                    yield called.removeprefix("set").removeprefix("Set").lstrip("_"), arguments[0]
                for key, value in pairwise(arguments):
                    word = self._constants.word(key)
                    if word is not None and word.text.lower() in _OPTIONS:
                        yield word.text, value
            case form.Assign(targets=[form.Attribute(name=name) | form.Name(name=name)]):
                if node.value is not None:
                    yield name, node.value
            case form.Assign(targets=[form.Subscript(of=of, key=key)], value=value):
                word = self._constants.word(key)
                if word is None or value is None:
                    return
                yield word.text, value
                if isinstance(of, form.Attribute | form.Name) and of.name in _MAPPINGS:
                    pair = form.Pair(word.text, key, value)
                    yield of.name, form.Mapping(node.start, node.end, (pair,))

    def _of_value(self, how: str, value: form.Node) -> _Found:
        """Yield the settings in what is given under a name."""
        is_options = how.lower() in _OPTIONS
        if is_options:
            yield from [(how, word) for word in self._switches(value, 0)]
        if how in _MAPPINGS or is_options:
            yield from [(how, word) for word in self._names(value, is_options)]

    def _switches(self, value: form.Node, depth: int) -> Iterator[ConstantString]:
        """Yield the names behind `-c` in all strings that a value is put together of."""
        nodes = list(nodes_of(value))
        for node in nodes:
            template = None
            if isinstance(node, form.String | form.Operation | form.Call):
                template = self._constants.template(node)
            if template is not None:
                text = template.text
                for found in _SWITCH().finditer(text):
                    yield _placed(template, *found.span("name"))
            if isinstance(node, form.Sequence):
                yield from self._behind_switch(node)
            if depth >= _DEEPEST:
                continue
            named = self._constants.value(node)
            if named is not None:
                yield from self._switches(named, depth + 1)
            called = self._constants.function(node)
            if called is not None:
                yield from self._switches(called, depth + 1)

    def _behind_switch(self, items: form.Sequence) -> Iterator[ConstantString]:
        for switch, value in pairwise(items.items):
            word, template = self._constants.word(switch), self._constants.template(value)
            if word is not None and word.text == "-c" and template is not None:
                found = _ASSIGNED().match(template.text)
                if found is not None:
                    yield _placed(template, *found.span("name"))

    def _names(
        self, value: form.Node, is_options: bool, depth: int = 0
    ) -> Iterator[ConstantString]:
        """Yield the names of settings in a mapping, or in a list of names and values."""
        match value:
            case form.Mapping(pairs=pairs) if not is_options:
                for pair in pairs:
                    if _PLAIN_NAME().fullmatch(pair.name):
                        place = pair.key or pair.value
                        word = self._constants.word(place) if pair.key is not None else None
                        yield word or ConstantString(pair.name, place.start, place.end)
            case form.Sequence(items=items):
                for item in items:
                    if isinstance(item, form.Sequence) and len(item.items) == 2:
                        yield from self._name(item.items[0])
            case form.Call(function=form.Attribute(name="of"), arguments=arguments):
                for key in arguments[::2]:
                    yield from self._name(key)
            case form.Name() | form.Attribute() if depth < _DEEPEST:
                named = self._constants.value(value)
                if named is not None:
                    yield from self._names(named, is_options, depth + 1)
            case form.Call() if depth < _DEEPEST and (called := self._constants.function(value)):
                for node in nodes_of(called):
                    yield from self._names(node, is_options, depth + 1)

    def _name(self, node: form.Node) -> Iterator[ConstantString]:
        word = self._constants.word(node)
        if word is not None and _PLAIN_NAME().fullmatch(word.text):
            yield word


def _of_address(template: Template) -> _Found:
    """Yield the settings in the `options` of an address, or of a command's environment."""
    text = template.text
    if "ptions" not in text and "OPTIONS" not in text:
        return
    for value in _IN_ADDRESS().finditer(text):
        base = value.start("value")
        for found in _SWITCH().finditer(value["value"]):
            start, end = found.span("name")
            yield value["how"], _placed(template, base + start, base + end)


def _placed(template: Template, start: int, end: int) -> ConstantString:
    return ConstantString(template.text[start:end], *template.place(start, end))
