"""SQL text and its way back to the file that a reader would open."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cached_property, lru_cache

from rlslint import NamedTuple


class Location(NamedTuple):
    """A 1-based line and a 1-based column, the column counted in characters."""

    row: int
    column: int


class HoleValue(Enum):
    """What is known of the value that fills a hole: how far it could change the SQL around it.

    `typed`: the program makes an integer, a UUID or the like of it just there. `declared`: its
    annotation says so, which nothing enforces. `checked`: it goes on with a value of a form without
    quotes alone. `quoted`: a quoting function of the driver wrote
    it. `constant`: one of a few values that the source names. `unread`: no value, but what a call
    may do that is not read.
    """

    anything = "anything"
    declared = "declared"
    typed = "typed"
    checked = "checked"
    quoted = "quoted"
    constant = "constant"
    unread = "unread"


class Hole(NamedTuple):
    """A stretch of a Text that stands for a value known only when the program runs.

    `start` and `end` are byte offsets into the Text. `source` is the expression of the host
    language, for messages. `binding` tells whether a driver passes the value separately from the
    SQL (a bind parameter) or whether it becomes part of the SQL (interpolation); `value` says how
    far an interpolated value is harmless.
    """

    start: int
    end: int
    source: str
    binding: bool
    value: HoleValue = HoleValue.anything


class Piece(NamedTuple):
    """Says that the byte at `offset` of a Text stands at character `host` of its file.

    A piece ends where the next one starts. Where `linear` is true every further character of the
    Text moves one character on in the file; else all of the piece stands at `host`.
    """

    offset: int
    host: int
    linear: bool


class Text:
    """SQL of one file, or of one string inside a file, as the UTF-8 that the parser reads.

    Every offset that rlslint keeps is a byte offset into `data`, because that is what PostgreSQL's
    parser reports. `location` is the only way from such an offset to a line and a column.

    `path` is what messages show. For SQL inside another language, `host` is the whole text of the
    file and `pieces` maps `data` into it; `holes` are the parts that the program fills in.
    """

    def __init__(
        self,
        path: str,
        data: bytes,
        *,
        host: str | None = None,
        pieces: tuple[Piece, ...] = (),
        holes: tuple[Hole, ...] = (),
    ) -> None:
        self.path = path
        self.data = data
        self.host = host
        self.pieces = pieces
        self.holes = holes

    def __repr__(self) -> str:
        return f"Text({self.path!r}, {len(self.data)} bytes)"

    @cached_property
    def is_ascii(self) -> bool:
        return self.data.isascii()

    @cached_property
    def _line_starts(self) -> list[int]:
        if self.host is not None:
            return _starts_of_lines(self.host)
        starts = [0]
        position = self.data.find(b"\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.data.find(b"\n", position + 1)
        return starts

    @cached_property
    def secrets(self) -> dict[int, list[tuple[int, int]]]:
        """By line, the stretches of it (in characters, from 0) that no output may show."""
        source = self.host if self.host is not None else self.data.decode("utf-8", "replace")
        return _secrets_by_line(source)

    def location(self, offset: int) -> Location:
        """Return where in the file the byte at `offset` stands."""
        starts = self._line_starts
        if self.host is not None:
            character = self._host_character(offset)
            row = bisect_right(starts, character)
            return Location(row, character - starts[row - 1] + 1)
        row = bisect_right(starts, offset)
        start = starts[row - 1]
        before = self.data[start:offset]
        return Location(row, (len(before) if self.is_ascii else _characters(before)) + 1)

    def line(self, row: int) -> str:
        """Return the text of the 1-based line `row` of the file, without its line end."""
        starts = self._line_starts
        if not 1 <= row <= len(starts):
            return ""
        start = starts[row - 1]
        end = starts[row] if row < len(starts) else None
        if self.host is not None:
            return self.host[start:end].rstrip("\r\n")
        return self.data[start:end].decode("utf-8", "replace").rstrip("\r\n")

    @property
    def rows(self) -> int:
        """How many lines the file has."""
        return len(self._line_starts)

    def slice(self, start: int, end: int) -> str:
        """Return the SQL between two byte offsets."""
        return self.data[start:end].decode("utf-8", "replace")

    def character(self, offset: int) -> int:
        """Return how many characters of the file, its byte order mark left out, stand before."""
        return (
            _characters(self.data[:offset]) if self.host is None else self._host_character(offset)
        )

    def _host_character(self, offset: int) -> int:
        index = bisect_right(self.pieces, offset, key=lambda piece: piece.offset) - 1
        if index < 0:
            return 0
        piece = self.pieces[index]
        if not piece.linear:
            return piece.host
        return piece.host + _characters(self.data[piece.offset : offset])


class CatalogText(Text):
    """SQL that shows what a database holds; no file has it. `path` names the database."""


class Span(NamedTuple):
    """The stretch of a Text between two byte offsets, `end` exclusive."""

    text: Text
    start: int
    end: int

    @property
    def sql(self) -> str:
        return self.text.slice(self.start, self.end)

    def locations(self) -> tuple[Location, Location]:
        """Return where the span starts, and the place right behind its end."""
        return self.text.location(self.start), self.text.location(self.end)


class Related(NamedTuple):
    """Another place that has a part in a finding.

    `opens` tells that the fault would not be there without what stands there: a grant.
    """

    span: Span
    message: str
    opens: bool = False


StatementPlace = tuple[str, int | Location, int | Location]
"""Where a statement stands that one can edit: it may run once for each turn of a loop."""


class Statement:
    """One SQL statement of a Text, from its first token to its last, comments before it left out.

    `kind` is the name of its node in PostgreSQL's grammar (`CreatePolicyStmt`), or "" where the
    grammar refuses it. `parent` is the statement (a DO block, a call) whose execution ran this
    one; then `text` is the SQL that was executed and `parent` is what a reader can edit. What
    stands in a DO block as it was run shares the Text of the block. `number` tells which statement
    of its history it was, the first is 1; 0 for one that was not carried out.
    """

    __slots__ = ("end", "kind", "number", "parent", "start", "text")

    def __init__(
        self, text: Text, start: int, end: int, kind: str, parent: Statement | None = None
    ) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.kind = kind
        self.parent = parent
        self.number = 0

    def __repr__(self) -> str:
        return f"Statement({self.kind} {self.text.path}:{self.text.location(self.start).row})"

    @property
    def sql(self) -> str:
        return self.text.slice(self.start, self.end)

    @property
    def is_written(self) -> bool:
        """Whether a file shows the statement as it was run."""
        return self.parent is None or self.text is self.parent.text

    @property
    def span(self) -> Span:
        """The statement itself, or the innermost one that ran it and that one can edit."""
        if self.parent is None or self.is_written:
            return Span(self.text, self.start, self.end)
        return self.parent.span

    @property
    def place(self) -> StatementPlace:
        """Where it, or the outermost one that ran it, stands in its file."""
        span = self.span
        if span.text.host is None:
            return span.text.path, span.start, span.end
        return (span.text.path, *span.locations())


def span_of(statement: Statement | None) -> Span | None:
    """Return where a statement stands, None where there is none."""
    return None if statement is None else statement.span


@lru_cache(maxsize=64)
def _secrets_by_line(source: str) -> dict[int, list[tuple[int, int]]]:
    """Return the same for all texts in one file, which are searched once."""
    from rlslint.text.secrets import secret_ranges

    found: dict[int, list[tuple[int, int]]] = {}
    ranges = secret_ranges(source)
    starts = _starts_of_lines(source) if ranges else []
    for start, end in ranges:
        row = bisect_right(starts, start)
        while row <= len(starts) and starts[row - 1] < end:
            first = starts[row - 1]
            behind = starts[row] - 1 if row < len(starts) else len(source)
            if max(start, first) < min(end, behind):
                part = (max(start, first) - first, min(end, behind) - first)
                found.setdefault(row, []).append(part)
            row += 1
    return found


@lru_cache(maxsize=64)
def _starts_of_lines(text: str) -> list[int]:
    starts = [0]
    position = text.find("\n")
    while position >= 0:
        starts.append(position + 1)
        position = text.find("\n", position + 1)
    return starts


def _characters(data: bytes) -> int:
    return len(data.decode("utf-8", "replace"))


def open_holes(statement: Statement) -> Iterator[Hole]:
    """Yield the holes of a statement that a program fills in with who knows what."""
    for hole in statement.text.holes:
        inside = statement.start <= hole.start < statement.end
        if inside and not hole.binding and hole.value is not HoleValue.constant:
            yield hole


class Searched:
    """A text that many look for words in; each is looked for once, in whatever case it stands."""

    __slots__ = ("_found", "data", "lowered")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.lowered = data.lower()
        self._found: dict[bytes, bool] = {}

    def has(self, word: bytes) -> bool:
        """Tell whether a word, given in small letters, stands in the text."""
        found = self._found.get(word)
        if found is None:
            found = self._found[word] = word in self.lowered
        return found

    def has_any(self, words: Iterable[bytes]) -> bool:
        """Tell whether one of some words stands in the text."""
        return any(map(self.has, words))
