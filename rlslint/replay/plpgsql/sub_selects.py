"""Values of sub-selects (manual: 9.24)."""

from __future__ import annotations

from rlslint.replay.plpgsql.evaluator import Evaluator
from rlslint.replay.plpgsql.operators import conjunction, disjunction, operate
from rlslint.replay.plpgsql.queries import first_values, query_rows
from rlslint.replay.plpgsql.values import ANY, Value
from rlslint.sql.expressions import Query, SubSelect


def sub_select_value(select: SubSelect, evaluator: Evaluator) -> Value:
    rows = query_rows(select.query, evaluator)
    match select.kind:
        case "exists":
            if any(row.certain for row in rows.rows):
                return True
            return ANY if rows.rows or rows.open else False
        case "scalar":
            return scalar(select.query, evaluator)
        case "array":
            values = first_values(rows)
            return ANY if values is None else tuple(values)
        case _ if select.left is not None:
            left = evaluator.value(select.left)
            answers = [
                operate(select.symbol, left, next(iter(row.values.values()), ANY))
                if row.certain
                else ANY
                for row in rows.rows
            ]
            answers += [ANY] if rows.open else []
            return disjunction(answers) if select.kind == "any" else conjunction(answers)
        case _:
            return ANY


def scalar(query: Query, evaluator: Evaluator) -> Value:
    """Return the value of a query that puts out one column and at most one row."""
    rows = query_rows(query, evaluator)
    if rows.open or any(not row.certain for row in rows.rows) or len(rows.rows) > 1:
        return ANY
    return next(iter(rows.rows[0].values.values()), ANY) if rows.rows else None
