"""Prisma's schema language: blocks with fields, and attributes with arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rlslint import NamedTuple, Pattern
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.schema_words import Table
from rlslint.code.evaluation.strings import FollowedFile

_TOKEN = Pattern(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<word>[A-Za-z_][\w.-]*)"""
    r"""|(?P<number>-?\d[\d.]*)|(?P<at>@@?)|(?P<line>\n)|(?P<sign>[^\s\w])""",
    re.DOTALL,
)
_ESCAPE = Pattern(r"\\(.)")
_CLOSE = frozenset(")]}")


class PrismaToken(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class PrismaCall(NamedTuple):
    """A word with what stands in parentheses behind it: an attribute, a function, a native type.

    `given` are its arguments by their names, "" for those without: words, strings, lists, calls.
    """

    name: str
    given: Mapping[str, object] = {}

    @property
    def first(self) -> object:
        return self.given.get("")


class Field(NamedTuple):
    """A line of a model; `mark` is `?`, `[]` or nothing."""

    name: str
    type: PrismaCall
    mark: str
    attributes: tuple[PrismaCall, ...]
    place: Origin

    def attribute(self, name: str) -> PrismaCall | None:
        return next((each for each in self.attributes if each.name == name), None)

    @property
    def column(self) -> str:
        mapped = self.attribute("map")
        return text_of(mapped, "name") or self.name


class PrismaBlock(NamedTuple):
    """A block: its kind, its fields, and the attributes of the whole."""

    kind: str
    name: str
    fields: tuple[Field, ...]
    attributes: tuple[PrismaCall, ...]
    place: Origin

    def attribute(self, name: str) -> PrismaCall | None:
        return next((each for each in self.attributes if each.name == name), None)

    @property
    def table(self) -> Table:
        schema = text_of(self.attribute("schema"), "name")
        return Table(schema or "", text_of(self.attribute("map"), "name") or self.name)


class _Reader:
    def __init__(self, source: FollowedFile) -> None:
        self.source = source
        text = source.host
        self._offsets = _Offsets(source)
        self._tokens = [
            PrismaToken(found.lastgroup or "", found[0], found.start(), found.end())
            for found in _TOKEN().finditer(text)
            if found.lastgroup != "comment"
        ]
        self._position = 0

    def peek(self) -> PrismaToken | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def take(self) -> PrismaToken | None:
        token = self.peek()
        self._position += 1
        return token

    def take_if(self, text: str) -> bool:
        token = self.peek()
        if token is not None and token.text == text:
            self._position += 1
            return True
        return False

    def skip_lines(self) -> None:
        while (token := self.peek()) is not None and token.kind == "line":
            self._position += 1

    def skip_line(self) -> None:
        while (token := self.peek()) is not None and token.kind != "line" and token.text != "}":
            self._position += 1

    def place(self, first: PrismaToken) -> Origin:
        last = self._tokens[min(self._position, len(self._tokens)) - 1]
        start, end = self._offsets.of(first.start), self._offsets.of(max(first.end, last.end))
        return Origin(self.source, start, end)


class _Offsets:
    """Bytes of the characters of a file."""

    def __init__(self, source: FollowedFile) -> None:
        self._text = source.host
        self._is_ascii = source.data.isascii()

    def of(self, character: int) -> int:
        return character if self._is_ascii else len(self._text[:character].encode())


def blocks_of(source: FollowedFile) -> Iterator[PrismaBlock]:
    """Yield the blocks of a file: `kind Name { … }`."""
    reader = _Reader(source)
    while (first := reader.take()) is not None:
        if first.kind != "word":
            continue
        label = reader.peek()
        if label is None or label.kind != "word":
            continue
        reader.take()
        if not reader.take_if("{"):
            continue
        place = reader.place(first)
        fields: list[Field] = []
        attributes: list[PrismaCall] = []
        while (token := reader.peek()) is not None and token.text != "}":
            if token.kind == "line":
                reader.take()
            elif token.text == "@@":
                reader.take()
                attributes.append(_call(reader))
            elif token.kind == "word":
                fields.append(_field(reader))
            else:
                reader.skip_line()
        reader.take()
        yield PrismaBlock(first.text, label.text, tuple(fields), tuple(attributes), place)


def _field(reader: _Reader) -> Field:
    label = reader.take()
    assert label is not None
    if reader.take_if("="):
        value = _value(reader)
        return Field(
            label.text, PrismaCall(""), "", (PrismaCall("=", {"": value}),), reader.place(label)
        )
    token = reader.peek()
    kind = _call(reader) if token is not None and token.kind == "word" else PrismaCall("")
    mark = "?" if reader.take_if("?") else ""
    if reader.take_if("["):
        mark = "[]" if reader.take_if("]") else mark
    attributes: list[PrismaCall] = []
    while (token := reader.peek()) is not None and token.text == "@":
        reader.take()
        attributes.append(_call(reader))
    place = reader.place(label)
    reader.skip_line()
    return Field(label.text, kind, mark, tuple(attributes), place)


def _call(reader: _Reader) -> PrismaCall:
    token = reader.take()
    label = token.text if token is not None else ""
    if not reader.take_if("("):
        return PrismaCall(label)
    given: dict[str, object] = {}
    more: list[object] = []
    while True:
        reader.skip_lines()
        token = reader.peek()
        if token is None or reader.take_if(")"):
            break
        if reader.take_if(","):
            continue
        value = _value(reader)
        if isinstance(value, PrismaCall) and reader.take_if(":"):
            reader.skip_lines()
            given[value.name] = _value(reader)
        else:
            more.append(value)
    if more:
        given[""] = more[0]
        given["*"] = more
    return PrismaCall(label, given)


def _number(text: str) -> object:
    """Return what digits say; what is no number, or too long to be one, is what it is."""
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _value(reader: _Reader) -> object:
    """Return a string, a list, or a word with its arguments."""
    token = reader.peek()
    if token is None:
        return None
    if token.kind == "string":
        reader.take()
        return _ESCAPE().sub(r"\1", token.text[1:-1])
    if token.kind == "word":
        return _call(reader)
    reader.take()
    if token.kind == "number":
        return _number(token.text)
    if token.text not in "[{":
        return None
    items: list[object] = []
    while True:
        reader.skip_lines()
        following = reader.peek()
        if following is None or following.text in _CLOSE:
            reader.take()
            return items
        if not reader.take_if(","):
            items.append(_value(reader))


def text_of(call: PrismaCall | None, *names: str) -> str | None:
    """Return an argument that is a string, by its name or the first one."""
    for each in (*names, "") if call is not None else ():
        value = call.given.get(each) if call is not None else None
        if isinstance(value, str):
            return value
    return None


def words_of(value: object) -> tuple[str, ...]:
    """Return the names in a list: `[a, b(sort: Desc)]`."""
    items = value if isinstance(value, list) else [value]
    return tuple([each.name for each in items if isinstance(each, PrismaCall)])
