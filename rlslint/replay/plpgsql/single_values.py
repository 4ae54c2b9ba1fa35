"""The value of a query that stands where one value is wanted."""

from __future__ import annotations

from rlslint.replay.plpgsql.system_catalogs.questions import Rows
from rlslint.replay.plpgsql.values import ANY, Hole, Unknown, Value


def only_value(rows: Rows) -> Value:
    """Return the value in the only row, None where there is no row."""
    if rows.open or len(rows.rows) > 1 or any(not row.certain for row in rows.rows):
        return ANY if rows.open else _any_of(rows)
    return next(iter(rows.rows[0].values.values()), ANY) if rows.rows else None


def _any_of(rows: Rows) -> Value:
    """Return what is known of the text in each of the rows that may be the one."""
    values = [next(iter(row.values.values()), ANY) for row in rows.rows]
    known = {value.parts: value for value in values if isinstance(value, Unknown)}
    texts = [value for value in values if isinstance(value, str)]
    if len(known) != 1 or len(texts) + len(known) < len(set(map(id, values))):
        return ANY
    ((parts, unknown),) = known.items()
    match parts:
        case (str() as beginning, Hole()) if all(text.startswith(beginning) for text in texts):
            return unknown
        case _:
            return ANY
