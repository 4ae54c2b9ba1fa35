"""Findings that are mended where they stand: what is to be written into which file."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from rlslint import NamedTuple, Pattern
from rlslint.reports import ReportedFinding, shown_path
from rlslint.reports.mends import is_mend, is_statement, pieces_of
from rlslint.sql.parser import SyntaxProblem, tokens
from rlslint.text import CatalogText, Statement, Text

_CALL = Pattern(
    r"(SELECT set_config\('(?P<name>[^']*)', )(?P<mark>[^ ,]+)(, (?:true|false)\));?(?: --.*)?"
)
_REWRITTEN = frozenset(
    ("guc-reserved-word", "session-set-tenant", "set-bind-parameter", "set-config-session",
     "set-string-interpolation")
)  # fmt: skip
"""Rules whose help stands in the place of the statement that they mark."""

_LOCAL = Pattern(r"\s*SET\s+LOCAL\b|.*,\s*true\s*\)\s*;?\s*\Z", 2 | 16)


class Edit(NamedTuple):
    """What is to stand in place of some characters of a file.

    They are counted behind its byte order mark.
    """

    text: Text
    start: int
    end: int
    content: str


class Fix(NamedTuple):
    """Edits that end a finding.

    One that is not safe may change what a program does beside what is wrong with it, or a migration
    that has run.
    """

    message: str
    edits: tuple[Edit, ...]
    is_safe: bool
    is_of_migration: bool = False


def fix_of(reported: ReportedFinding) -> Fix | None:
    """Return how a finding is mended where it stands, None where that is not known."""
    finding = reported.finding
    if finding.span is None or isinstance(finding.span.text, CatalogText):
        return None
    statement = finding.statement
    if statement is not None and not statement.kind and reported.name == "invalid-rls-ddl":
        return _replaced(statement, finding.help)
    if reported.name in _REWRITTEN and statement is not None:
        return _bound(statement, finding.help, finding.object)
    if is_mend(reported):
        return _behind(reported.name, statement, finding.span.text, finding.help)
    return None


def _replaced(statement: Statement, help: str) -> Fix | None:
    """Write a statement that PostgreSQL refuses as it is meant."""
    text = statement.text
    if text.host is not None or not statement.is_written or not is_statement(help):
        return None
    content = (
        help.removesuffix(";") if text.data[statement.end : statement.end + 1] == b";" else help
    )
    start, end = text.character(statement.start), text.character(statement.end)
    return Fix("Write the statement as it is meant", (Edit(text, start, end, content),), True, True)


def _bound(statement: Statement, help: str, name: str) -> Fix | None:
    """Let a statement of a program call set_config() with the value as a parameter."""
    from rlslint.code.rewriting import rewritten

    found = _CALL().fullmatch(help)
    if found is None or found["name"].lower() != name.lower():
        return None
    call = f"{found[1]}{{value}}{found[4]}"
    made = rewritten(statement.text, statement.start, statement.end, call, found["mark"])
    if made is None:
        return None
    is_local = _LOCAL().match(statement.sql) is not None
    message = f"Set {name} by set_config() with the value as a parameter"
    is_safe = is_local == (", true)" in found[4])
    return Fix(message, (Edit(statement.text, *made),), is_safe)


def _behind(name: str, statement: Statement | None, text: Text, help: str) -> Fix | None:
    """Run the SQL of a help at the end of what the migration does."""
    if text.host is not None or not text.path.endswith(".sql"):
        return None
    if statement is not None and not statement.is_written:
        return None
    found = _end_of(text)
    if found is None or not _can_be_added(text, help):
        return None
    at, end = found
    ended = help if help.rstrip().endswith(";") or "\n" in help or "--" in help else f"{help};"
    edit = Edit(text, at, at, f"{end}\n\n{ended}" if at else f"{ended}\n")
    return Fix(f"Add the statement that mends {name}", (edit,), False, True)


_CONDITIONAL = Pattern(rb"(?im)^\s*(?:--\s*liquibase\s+formatted\s+sql|\\if)\b")
"""Files of which parts run apart from the others, or perhaps: the changesets of Liquibase."""

_OTHER_ROLE = Pattern(
    rb"(?im)^\\c(?:onnect)?\b|\b(?P<back>RE)?SET\s+(?:LOCAL\s+|SESSION\s+)?"
    rb"(?:ROLE|SESSION\s+AUTHORIZATION|(?(back)ALL|(?!)))\b(?P<none>\s+(?:NONE|DEFAULT)\b)?"
)
"""What gives statements behind it other rights, which may not be those of a table's owner."""

