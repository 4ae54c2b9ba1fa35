"""Reading and writing SQL.

Here are names as quote_ident() writes them, those that stand for what is not known, and what psql
adds.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import count

CONNECT = "PsqlConnect"
"""The kind of a `\\connect` that comes as a ParsedStatement.

Its node is `{"user": role}`: "" where the user stays the same, None where a variable names it. In
both cases the session is a new one, so what SET and SET ROLE have done is gone.
"""

INCLUDE = "PsqlInclude"
"""The kind of an `\\i` or `\\ir` that comes as a ParsedStatement; its node is `{"file": name}`."""

CONDITION = "PsqlCondition"
"""The kind of psql's `\\if`, `\\elif`, `\\else` and `\\endif`, which come as ParsedStatements.

Their node is `{"word": "if", "value": …}`: whether what is behind it is run, None where only a run
of psql tells.
"""

RESULTS = "PsqlResults"
"""The kind of a SELECT whose results psql's `\\gexec` runs; its node is that of the SELECT."""

SHELL = "PsqlShell"
"""The kind of a `\\!` that comes as a ParsedStatement; its node is `{"command": text}`."""

_RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization between binary both case
    cast check collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user default
    deferrable desc distinct do else end except exists false fetch for foreign freeze from full
    grant group having ilike in initially inner intersect into is isnull join lateral leading left
    like limit localtime localtimestamp natural not notnull null offset on only or order outer
    overlaps placing primary references returning right select session_user similar some symmetric
    system_user table tablesample then to trailing true union unique user using values variadic
    verbose when where window with""".split()  # noqa: SIM905
)
"""Words that quote_ident() must quote (manual: SQL Key Words)."""

ANYTHING = "rlslint_anything"
"""Stands in SQL for a stretch that is not known."""

NAME = "rlslint_name"
"""Stands in SQL for a single name that is not known."""

_MARKS_IN_NAMES = (":", "${", "{{")
"""What stands at the start of a placeholder between quotes, where `{` alone is a letter."""

_MARKS = (":", "${", "{", "<%")


@lru_cache(maxsize=1 << 16)
def quoted_identifier(name: str) -> str:
    """Return a name as SQL wants it, in double quotes where it needs them."""
    is_plain = name.isascii() and name.isidentifier() and name == name.lower()
    if is_plain and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def quoted_type(written: str) -> str:
    """Return the name of a type as the catalog keeps it (`shop.kind[]`), as SQL wants it."""
    brackets = len(written)
    while written.endswith("[]", 0, brackets):
        brackets -= 2
    schema, dot, name = written[:brackets].partition(".")
    # Unquoted, char is another name of bpchar.
    parts = (schema, name) if dot else (schema,)
    quoted = ['"char"' if part == "char" else quoted_identifier(part) for part in parts]
    return ".".join(quoted) + written[brackets:]


_LONGEST_NAME = 63
"""How many bytes of a name PostgreSQL keeps (NAMEDATALEN - 1)."""


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name as it is wanted, shortened and numbered where something has it already."""
    names = set(taken)
    for number in count(1):
        tail = f"_{number}" if number > 1 else ""
        kept = wanted.encode()[: _LONGEST_NAME - len(tail)].decode(errors="ignore")
        if kept + tail not in names:
            return kept + tail
    raise AssertionError


def quoted_literal(value: str) -> str:
    """Return a constant as SQL wants it, whatever standard_conforming_strings is."""
    quoted = "'" + value.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in value else quoted


def quoted_setting(name: str, value: str) -> str:
    """Return the value of a setting as SET wants it: search_path is a list of names."""
    if name != "search_path" or not value:
        return quoted_literal(value)
    return ", ".join(quoted_identifier(part.strip()) for part in value.split(","))


def is_open_name(name: str) -> bool:
    """Tell whether a part of a name is not known."""
    return ANYTHING in name or NAME in name


def is_placeholder(name: str) -> bool:
    """Tell whether a name in a parsed statement stands for a placeholder of its text."""
    return name != "" and (name.strip("_") == "" or name.startswith(_MARKS_IN_NAMES))


def has_marks(sql: str) -> bool:
    """Tell whether SQL may have a placeholder of psql or of a template in it."""
    return any(mark in sql for mark in _MARKS)
