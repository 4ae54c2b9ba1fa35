"""Aggregates, GROUP BY and HAVING (manual: 9.21)."""

from __future__ import annotations

from rlslint.replay.plpgsql.evaluator import Evaluator, Frame
from rlslint.replay.plpgsql.joins import is_open, joined_rows
from rlslint.replay.plpgsql.operators import conjunction, disjunction
from rlslint.replay.plpgsql.system_catalogs.questions import Row, Rows
from rlslint.replay.plpgsql.values import ANY, Record, Reference, Unknown, Value, joined, record_of
from rlslint.sql.expressions import Call, Expr, Other, Query

_AGGREGATES = frozenset(
    """count array_agg string_agg bool_and bool_or every min max sum avg json_agg jsonb_agg
    json_object_agg jsonb_object_agg""".split()  # noqa: SIM905
)
_Group = list[Frame]


def calls_aggregate(query: Query) -> bool:
    """Tell whether a query without GROUP BY puts out one row of aggregates."""
    return any(_aggregates_in(output) for output in query.outputs)


def aggregated_rows(query: Query, evaluator: Evaluator) -> Rows:
    """Return a row for each group; nothing is known of groups that unknown rows may be in."""
    found = list(joined_rows(query, evaluator))
    known = not is_open(query, evaluator) and all(certain for _, certain in found)
    if not known:
        unknown = record_of(query.output_names, [ANY] * len(query.outputs))
        if query.grouping:
            return Rows([], True)
        return Rows([Row(unknown, query.having is None)], False)
    frames = [frame for frame, _ in found]
    groups = _groups(query, evaluator, frames) if query.grouping else [frames]
    if groups is None:
        return Rows([], True)
    rows = [row for group in groups if (row := _row_of(query, evaluator, group)) is not None]
    return Rows(rows, False)


def _groups(query: Query, evaluator: Evaluator, frames: _Group) -> list[_Group] | None:
    groups: dict[object, _Group] = {}
    for frame in frames:
        inner = evaluator.within(frame)
        key = tuple(inner.value(_grouped_by(query, part)) for part in query.grouping)
        if any(isinstance(value, Unknown | Record) for value in key):
            return None
        groups.setdefault(key, []).append(frame)
    return list(groups.values())


def _grouped_by(query: Query, part: Expr) -> Expr:
    """GROUP BY can name an output, by number too (manual: SELECT)."""
    from rlslint.replay.plpgsql.ordering import meant_output

    return meant_output(query, part)


def _row_of(query: Query, evaluator: Evaluator, group: _Group) -> Row | None:
    calls = [call for output in query.outputs for call in _aggregates_in(output)]
    if query.having is not None:
        calls += _aggregates_in(query.having)
    values = {id(call): _aggregate(call, evaluator, group) for call in calls}
    inner = evaluator.within(group[0] if group else {}).with_aggregates(values)
    certain = True
    if query.having is not None:
        truth = inner.truth(query.having)
        if isinstance(truth, Unknown):
            certain = False
        elif truth is not True:
            return None
    outputs = (inner.value(output) for output in query.outputs)
    return Row(record_of(query.output_names, outputs), certain)


def _aggregates_in(expression: Expr) -> list[Call]:
    found: list[Call] = []
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        match part:
            case Call(name) if name[-1] in _AGGREGATES:
                found.append(part)
            case Query() | Other("WindowFunc"):
                continue
            case _:
                waiting += part.children()
    return found


def _aggregate(call: Call, evaluator: Evaluator, group: _Group) -> Value:
    arguments = [a for a in call.arguments if not isinstance(a, Other) or "Aggregate" not in a.tag]
    conditions = [a for a in call.arguments if isinstance(a, Other) and a.tag == "AggregateFilter"]
    distinct = any(isinstance(a, Other) and a.tag == "AggregateDistinct" for a in call.arguments)
    given: list[tuple[Value, ...]] = []
    for frame in group:
        inner = evaluator.within(frame)
        truth = conjunction(inner.truth(c) for filter_ in conditions for c in filter_.arguments)
        if isinstance(truth, Unknown):
            return ANY
        if truth is True:
            given.append(tuple(inner.value(argument) for argument in arguments))
    if any(isinstance(value, Unknown) for values in given for value in values):
        return len(given) if call.name[-1] == "count" and not arguments else ANY
    if distinct:
        given = list(dict.fromkeys(given))
    return _aggregated(call.name[-1], given)


def _aggregated(name: str, given: list[tuple[Value, ...]]) -> Value:
    firsts: list[Value] = [values[0] for values in given if values and values[0] is not None]
    match name:
        case "count":
            return len(firsts) if given and given[0] else len(given)
        case "array_agg":
            return tuple(values[0] for values in given) or None
        case "string_agg" | "min" | "max" | "sum" | "avg" if not firsts:
            return None
        case "string_agg":
            return _strings(given)
        case "bool_or":
            return disjunction(firsts) if firsts else None
        case "bool_and" | "every":
            return conjunction(firsts) if firsts else None
        case "sum" | "min" | "max":
            return _of_numbers(name, firsts)
        case _:
            return ANY


def _strings(given: list[tuple[Value, ...]]) -> Value:
    parts: list[Value] = []
    for text, separator, *_ in (values for values in given if values[0] is not None):
        parts += [separator, text] if parts else [text]
    return joined(parts)


def _of_numbers(name: str, values: list[Value]) -> Value:
    numbers = [v for v in values if isinstance(v, int) and not isinstance(v, bool | Reference)]
    if len(numbers) == len(values):
        return sum(numbers) if name == "sum" else min(numbers) if name == "min" else max(numbers)
    if name != "sum" and all(isinstance(v, str) and v.isascii() and v.islower() for v in values):
        texts = sorted(str(v) for v in values)
        return texts[0 if name == "min" else -1] if all(t.isalpha() for t in texts) else ANY
    return ANY
