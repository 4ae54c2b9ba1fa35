"""Reading on, statement by statement, where PostgreSQL's grammar refuses a text as a whole."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Any

from rlslint import Pattern
from rlslint.sql import CONDITION, CONNECT, INCLUDE, RESULTS, SHELL
from rlslint.sql.parser import (
    BrokenStatement,
    ParsedStatement,
    SyntaxProblem,
    parse_piece,
    without_trailing_space,
)
from rlslint.sql.placeholders import (
    has_brace_templates,
    has_named_placeholders,
    is_at_blank,
    placeholder_names,
    with_numbers,
    with_strings,
    without_clause,
    without_placeholders,
)
from rlslint.sql.psql import condition, connection, inclusion, runs_results, shell
from rlslint.sql.statement_ends import (
    QUOTED,
    Stretch,
    end_of_line,
    end_of_quote,
    first_token,
    next_stretch,
)
from rlslint.text import Statement, Text

_FIRST_WORDS = (
    rb"(?:create|alter|drop|grant|revoke|comment|insert|update|delete|truncate|set|reset|select|do"
    rb"|begin|start|commit|rollback|with|copy|reassign|analyze|vacuum|lock|call|security)\b"
)
_STATEMENT_AT_LINE_START = Pattern(rb"^[ \t]*(?=" + _FIRST_WORDS + rb")", re.I | re.M)
_STATEMENT_IN_STRING = Pattern(rb";[ \t]*(?:--[^\n]*)?\r?\n\s*(?=" + _FIRST_WORDS + rb")", re.I)
_STRING_OR_DOLLAR_QUOTE = Pattern(QUOTED + rb"|\$\w*\$|/\*", re.DOTALL)
_BODY_FOLLOWS = Pattern(rb"\b(?:as|do)\s*$", re.IGNORECASE)
_NOT_LINE_END = Pattern(rb"[^\n]")

_MOST_CLAUSES = 12
"""How many clauses a program may fill in of one statement."""

_NEXT_PART = Pattern(
    rb"^[ \t]*--[ \t]*changeset[ \t]+\S+:\S|-->[ \t]*statement-breakpoint", re.I | re.M
)
"""Where Liquibase and Drizzle cut a file: each part is sent by itself, and may lack a semicolon."""

_FILLED_IN = "its placeholders stand for more than a name or a value"
_COPY_DATA_FOLLOWS = Pattern(rb"\\copy\b.*\bfrom\s+p?stdin\b", re.IGNORECASE)
_END_OF_COPY_DATA = Pattern(rb"^\\\.[ \t\r]*$", re.MULTILINE)

Recovered = ParsedStatement | BrokenStatement | None


class PlaceholderProblem(SyntaxProblem):
    """Nothing that could stand for a placeholder makes a statement that the grammar accepts."""


def recovered_statements(
    text: Text, wanted: Container[str], start: int, stop: int, application: bool = False
) -> Iterator[Recovered]:
    """Yield each statement between two offsets, the broken ones as BrokenStatement."""
    data = text.data
    is_template = not application and has_brace_templates(data)
    position = first_token(data, start, stop)
    last: list[Recovered] = []
    while position < stop:
        if data[position] in b"\\#" and not application:
            if runs_results(data, position, stop):
                # Without a statement in front of it, psql takes the one that it sent last.
                yield from map(_of_results, last)
            # No statement begins with #: `#include` is for the preprocessor of an extension's
            # scripts.
            end = end_of_line(data, position, stop)
            yield from _psql_command(text, wanted, position, end)
            end = _behind_copy_data(data, position, end, stop)
        else:
            stretch = next_stretch(data, position, stop)
            if not application:
                stretch = _within_part(data, stretch)
            found, end = _read_stretch(text, wanted, stretch, application, is_template)
            last = list(found)
            if end == stretch.following and runs_results(data, stretch.end, end):
                last = list(map(_of_results, last))
            yield from last
        position = first_token(data, end, stop)


def _within_part(data: bytes, stretch: Stretch) -> Stretch:
    """Return a statement up to where the next part of the file begins."""
    part = _NEXT_PART().search(data, stretch.start, stretch.end)
    if part is None:
        return stretch
    end = part.start()
    return stretch._replace(
        end=end,
        following=end,
        commands=tuple(command for command in stretch.commands if command[1] <= end),
        open_quote=stretch.open_quote if stretch.open_quote < end else -1,
    )


def _of_results(found: Recovered) -> Recovered:
    """Return a SELECT as what runs its results."""
    if not isinstance(found, ParsedStatement) or found.statement.kind != "SelectStmt":
        return found
    text, start, end = found.statement.text, found.statement.start, found.statement.end
    return found._replace(statement=Statement(text, start, end, RESULTS))


_COMMANDS = {CONNECT: connection, INCLUDE: inclusion, CONDITION: condition, SHELL: shell}


def _psql_command(
    text: Text, wanted: Container[str], start: int, end: int
) -> Iterator[ParsedStatement]:
    command = text.slice(start, end)
    for kind, reading in _COMMANDS.items():
        node = reading(command) if kind in wanted else None
        if node is not None:
            end = without_trailing_space(text.data, start, end)
            yield ParsedStatement(Statement(text, start, end, kind), node, start)


def _behind_copy_data(data: bytes, start: int, end: int, stop: int) -> int:
    """Return where the data ends that follows psql's `\\copy … from stdin`, else `end`."""
    if not _COPY_DATA_FOLLOWS().match(data, start, end):
        return end
    last = _END_OF_COPY_DATA().search(data, end, stop)
    return last.end() if last is not None else end


