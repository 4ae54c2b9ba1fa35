"""Reading all statements of a Text, whatever is in it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from rlslint import Pattern
from rlslint.sql import parser
from rlslint.sql.parser import (
    BrokenStatement,
    ParsedStatement,
    Placed,
    SyntaxProblem,
    parse,
    pieces,
    placed_statements,
    statements_of,
)
from rlslint.text import Text

__all__ = ["BrokenStatement", "ParsedStatement", "read"]

_END_OF_LINE = Pattern(rb";\r?\n")

Piece = tuple[int, Iterable[Placed | None] | None]
"""Where a piece of a text ends, and its statements: None where it is refused, and begins there."""


def read(
    text: Text,
    wanted: Container[str],
    ranges: tuple[tuple[int, int], ...] | None = None,
    application: bool = False,
    ahead: Iterator[Piece] | None = None,
) -> Iterator[ParsedStatement | BrokenStatement | None]:
    """Yield each statement of `text` once and in order, and None for each that is not wanted.

    A text that PostgreSQL accepts is parsed as it stands. Only where it does not are psql's
    commands, the data of COPY and placeholders set aside, and a statement that is still refused
    comes as a BrokenStatement; the others keep their places. With `application` the text is SQL
    of a program: it may hold the placeholders of database drivers, and no psql commands.

    `ranges` are the stretches of the text to read, as byte offsets; by default all of it. `ahead`
    are pieces of them that were read before. psql's `\\connect` comes as a statement of the kind
    `psql.CONNECT`, when that is wanted.
    """
    for start, stop in ((0, len(text.data)),) if ranges is None else ranges:
        if start < stop:
            yield from _read_range(text, wanted, start, stop, application, ahead or iter(()))


def _read_range(
    text: Text,
    wanted: Container[str],
    start: int,
    stop: int,
    application: bool,
    ahead: Iterator[Piece],
) -> Iterator[ParsedStatement | BrokenStatement | None]:
    position = start
    if not (application and _has_named_placeholders(text)):
        for position, known in ahead:
            yield from statements_of(text, known or (), wanted)
            if known is None or position == stop:
                break
        else:
            for end, found in pieces_of(text.data, position, stop, wanted, parser.PIECE):
                yield from statements_of(text, found, wanted)
                position = end
    if position < stop:
        from rlslint.sql.recovery import recovered_statements

        yield from recovered_statements(text, wanted, position, stop, application)


def pieces_of(
    data: bytes, start: int, stop: int, wanted: Container[str], size: int
) -> Iterator[tuple[int, Iterator[Placed | None]]]:
    """Yield where each piece ends of what stands between two offsets, with its statements.

    A piece has at least `size` bytes where it is not the last one. Stops before the first one that
    the grammar refuses.
    """
    while start < stop:
        end = _likely_end(data, start, stop, size)
        try:
            tree = parse(data[start:end]) if end is not None else None
        except SyntaxProblem:
            tree = None
        if end is None or tree is None:
            break
        yield end, placed_statements(tree, data, wanted, start, end)
        start = end
    if stop - start > size:
        for first, last in pieces(data, start, stop, size):
            try:
                tree = parse(data[first:last])
            except SyntaxProblem:
                return
            yield last, placed_statements(tree, data, wanted, first, last)


def _likely_end(data: bytes, start: int, stop: int, size: int) -> int | None:
    """Return where a piece may end, behind a semicolon that ends its line; None where none does.

    Looking there is much faster than following every quote on the way. Where the semicolon stands
    in a string, a comment or a body, the grammar refuses the piece, for it has no end of that.
    Only a comment that ends with its line could deceive it, so a line with one does not count.
    """
    least = start + size
    if least >= stop:
        return stop
    for semicolon in _END_OF_LINE().finditer(data, least, min(least + size, stop)):
        line = data.rfind(b"\n", start, semicolon.start()) + 1
        if data.find(b"--", max(line, start), semicolon.start()) < 0:
            return semicolon.end()
    return None


def _has_named_placeholders(text: Text) -> bool:
    from rlslint.sql.placeholders import has_named_placeholders

    return has_named_placeholders(text.data)
