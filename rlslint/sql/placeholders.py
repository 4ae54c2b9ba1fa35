"""Identifiers that stand in SQL for what is not known: for placeholders, and for parts of names.

The placeholders are those of psql, of database drivers and of templates; what stands for one has
its length.
"""

from __future__ import annotations

import re

from rlslint import Pattern
from rlslint.sql.statement_ends import DOLLAR_TAG, QUOTED, WORD, end_of_quote

_NAME = rb"[A-Za-z_]\w*"
# Behind a colon, a word or a bracket a colon is a cast, an assignment or a slice of an array.
_PSQL_VARIABLE = (
    rb"(?:(?<![:\w\])\x80-\xff\[])|(?<=array\[)|(?<=ARRAY\[))"
    + rb":(?:'" + _NAME + rb"'|\"" + _NAME + rb"\"|\{\?" + _NAME + rb"\}|" + _NAME + rb")"
)  # fmt: skip
# A template may stand in double quotes, and have some in itself: "{{ index .Options "Schema" }}".
_TEMPLATE = rb"\$\{[^{}\n]*\}|\"\{\{[^{}\n]*\}\}\"|\{\{[^{}\n]*\}\}"
# No operator or literal of PostgreSQL is written so outside of quotes.
_BARE_TEMPLATE = rb"\{" + _NAME + rb"(?:\.\w+)*\}|<%=[^%\n]*%>"
# What a wrapper of a driver fills in itself: `$1:name`, `$<name>`, `#{name}`, `:...names`, `{0}`.
_WRAPPER = (
    rb"\$\d+(?::[a-z]+|[\^~#])|\$(?:<[^<>\n]*>|\([\w.: ]*\)|\[[\w.]*\]|/[\w.]*/)"
    rb"|:?#\{[^{}\n]*\}|:\.\.\." + _NAME + rb"|\{[\w.]*\}|\$[A-Za-z_]\w*+(?!\$)|%[IL](?!\w)"
)  # fmt: skip
_DRIVER = (
    _WRAPPER + rb"|%\(" + _NAME + rb"\)[sbt]|%[sbt](?!\w)|\$\d+|\?\d*"
    rb"|(?<![@<>=~!#%^&|`?+*/\w-])@" + _NAME
)  # fmt: skip
_SKIPPED = QUOTED + rb"|" + WORD + rb"|" + DOLLAR_TAG + rb"|/\*"
_TEMPLATES = Pattern(_TEMPLATE)
_BRACES = Pattern(rb"\{\{[-~]?\s*[A-Za-z_.$][^{},]*\}\}")
_IN_SQL_FILES = Pattern(
    rb"(?P<placeholder>"
    + _PSQL_VARIABLE
    + rb"|"
    + _TEMPLATE
    + rb"|"
    + _BARE_TEMPLATE
    + rb")|"
    + _SKIPPED,
    re.DOTALL,
)
_IN_APPLICATIONS = Pattern(
    rb"(?P<placeholder>"
    + _PSQL_VARIABLE
    + rb"|"
    + _TEMPLATE
    + rb"|"
    + _BARE_TEMPLATE
    + rb"|"
    + _DRIVER
    + rb")|"
    + _SKIPPED,
    re.DOTALL,
)
_PSQL_STRING = Pattern(rb"(?<![:\w\])]):'" + _NAME + rb"'")
_PSQL_VALUE = Pattern(rb"(?<![:\w\])]):" + _NAME + rb"\b")
_NAMED_BY_AT_SIGN = Pattern(rb"(?<![@<>=~!#%^&|`?+*/\w-])@[A-Za-z_]")
_BLANK = Pattern(rb"<[A-Za-z_][\w -]*>")
_STAND_INS = Pattern(rb"(?<![\w$])_+(?!\w)")
_OPENS_ROWS = Pattern(rb"(?:\bfrom|\bjoin|,)\s*(\()\s*$", re.IGNORECASE)
_CLOSES = Pattern(rb"\s*(\))")
_WORD_BEFORE = Pattern(rb"\b(\w+)\s*$")
_IN = Pattern(rb"\b(not\s+)?in\s*$", re.IGNORECASE)
_LAST_OPERAND = Pattern(rb"(\w+|[\"')\]])\s*$")
_NEXT_OPERAND = Pattern(rb"\s*(?:['\"($:?]|(\w+))")
_NO_OPERANDS = frozenset(
    b"and or not limit offset like ilike in values then else when between select from set to where "
    b"is returning by on order group having union except intersect as case end any all for".split()
)


def placeholder_stretches(data: bytes) -> list[tuple[int, int]]:
    """Return where the placeholders of a SQL file stand, each as its start and its end."""
    replaced = without_placeholders(data, application=False)
    return [
        match.span()
        for match in re.finditer(rb"_+", replaced)
        if data[match.start() : match.end()] != match.group()
    ]


def has_templates(data: bytes) -> bool:
    """Tell whether `data` has `{{name}}` or `${name}`, which a tool fills in, quoted or not."""
    return _TEMPLATES().search(data) is not None


def has_brace_templates(data: bytes) -> bool:
    """Tell whether `data` has `{{name}}`, quoted or not; an array such as `{{1,2}}` is none."""
    return _BRACES().search(data) is not None


def has_named_placeholders(data: bytes) -> bool:
    """Tell whether `data` has `@name`, which PostgreSQL would accept: as an absolute value."""
    return _NAMED_BY_AT_SIGN().search(data) is not None


