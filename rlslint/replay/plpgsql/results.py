"""What a function gives after its body was run."""

from __future__ import annotations

from rlslint.catalog.functions import Function
from rlslint.replay.plpgsql.calls import RoutineResult
from rlslint.replay.plpgsql.embedded_sql import run_calls, run_parsed
from rlslint.replay.plpgsql.interpreter import Interpreter
from rlslint.replay.plpgsql.parameters import RoutineParameter
from rlslint.replay.plpgsql.queries import only_value, query_rows
from rlslint.replay.plpgsql.system_catalogs.questions import Row, RowSet
from rlslint.replay.plpgsql.values import ANY, Composite, Datum
from rlslint.sql.nodes import query
from rlslint.sql.parser import SyntaxProblem

_NOTHING_KNOWN = RowSet([], True)
_NO_SET = RoutineResult(ANY, _NOTHING_KNOWN)
"""Which rows a function returns is not followed."""


def result_of_body(
    interpreter: Interpreter,
    function: Function,
    parameters: tuple[RoutineParameter, ...],
    value: Datum,
) -> RoutineResult:
    """Return what a PL/pgSQL function gives, which RETURN gave `value`."""
    if function.returns_set:
        return _NO_SET
    left_early = "return" in interpreter.doubts
    if not interpreter.outputs:
        if isinstance(value, Composite):
            return RoutineResult(value, RowSet([Row(value, True)], False))
        return RoutineResult(value)
    outputs = Composite(
        (name, ANY if left_early else interpreter.scopes.value((name,)))
        for name in interpreter.outputs
    )
    if function.is_procedure:
        numbers = [
            str(number)
            for number, parameter in enumerate(p for p in parameters if p.mode != "table")
            if parameter.is_output
        ]
        return RoutineResult(Composite(zip(numbers, outputs.values(), strict=True)))
    rows = RowSet([Row(outputs, True)], False)
    return RoutineResult(outputs if len(outputs) > 1 else next(iter(outputs.values())), rows)


def result_of_queries(interpreter: Interpreter, function: Function) -> RoutineResult:
    """Run the statements of a SQL function: the last one gives its rows (manual: 36.5)."""
    rows: RowSet | None = None
    try:
        for parsed in interpreter.execution.statements(function.body):
            rows = _NOTHING_KNOWN
            if parsed is None:
                continue
            if parsed.statement.kind != "SelectStmt":
                run_parsed(interpreter, parsed)
                continue
            found = query(parsed.node)
            interpreter.evaluator.results.clear()
            run_calls(interpreter, found)
            rows = query_rows(found, interpreter.evaluator)
    except SyntaxProblem:
        interpreter.execution.run_unparsable(function.body)
        return _NO_SET
    if rows is None:
        return RoutineResult(None)
    if function.returns_set:
        return _NO_SET
    rows = _named(rows, interpreter.outputs)
    if len(interpreter.outputs) > 1 and len(rows.rows) == 1 and not rows.open:
        return RoutineResult(rows.rows[0].values, rows)
    return RoutineResult(only_value(rows), rows if interpreter.outputs else None)


def _named(rows: RowSet, names: tuple[str, ...]) -> RowSet:
    """Return rows whose columns have the names of the OUT parameters or of RETURNS TABLE."""
    if not names:
        return rows
    renamed = []
    for row in rows.rows:
        values = list(row.values.values())
        if len(values) < len(names):
            values += [ANY] * (len(names) - len(values))
        renamed.append(Row(Composite(zip(names, values, strict=False)), row.certain))
    return RowSet(renamed, rows.open)
