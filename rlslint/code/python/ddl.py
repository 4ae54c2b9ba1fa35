"""SQL for what migration libraries say in Python: tables, columns, indexes.

Types are approximate: what counts is which tables, columns, keys and indexes there are.
"""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.code.python.formatting import as_written, composed_identifier
from rlslint.code.python.strings import Fragment, Written, concatenated
from rlslint.code.python.values import (
    Constructed,
    Elements,
    External,
    RunTimeValue,
    Value,
    WrappedSql,
    constant,
)

_TYPES = {
    "uuid": "uuid",
    "guid": "uuid",
    "string": "varchar",
    "varchar": "varchar",
    "unicode": "varchar",
    "enum": "varchar",
    "char": "bpchar",
    "text": "text",
    "unicodetext": "text",
    "citext": "citext",
    "integer": "int4",
    "int": "int4",
    "smallinteger": "int2",
    "smallint": "int2",
    "biginteger": "int8",
    "bigint": "int8",
    "boolean": "bool",
    "bool": "bool",
    "numeric": "numeric",
    "decimal": "numeric",
    "float": "float8",
    "double": "float8",
    "double_precision": "float8",
    "real": "float4",
    "date": "date",
    "time": "time",
    "interval": "interval",
    "json": "json",
    "jsonb": "jsonb",
    "largebinary": "bytea",
    "bytea": "bytea",
    "inet": "inet",
    "cidr": "cidr",
    "tsvector": "tsvector",
}


def sql_type(value: Value | None) -> str:
    """Return the PostgreSQL type for a type of SQLAlchemy."""
    match value:
        case Constructed() | External():
            name = value.dotted.rpartition(".")[2].lower()
        case _:
            return "text"
    if isinstance(value, Constructed) and name in ("datetime", "timestamp"):
        return "timestamptz" if constant(value.named.get("timezone")) is True else "timestamp"
    if isinstance(value, Constructed) and name == "array":
        return f"{sql_type(value.get(0, 'item_type'))}[]"
    return {"datetime": "timestamp", "timestamp": "timestamp"}.get(name) or _TYPES.get(name, "text")


class Wording:
    """Writes SQL whose every part stands at one call of the file."""

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    def words(self, text: str) -> Written:
        return Written((Fragment(text, self.start, self.end),))

    def name(self, *parts: Value | None) -> Written:
        """Return a name, qualified where more than one part is known."""
        given = tuple(part for part in parts if part is not None and constant(part) != "")
        told = tuple(part for part in given if part != (None,))
        return composed_identifier(told or (RunTimeValue("name"),), "", self.start, self.end)

    def names(self, values: Iterable[Value]) -> Written:
        """Return column names and expressions, separated by commas."""
        parts = [
            concatenated((self.words("("), value.sql.moved(self.start, self.end), self.words(")")))
            if isinstance(value, WrappedSql)
            else self.name(value)
            for value in values
        ]
        return self.listed(parts)

    def listed(self, parts: Iterable[Written]) -> Written:
        separated: list[Written] = []
        for part in parts:
            if separated:
                separated.append(self.words(", "))
            separated.append(part)
        return concatenated(separated)

    def raw(self, value: Value) -> Written:
        return as_written(value, "", self.start, self.end)

    def sentence(self, *parts: Written | str) -> Written:
        return concatenated(self.words(part) if isinstance(part, str) else part for part in parts)


def columns_of(value: Value | None) -> tuple[Value, ...]:
    """Return the columns that an argument names, as one value or a list."""
    if isinstance(value, Elements):
        return value.values
    return () if value is None else (value,)
