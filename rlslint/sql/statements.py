"""Reading all statements of a Text, whatever is in it."""

from __future__ import annotations

from collections.abc import Container, Iterator

from rlslint.sql import parser
from rlslint.sql.parser import (
    BrokenStatement,
    ParsedStatement,
    SyntaxProblem,
    parse_piece,
    pieces,
)
from rlslint.text import Text

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
        if stop - start > parser.PIECE:
            from rlslint.sql.ahead import statements_ahead

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
