"""Secrets that only the columns above them tell: `INSERT INTO users (password) VALUES ('x')`."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from rlslint.text.patterns import Pattern
from rlslint.text.secret_names import is_secret
from rlslint.text.secret_values import Range, is_reference, quoted

_NAME = r"[\w.\"`$\\]{1,200}"
_COLUMNS = r"\(\s*(?P<columns>[^()]{1,8000})\)"
_ROWS = Pattern(
    rf"\binsert\s+into\s+{_NAME}\s*(?:as\s+\w+\s*)?{_COLUMNS}\s*"
    r"(?:overriding\s+\w+\s+value\s*)?(?P<word>values\s*(?=\()|select\s)"
    rf"|\bset\s*{_COLUMNS.replace('columns', 'set')}\s*=\s*(?:row\s*)?(?=\()"
    rf"|\bcopy\s+{_NAME}\s*{_COLUMNS.replace('columns', 'copied')}[^;\n]{{0,400}};[^\n]*\n"
)
_PLAIN = Pattern(r"[^'\"$\\(),;`eEnNxXuU&\s]+|\s+")
_END_OF_SELECT = Pattern(r"(?:from|where|union|on|returning|order|group|limit)\b")
_NEXT_ROW = Pattern(r"\)\s*,\s*(?=\()")
_NUMBER = Pattern(r"\s*(?P<number>[+-]?\d[\d.]*)\s*(?=[,)]|::)")

Ranges = Generator[Range, None, int]
"""Yields the secrets of a part of a text, and returns where the part ends."""


def in_rows(text: str, small: str) -> Iterator[Range]:
    """Yield where values stand for columns that by their names hold secrets.

    `small` is the text in small letters.
    """
    if "insert" not in small and "set" not in small and "copy" not in small:
        return
    behind = 0
    for found in _ROWS().finditer(small):
        if found.start() < behind:
            continue
        listed = found["columns"] or found["set"] or found["copied"]
        start = found.start() + found[0].index(listed)
        names = text[start : start + len(listed)].split(",")
        secret = {n for n, name in enumerate(names) if is_secret(name.strip().strip('"`\\'))}
        if not secret:
            continue
        if found["copied"] is not None:
            behind = yield from _copied(text, found.end(), secret)
        elif (found["word"] or "").startswith("select"):
            behind = yield from _row(text, small, found.end(), secret, is_selected=True)
        else:
            behind = yield from _rows(text, small, found.end(), secret)


def _rows(text: str, small: str, at: int, secret: set[int]) -> Ranges:
    while text.startswith("(", at):
        at = yield from _row(text, small, at + 1, secret, is_selected=False)
        more = _NEXT_ROW().match(text, at)
        if more is None:
            break
        at = more.end()
    return at


def _row(text: str, small: str, at: int, secret: set[int], *, is_selected: bool) -> Ranges:
    """Yield the secrets among values with commas between them, up to what ends the row."""
    column = depth = 0
    is_first = True
    while at < len(text):
        if is_first and column in secret and (number := _NUMBER().match(text, at)):
            yield number.span("number")
        is_first = False
        sign = text[at]
        if sign == ";" or (sign == ")" and not depth):
            break
        if is_selected and not depth and _END_OF_SELECT().match(small, at):
            break
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            column, is_first = column + 1, True
        if (string := quoted(text, at)) is not None:
            start, end, behind = string
            if column in secret and end > start and not is_reference(text[start:end]):
                yield start, end
            at = max(behind, at + 1)
        elif plain := _PLAIN().match(text, at):
            at = plain.end()
        else:
            at += 1
    return at


def _copied(text: str, at: int, secret: set[int]) -> Ranges:
    """Yield the secrets in the lines of COPY, up to the one that ends them."""
    while at < len(text) and not text.startswith("\\.", at):
        line = text.find("\n", at)
        line = line if line >= 0 else len(text)
        start = at
        for number, field in enumerate(text[at:line].split("\t")):
            if number in secret and field and field != "\\N":
                yield start, start + len(field)
            start += len(field) + 1
        at = line + 1
    return at
