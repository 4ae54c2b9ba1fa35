"""Rows of one entry of a FROM list."""

from __future__ import annotations

from itertools import count

from rlslint.replay.plpgsql.arrays import all_elements, as_array
from rlslint.replay.plpgsql.builtin_functions import set_of
from rlslint.replay.plpgsql.calls import RoutineResult
from rlslint.replay.plpgsql.evaluator import Evaluator
from rlslint.replay.plpgsql.system_catalogs.lookup import rows_of
from rlslint.replay.plpgsql.system_catalogs.questions import Question, Row, RowSet
from rlslint.replay.plpgsql.values import Composite, Datum, Reference
from rlslint.sql.expressions import Call, Column, Expr, Operator, Source

_NOTHING_KNOWN = RowSet([], True)


def source_rows(source: Source, conditions: list[Expr], evaluator: Evaluator) -> RowSet:
    """Return the rows of a source; those that `conditions` rule out may be left out."""
    if source.query is not None and not source.schema:
        return _renamed(evaluator.read(source.query, evaluator), source)
    if source.call is not None:
        return _call_rows(source, evaluator)
    cte = evaluator.query_named(source.name) if not source.schema else None
    if cte is not None:
        query, outer = cte
        return _renamed(outer.read(query, outer), source)
    replay = evaluator.replay
    question = Question(
        replay.catalog,
        replay.session.search_path,
        _wanted(source, conditions, evaluator),
        _alternatives(source, conditions, evaluator),
        replay.origins.former_names,
        evaluator.variables.others_are_missing,
    )
    return rows_of(source.schema, source.name, question) or _NOTHING_KNOWN


def _renamed(rows: RowSet, source: Source) -> RowSet:
    if not source.column_names:
        return rows
    renamed = []
    for row in rows.rows:
        names = [*source.column_names, *list(row.values)[len(source.column_names) :]]
        values = Composite(zip(names, row.values.values(), strict=False))
        renamed.append(Row(values, row.certain))
    return RowSet(renamed, rows.open)


def _call_rows(source: Source, evaluator: Evaluator) -> RowSet:
    call = source.call
    if not isinstance(call, Call):
        return _NOTHING_KNOWN
    if call.name[-1] == "pg_event_trigger_ddl_commands":
        return evaluator.replay.ddl_commands or _NOTHING_KNOWN
    result = evaluator.result_of(call)
    if result is not None:
        return _rows_of_result(result, source)
    items = set_of(call.name[-1], evaluator.arguments(call).positional)
    if items is None:
        return _NOTHING_KNOWN
    # WITH ORDINALITY adds the number of a row.
    names = source.column_names or (call.name[-1],)
    rows = [Row(Composite(zip(names, item, strict=False)), True) for item in zip(items, count(1))]
    return RowSet(rows, False)


def _rows_of_result(result: RoutineResult, source: Source) -> RowSet:
    """Return what a function of the history puts into FROM, its columns named by the alias."""
    if result.rows is None:
        name = source.column_names[0] if source.column_names else source.name
        return RowSet([Row(Composite({name: result.value}), True)], False)
    if source.column_names == (source.alias,):
        return result.rows
    return _renamed(result.rows, source)


def _wanted(source: Source, conditions: list[Expr], evaluator: Evaluator) -> dict[str, Datum]:
    """Return the column values that conditions of the form `column = value` ask for."""
    wanted: dict[str, Datum] = {}
    for condition in conditions:
        if not isinstance(condition, Operator) or condition.symbol != "=" or condition.quantifier:
            continue
        if condition.left is None:
            continue
        for column, other in (
            (condition.left, condition.right),
            (condition.right, condition.left),
        ):
            name = _own_column(column, source)
            if name and not _names_source(other, source):
                value = evaluator.value(other)
                if isinstance(value, str | Reference):
                    wanted[name] = value
    return wanted


def _alternatives(
    source: Source, conditions: list[Expr], evaluator: Evaluator
) -> dict[str, tuple[str, ...]]:
    """Return the column values of which conditions like `column IN (…)` ask for one."""
    found: dict[str, tuple[str, ...]] = {}
    for condition in conditions:
        match condition:
            case Operator("=", Expr() as column, items, "any"):
                name = _own_column(column, source)
                values = as_array(evaluator.value(items)) if name else None
                if isinstance(values, tuple):
                    texts = [value for value in all_elements(values) if isinstance(value, str)]
                    found[name] = tuple(dict.fromkeys(texts))
            case _:
                continue
    return found


def _own_column(expression: Expr, source: Source) -> str:
    match expression:
        case Column(names=(name,)):
            return name
        case Column(names=(*_, alias, name)) if alias == source.alias:
            return name
        case _:
            return ""


def _names_source(expression: Expr, source: Source) -> bool:
    return any(
        isinstance(part, Column) and len(part.names) > 1 and part.names[-2] == source.alias
        for part in expression.walk()
    )
