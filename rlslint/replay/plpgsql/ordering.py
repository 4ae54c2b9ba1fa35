"""LIMIT and OFFSET, and the order that they count in."""

from __future__ import annotations

import re
from itertools import pairwise

from rlslint.replay.plpgsql.evaluator import Evaluator, Frame
from rlslint.replay.plpgsql.system_catalogs.questions import Row, RowSet
from rlslint.replay.plpgsql.values import Composite, Datum
from rlslint.sql.expressions import Column, Constant, Expr, Query

_SAME_IN_ALL_COLLATIONS = r"[a-z0-9]*"
_Keys = list[Datum]


def limited_rows(
    query: Query, rows: RowSet, frames: list[Frame] | None, evaluator: Evaluator
) -> RowSet:
    """Return as many rows as LIMIT lets pass, the first in the order of ORDER BY.

    Where the order is not known, each row may be among them.
    """
    if not query.limited:
        return rows
    is_sorted, found = _sorted(query, rows, frames, evaluator)
    most, skipped = (evaluator.value(part) if part is not None else None for part in query.limits)
    first = skipped if isinstance(skipped, int) else 0
    fits = most is None or (isinstance(most, int) and first + len(found) <= most)
    if fits and not first and skipped in (None, 0):
        return rows._replace(rows=found)
    exact = not rows.open and all(row.certain for row in rows.rows)
    if is_sorted and exact and isinstance(most, int | None):
        last = len(found) if most is None else first + most
        return RowSet(found[first:last], False)
    return RowSet([row._replace(certain=False) for row in found], rows.open)


def _sorted(
    query: Query, rows: RowSet, frames: list[Frame] | None, evaluator: Evaluator
) -> tuple[bool, list[Row]]:
    if len(rows.rows) < 2:
        return True, rows.rows
    if not query.ordering:
        return False, rows.rows
    keyed = [
        (_keys(query, row, frames[number] if frames else None, evaluator), row)
        for number, row in enumerate(rows.rows)
    ]
    comparable = all(
        _are_comparable([keys[position] for keys, _ in keyed], query.ordering[position][0])
        for position in range(len(query.ordering))
    )
    if not comparable:
        return False, rows.rows
    for position in reversed(range(len(query.ordering))):
        descending = query.ordering[position][1]
        keyed.sort(key=lambda item: item[0][position], reverse=descending)  # type: ignore[arg-type,return-value]
    distinct = all(left[0] != right[0] for left, right in pairwise(keyed))
    return distinct, [row for _, row in keyed]


def _keys(query: Query, row: Row, frame: Frame | None, evaluator: Evaluator) -> _Keys:
    keys: _Keys = []
    for part, _ in query.ordering:
        match part:
            case Constant(int() as number) if 0 < number <= len(row.values):
                keys.append(list(row.values.values())[number - 1])
            case Column(names=(name,)) if dict.__contains__(row.values, name):
                keys.append(row.values[name])
            case _:
                inner = evaluator.within(
                    frame if frame is not None else {"": Composite(row.values)}
                )
                keys.append(inner.value(part))
    return keys


def _are_comparable(values: _Keys, part: Expr) -> bool:
    """Names are compared by their bytes, texts by rules that only the database knows."""
    if all(isinstance(value, int) for value in values):
        return True
    if not all(isinstance(value, str) for value in values):
        return False
    is_name = isinstance(part, Column | Constant)
    return is_name or all(re.fullmatch(_SAME_IN_ALL_COLLATIONS, str(value)) for value in values)
