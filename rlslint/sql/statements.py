"""Reading all statements of a Text, whatever is in it."""

from __future__ import annotations

from collections.abc import Container, Iterator

from rlslint.sql import parser
from rlslint.sql.parser import (
    BrokenStatement,
    ParsedStatement,
    SyntaxProblem,
    parse,
    parse_piece,
    pieces,
    statements_of_tree,
)
from rlslint.text import Text
from rlslint.text.patterns import Pattern

__all__ = ["BrokenStatement", "ParsedStatement", "read"]


def read(
    text: Text,
    wanted: Container[str],
    ranges: tuple[tuple[int, int], ...] | None = None,
    application: bool = False,
) -> Iterator[ParsedStatement | BrokenStatement | None]:
    """Yield each statement of `text` once and in order, and None for each that is not wanted.

    A text that PostgreSQL accepts is parsed as it stands. Only where it does not are psql's
    commands, the data of COPY and placeholders set aside, and a statement that is still refused
    comes as a BrokenStatement; the others keep their places. With `application` the text is SQL
    of a program: it may hold the placeholders of database drivers, and no psql commands.

    `ranges` are the stretches of the text to read, as byte offsets; by default all of it. psql's
    `\\connect` comes as a statement of the kind `psql.CONNECT`, when that is wanted.
    """
    for start, stop in ((0, len(text.data)),) if ranges is None else ranges:
        yield from _read_range(text, wanted, start, stop, application)


def _read_range(
    text: Text, wanted: Container[str], start: int, stop: int, application: bool
) -> Iterator[ParsedStatement | BrokenStatement | None]:
    position = start
    if not (application and _has_named_placeholders(text)):
        for last, statements in statements_ahead(text, wanted, start, stop):
            yield from statements
            position = last
        for first, last in pieces(text.data, position, stop):
            try:
                statements = parse_piece(text, wanted, first, last)
            except SyntaxProblem:
                break
            yield from statements
            position = last
    if position < stop:
        from rlslint.sql.recovery import recovered_statements

        yield from recovered_statements(text, wanted, position, stop, application)


def _has_named_placeholders(text: Text) -> bool:
    from rlslint.sql.placeholders import has_named_placeholders

    return has_named_placeholders(text.data)


_END_OF_LINE = Pattern(rb";\r?\n")


def statements_ahead(
    text: Text, wanted: Container[str], start: int, stop: int
) -> Iterator[tuple[int, Iterator[ParsedStatement | BrokenStatement | None]]]:
    """Yield where each piece of a large text ends, with its statements as `parse_piece` has them.

    Stops before the first piece that the grammar refuses, and before what is left of a text when
    that is no large one.
    """
    first = start
    following = _begun(text, first, stop)
    while following is not None:
        piece = following
        following = _begun(text, piece.end, stop)
        tree = piece.tree()
        if tree is None:
            if following is not None:
                following.tree()
            return
        yield piece.end, statements_of_tree(tree, text, wanted, (first, piece.end), None)
        first = piece.end


class _Piece:
    """A piece that another thread parses."""

    def __init__(self, data: bytes, end: int) -> None:
        from threading import Thread

        self.end = end
        self._data = data
        self._tree: str | None = None
        self._thread = Thread(target=self._parse, daemon=True)
        self._thread.start()

    def _parse(self) -> None:
        try:
            self._tree = parse(self._data)
        except SyntaxProblem:
            self._tree = None

    def tree(self) -> str | None:
        """Wait for the tree; None where the grammar refuses the piece."""
        self._thread.join()
        return self._tree


def _begun(text: Text, start: int, stop: int) -> _Piece | None:
    end = _likely_end(text.data, start, stop)
    return _Piece(text.data[start:end], end) if end is not None else None


def _likely_end(data: bytes, start: int, stop: int) -> int | None:
    """Return where a piece may end, behind a semicolon that ends its line; None where none does.

    Looking there is much faster than following every quote on the way. Where the semicolon stands
    in a string, a comment or a body, the grammar refuses the piece, for it has no end of that.
    Only a comment that ends with its line could deceive it, so a line with one does not count.
    """
    least = start + parser.PIECE
    if least >= stop:
        return None
    for semicolon in _END_OF_LINE().finditer(data, least, min(least + parser.PIECE, stop)):
        line = data.rfind(b"\n", start, semicolon.start()) + 1
        if data.find(b"--", max(line, start), semicolon.start()) < 0:
            return semicolon.end()
    return None
