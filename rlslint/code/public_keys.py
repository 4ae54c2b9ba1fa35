"""Keys and connection strings that programs put where browsers get them, told from the form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import Pattern
from rlslint.code import form
from rlslint.code.constants import ConstantString, nodes_of
from rlslint.code.forms import ProgramFile
from rlslint.files.deployment import PublicKey
from rlslint.files.deployment.public_keys import (
    is_demonstration,
    is_public_key_name,
    is_public_name,
    is_secret_name,
    is_served,
    keys_in,
    user_or_key,
)
from rlslint.text import Span

_READS = Pattern(
    r"env|conf|setting|secret|require|fetch|read|load|get|var|lookup|option|define",
    re.IGNORECASE,
)
"""In the names of functions that return what a variable of the environment holds."""
_CHECKS = Pattern(
    r"assert|expect|raise|error|exception|warn|log|print|fail|includes|has\b", re.IGNORECASE
)
_ASKING = frozenset(("not", "==", "!=", "in"))
_SENT = frozenset(("publicRuntimeConfig",))
_SENT_BY_FILE = (
    (Pattern(r"(?:.*/)?next\.config\.\w+"), "env"),
    (Pattern(r"(?:.*/)?(?:vite|webpack|rollup|esbuild)[\w.]*\.\w+"), "define"),
    (Pattern(r"(?:.*/)?app\.config\.\w+"), "extra"),
    (Pattern(r"(?:.*/)?nuxt\.config\.\w+"), "public"),
)
"""Entries of the configuration of build tools that become part of what browsers get."""


def public_keys_in(file: ProgramFile) -> Iterator[PublicKey]:
    """Yield the keys of a program that a browser gets, each variable once."""
    told: set[str] = set()
    for name, place, user in _Keys(file).found():
        if name not in told:
            told.add(name)
            yield PublicKey(_span(file, place), name, user)
    if told or not is_served(file.shown, file.document.source):
        return
    for node in file.nodes:
        template = file.constants.template(node) if isinstance(node, form.String) else None
        if template is None:
            continue
        for start, end in keys_in(template.text):
            key = ConstantString("", *template.place(start, end))
            yield PublicKey(_span(file, key), file.shown)
            return


_Found = Iterator[tuple[str, ConstantString, str]]


class _Keys:
    """What one file says of keys that browsers get: the variable, where, and as whom it is."""

    def __init__(self, file: ProgramFile) -> None:
        self._nodes = file.nodes
        self._constants = file.constants
        self._sent = {name for path, name in _SENT_BY_FILE if path().fullmatch(file.shown)} | _SENT
        self._asked: set[int] = set()

    def found(self) -> _Found:
        for node in self._nodes:
            self._note_what_is_asked(node)
            yield from self._given(node)
            if id(node) in self._asked:
                continue
            for word in self._named(node):
                if is_public_key_name(word.text):
                    yield word.text, word, ""

    def _note_what_is_asked(self, node: form.Node) -> None:
        """Keep the nodes that are only asked for, or stand in what is said of an error."""
        asked: tuple[form.Node | None, ...] = ()
        match node:
            case form.If(test=test):
                asked = (test,)
            case form.Operation(operator=operator, operands=operands) if operator in _ASKING:
                asked = operands
            case form.Leave(kind=form.Leaves.throws, value=value):
                asked = (value,)
            case form.Call(function=function, arguments=arguments):
                if _CHECKS().search(self._constants.path(function)):
                    asked = arguments
        for part in asked:
            self._asked.update(map(id, nodes_of(part)) if part is not None else ())

    def _named(self, node: form.Node) -> Iterator[ConstantString]:
        """Yield the variable that a node reads, by its own name or by that of the environment."""
        match node:
            case form.Name(name=name):
                yield ConstantString(name, node.start, node.end)
            case form.Attribute(name=name):
                yield ConstantString(name, max(node.start, node.end - len(name.encode())), node.end)
            case form.Import(name=name, member=member):
                yield ConstantString(member or name, node.start, node.end)
            case form.Subscript(key=key):
                yield from self._word(key)
            case form.Call(function=function, arguments=[first, *_]):
                if _READS().search(self._constants.path(function)):
                    yield from self._word(first)

    def _word(self, node: form.Node) -> Iterator[ConstantString]:
        word = self._constants.word(node)
        if word is not None:
            yield word

    def _given(self, node: form.Node) -> _Found:
        """Yield what is given to a variable or an entry whose name browsers get."""
        match node:
            case form.Mapping(pairs=pairs):
                for pair in pairs:
                    place = pair.key or pair.value
                    yield from self._of_value(
                        ConstantString(pair.name, place.start, place.end), pair.value
                    )
                    if pair.name in self._sent:
                        yield from self._secrets(pair.value)
            case form.Assign(
                targets=[form.Name(name=name) | form.Attribute(name=name) as target], value=value
            ) if value is not None:
                yield from self._of_value(ConstantString(name, target.start, target.end), value)
            case form.Assign(targets=[form.Subscript(key=key) as target], value=value):
                word = self._constants.word(key)
                if word is not None and value is not None:
                    yield from self._of_value(word, value)
            case form.Call(named=named):
                for name, value in named:
                    yield from self._of_value(ConstantString(name, value.start, value.end), value)

    def _of_value(self, name: ConstantString, value: form.Node) -> _Found:
        if not is_public_name(name.text):
            return
        word = self._constants.word(value)
        if word is not None and is_demonstration(word.text):
            return
        if is_public_key_name(name.text):
            yield name.text, name, ""
        elif word is not None:
            user = user_or_key(word.text)
            if user is not None:
                yield name.text, name, user
        elif next(self._secrets(value), None) is not None:
            yield name.text, name, ""

    def _secrets(self, value: form.Node) -> _Found:
        """Yield the variables with a secret that a value is read from."""
        for node in nodes_of(value):
            for word in self._named(node):
                if is_secret_name(word.text):
                    yield word.text, word, ""


def _span(file: ProgramFile, place: ConstantString) -> Span:
    document = file.document
    return document.span(document.character(place.start), document.character(place.end))