def is_at_blank(data: bytes, offset: int) -> bool:
    """Tell whether `<name>` stands at an offset: who uses the text is to write something there."""
    return _BLANK().match(data, offset) is not None


def with_strings(data: bytes, replaced: bytes) -> bytes:
    """Return `replaced` with a string in place of each of psql's `:'name'` in `data`."""
    changed = bytearray(replaced)
    for match in _PSQL_STRING().finditer(data):
        if replaced[match.start() : match.end()].strip(b"_") == b"":
            changed[match.start()] = changed[match.end() - 1] = ord("'")
    return bytes(changed)


def with_numbers(data: bytes, replaced: bytes) -> bytes:
    """Return `replaced` with a number in place of each of psql's `:name` in `data`."""
    changed = bytearray(replaced)
    for match in _PSQL_VALUE().finditer(data):
        if replaced[match.start() : match.end()].strip(b"_") == b"":
            changed[match.start() : match.end()] = b"1" * (match.end() - match.start())
    return bytes(changed)


def placeholder_names(data: bytes, replaced: bytes) -> dict[str, str]:
    """Return what the text says where `replaced` has underscores, by these, without quotes.

    Placeholders of one length that differ cannot be told apart afterwards: they are left out.
    """
    names: dict[str, set[str]] = {}
    for match in re.finditer(rb"_+", replaced):
        written = data[match.start() : match.end()].decode("utf-8", "replace")
        if written.startswith(('"{{', ':"')):
            written = written.replace('"', "", 1).removesuffix('"')
        names.setdefault(match.group().decode(), set()).add(written)
    return {
        stand_in: found.pop()
        for stand_in, found in names.items()
        if len(found) == 1 and not found & {stand_in}
    }


def without_placeholders(data: bytes, application: bool) -> bytes:
    """Return `data` with an identifier (`___`) of equal length for each placeholder.

    In SQL files these are psql's variables (`:name`, `:'name'`, `:"name"`) and those of templates
    (`{{name}}`, `${name}`, `{name}`, `<%= name %>`); in an application's SQL also what drivers know
    (`%s`, `%(name)s`, `?`, `?1`, `$1`, `@name`) and what wraps them (`#{name}`, `$1:name`, `{0}`).
    `x IN %s`, which some drivers expand to a list, becomes `x = __`.
    """
    pattern = _IN_APPLICATIONS() if application else _IN_SQL_FILES()
    replaced = bytearray(data)
    position = 0
    while (match := pattern.search(data, position)) is not None:
        position = match.end()
        if match["placeholder"] is None:
            position = _behind_skipped(data, match)
        elif not _is_operator(data, match):
            replaced[match.start() : position] = b"_" * (position - match.start())
            _compare_with_one_value(replaced, match.start())
    return bytes(replaced)


def without_clause(replaced: bytes, refused: int) -> bytes | None:
    """Return SQL with less of a placeholder that the grammar refuses at an offset.

    One that stands for a query becomes a table, one for a list of rows or of assignments one of
    them, a condition or a clause that may be left out white space. None where none stands there.
    """
    found = _STAND_INS().search(replaced, max(0, refused - 80))
    last = None
    while found is not None and found.start() <= refused:
        last = found
        found = _STAND_INS().search(replaced, found.end())
    if last is None or replaced[last.end() : max(refused, last.end())].strip():
        return None
    changed = bytearray(replaced)
    before = _WORD_BEFORE().search(replaced, max(0, last.start() - 40), last.start())
    word = before[1].lower() if before is not None else b""
    opening = _OPENS_ROWS().search(replaced, max(0, last.start() - 40), last.start())
    closing = _CLOSES().match(replaced, last.end())
    width = last.end() - last.start()
    if opening is not None and closing is not None:
        changed[opening.start(1)] = changed[closing.start(1)] = ord(" ")
    elif before is not None and word == b"values":
        changed[before.start(1) : before.end(1)] = b"SELECT"
    elif before is not None and word == b"interval":
        changed[before.start(1) : before.end(1)] = b" " * len(word)
    elif word == b"set":
        if width < len("_=_"):
            return None
        changed[last.start() : last.end()] = b"_=" + b"_" * (width - 2)
    else:
        changed[last.start() : last.end()] = b" " * width
    return bytes(changed)


def _behind_skipped(data: bytes, match: re.Match[bytes]) -> int:
    if match.group() != b"/*" and not match.group().startswith(b"$"):
        return match.end()
    return min(end_of_quote(data, match.start(), len(data)), len(data))


def _compare_with_one_value(replaced: bytearray, start: int) -> None:
    before = _IN().search(replaced, max(0, start - 40), start)
    if before is not None:
        symbol = b"=" if before[1] is None else b"<>"
        replaced[before.start() : start] = symbol.ljust(start - before.start())


def _is_operator(data: bytes, match: re.Match[bytes]) -> bool:
    """Tell jsonb's operators `?`, `?|` and `?&` from a placeholder: they have two operands."""
    if match.group() != b"?":
        return False
    if data[match.end() : match.end() + 1] in (b"|", b"&"):
        return data[match.end() : match.end() + 2] != b"||"
    before = _LAST_OPERAND().search(data, max(0, match.start() - 80), match.start())
    behind = _NEXT_OPERAND().match(data, match.end())
    if before is None or behind is None:
        return False
    return not {before[1].lower(), (behind[1] or b"").lower()} & _NO_OPERANDS