def _read_stretch(
    text: Text, wanted: Container[str], stretch: Stretch, application: bool, is_template: bool
) -> tuple[Iterator[Recovered], int]:
    """Return the statements of a stretch, and where to read on.

    What fills in a template may also take it apart, at empty lines for instance, and a `<name>` is
    there to be replaced before anybody runs it.
    """
    end = _line_of_statement(text.data, stretch.open_quote, stretch.end)
    try:
        found = _parse_stretch(text, wanted, stretch, end, application)
    except SyntaxProblem as problem:
        end = _statement_inside(text.data, stretch.start, end)
        offset = min(problem.offset, end)
        end_of_broken = without_trailing_space(text.data, stretch.start, end)
        statement = Statement(text, stretch.start, end_of_broken, "")
        following = end if end < stretch.end else stretch.following
        refused = not (
            is_template
            or isinstance(problem, PlaceholderProblem)
            or is_at_blank(text.data, problem.offset)
        )
        return iter((BrokenStatement(statement, problem.message, offset, refused),)), following
    return found, end if end < stretch.end else stretch.following


def _parse_stretch(
    text: Text, wanted: Container[str], stretch: Stretch, end: int, application: bool
) -> Iterator[Recovered]:
    start = stretch.start
    sql = bytearray(text.data[start:end])
    if not application:
        for first, last in stretch.commands:
            blank = _NOT_LINE_END().sub(b" ", text.data[first:last])
            sql[first - start : last - start] = blank
    raw = bytes(sql[: max(0, end - start)])
    replaced = without_placeholders(raw, application)
    if application and has_named_placeholders(raw):
        raw = replaced
    try:
        return parse_piece(text, wanted, start, end, raw)
    except SyntaxProblem:
        if replaced == raw and not application:
            raise
    if application:
        return _parse_with_clauses_left_out(text, wanted, start, end, replaced)
    return _parse_filled(text, wanted, start, end, raw, replaced)


def _parse_with_clauses_left_out(
    text: Text, wanted: Container[str], start: int, end: int, sql: bytes
) -> Iterator[Recovered]:
    """Parse SQL of a program, part by part without what it fills in that is no name and no value.

    Raises SyntaxProblem where the grammar refuses it for another reason.
    """
    for _ in range(_MOST_CLAUSES):
        try:
            return parse_piece(text, wanted, start, end, sql)
        except SyntaxProblem as problem:
            left = without_clause(sql, problem.offset - start)
            if left is None:
                raise
            sql = left
    return parse_piece(text, wanted, start, end, sql)


def _parse_filled(
    text: Text,
    wanted: Container[str],
    start: int,
    end: int,
    raw: bytes,
    replaced: bytes,
    parent: Statement | None = None,
) -> Iterator[Recovered]:
    """Parse with names for placeholders; where that is refused, with strings, then numbers."""
    strings = with_strings(raw, replaced)
    names = placeholder_names(raw, replaced)
    for filled in dict.fromkeys((replaced, strings, with_numbers(raw, strings))):
        try:
            found = parse_piece(text, wanted, start, end, filled, parent)
        except SyntaxProblem as problem:
            refusal = problem
        else:
            return (_with_names(one, names) for one in found)
    position = refusal.offset - start
    if raw[position : position + 1] != replaced[position : position + 1]:
        raise PlaceholderProblem(_FILLED_IN, refusal.offset)
    raise refusal


def filled_statements(
    text: Text, wanted: Container[str], start: int, end: int, parent: Statement
) -> Iterator[Recovered]:
    """Yield the statements that `parent` runs, with names in place of a template's marks.

    Raises SyntaxProblem where the grammar refuses them nevertheless.
    """
    raw = text.data[start:end]
    replaced = without_placeholders(raw, application=False)
    return _parse_filled(text, wanted, start, end, raw, replaced, parent)


def _with_names(found: Recovered, names: dict[str, str]) -> Recovered:
    """Give names that are placeholders back as they are written."""
    if not isinstance(found, ParsedStatement) or not names:
        return found
    return found._replace(node=_renamed(found.node, names))


def _renamed(part: Any, names: dict[str, str]) -> Any:
    match part:
        case str():
            return names.get(part, part)
        case dict():
            return {key: _renamed(value, names) for key, value in part.items()}
        case list():
            return [_renamed(value, names) for value in part]
        case _:
            return part


def _line_of_statement(data: bytes, open_quote: int, end: int) -> int:
    """Return where the first statement behind an unterminated quote begins, else `end`."""
    if open_quote < 0:
        return end
    behind_line = end_of_line(data, open_quote, end)
    match = _STATEMENT_AT_LINE_START().search(data, behind_line, end)
    return match.end() if match is not None else end


def _statement_inside(data: bytes, start: int, end: int) -> int:
    """Return where a statement begins in a string of a refused statement, else `end`.

    An apostrophe too many turns strings inside out: the text between two of them then holds the
    end of one statement and the beginning of the next. The body of a function may look the same.
    """
    position = start
    while (quote := _STRING_OR_DOLLAR_QUOTE().search(data, position, end)) is not None:
        position = quote.end()
        if quote.group().startswith((b"$", b"/*")):
            position = end_of_quote(data, quote.start(), end)
        elif not quote.group().startswith((b'"', b"--")):
            inside = _STATEMENT_IN_STRING().search(data, quote.start(), position)
            if inside is not None and not _BODY_FOLLOWS().search(
                data, max(start, quote.start() - 40), quote.start()
            ):
                return inside.end()
    return end