_SPLITTING = frozenset(("goose", "micrate", "play", "sql-migrate"))
"""Tools that end a statement at each semicolon which no marks are around."""


def _can_be_added(text: Text, help: str) -> bool:
    """Tell whether statements at the end of a migration run with the rest of it, and whole."""
    from rlslint.files.layouts.reversals import tool

    if _CONDITIONAL().search(text.data) is not None:
        return False
    roles = list(_OTHER_ROLE().finditer(text.data))
    if roles and not (roles[-1]["back"] or roles[-1]["none"]):
        return False
    is_split = any(";" in one.rstrip().rstrip(";") for one in pieces_of(help))
    return not (is_split and tool(text.data) in _SPLITTING)


@lru_cache(maxsize=256)
def _end_of(text: Text) -> tuple[int, str] | None:
    """Return behind which character a migration ends, and what ends its last statement."""
    from rlslint.files.layouts.reversals import up_ranges

    ranges = up_ranges(text.data)
    if not ranges:
        return None
    before = text.data[: ranges[-1][1]].rstrip()
    # On a line of its own a semicolon stands in no comment.
    return text.character(len(before)), "" if _is_ended(before) else "\n;"


def _is_ended(sql: bytes) -> bool:
    """Tell whether a semicolon ends the last statement."""
    try:
        found = tokens(sql)
    except SyntaxProblem:
        return sql.endswith(b";")
    return not found or sql[found[-1].start : found[-1].end] == b";"


def as_data(fix: Fix | None) -> dict[str, Any] | None:
    """Return a fix as JSON has it; `range` counts bytes, of UTF-8 without a byte order mark."""
    if fix is None:
        return None
    return {
        "applicability": "safe" if fix.is_safe and not fix.is_of_migration else "unsafe",
        "message": fix.message,
        "edits": [_edit_as_data(edit) for edit in fix.edits],
    }


def _edit_as_data(edit: Edit) -> dict[str, Any]:
    (first, start), (last, end) = (_place(edit.text, at) for at in (edit.start, edit.end))
    return {
        "filename": shown_path(edit.text.path),
        "content": edit.content,
        "location": start,
        "end_location": end,
        "range": [first, last],
    }


@lru_cache(maxsize=256)
def _place(text: Text, character: int) -> tuple[int, dict[str, int]]:
    """Return the byte before which a character stands, and its row and column."""
    before = source_of(text)[:character]
    place = {"row": before.count("\n") + 1, "column": len(before) - before.rfind("\n")}
    return len(before.encode()), place


def applied(text: str, edits: Iterable[Edit]) -> tuple[str, tuple[Edit, ...]]:
    """Return a text with edits made, and those that were: of two that meet, the first."""
    parts: list[str] = []
    done: list[Edit] = []
    behind = 0
    distinct: dict[tuple[object, ...], Edit] = {}
    for edit in edits:
        distinct.setdefault(edit[1:], edit)
    for edit in sorted(distinct.values(), key=lambda edit: (edit.start, edit.end)):
        if edit.start < behind:
            continue
        parts += [text[behind : edit.start], edit.content]
        behind = edit.end
        done.append(edit)
    return "".join((*parts, text[behind:])), tuple(done)


def source_of(text: Text) -> str:
    """Return the characters of the file that a text is of, its byte order mark left out."""
    return text.host if text.host is not None else text.data.decode()


def written_into(data: bytes, source: str, edits: Iterable[Edit]) -> bytes | None:
    """Return the bytes of a file with edits made; all others stay as they are.

    None where the file does not hold `source` any more, or cannot hold what is to be written.
    """
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    for codec in ("utf-8", "latin-1"):
        try:
            if data[len(mark) :].decode(codec) != source:
                continue
            ends = "\r\n" if "\r\n" in source else "\n"
            made = (e._replace(content=e.content.replace("\n", ends)) for e in edits)
            return mark + applied(source, made)[0].encode(codec)
        except UnicodeError:
            continue
    return None
