"""Rows of queries over VALUES, arrays and the system catalogs."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Relation
from rlslint.catalog.plpgsql.evaluator import Evaluator, Frame
from rlslint.catalog.plpgsql.system_catalogs.inheritance import partition_tree
from rlslint.catalog.plpgsql.system_catalogs.lookup import rows_of
from rlslint.catalog.plpgsql.system_catalogs.questions import Question, Row, Rows
from rlslint.catalog.plpgsql.system_catalogs.roles import ROLE_CATALOGS
from rlslint.catalog.plpgsql.values import (
    ANY,
    Record,
    Reference,
    Unknown,
    Value,
    array_from,
    joined,
)
from rlslint.sql.expressions import (
    And,
    Call,
    Column,
    Constant,
    Expr,
    Items,
    Operator,
    Query,
    Source,
    SubSelect,
)

_AGGREGATES = frozenset(
    {"count", "array_agg", "string_agg", "bool_and", "bool_or", "every", "min", "max", "sum"}
)
_NOTHING_KNOWN = Rows([], True)

Queries = dict[str, Query]


def query_rows(query: Query, evaluator: Evaluator, outer: Queries | None = None) -> Rows:
    """Return the rows that a query puts out, as far as the history tells them."""
    ctes = {**(outer or {}), **dict(query.ctes)}
    if query.arms:
        return _combined(query, evaluator, ctes)
    if query.set_operation == "values":
        return _values(query, evaluator)
    calls = [output for output in query.outputs if isinstance(output, Call)]
    if any(call.name[-1] in _AGGREGATES for call in calls):
        return _aggregated(query, evaluator, ctes)
    found = [
        Row(values, certain)
        for frame, certain in _filtered(query, evaluator, ctes)
        for values in _outputs(query, evaluator.within(frame))
    ]
    is_open = _is_open(query, evaluator, ctes)
    if query.grouped:
        found = _distinct(found)
    if query.limited:
        limit = next((o.value for o in reversed(query.others) if isinstance(o, Constant)), None)
        if not isinstance(limit, int) or len(found) > limit:
            found = [row._replace(certain=False) for row in found]
    return Rows(found, is_open)


def rows_of_from(query: Query, evaluator: Evaluator) -> Iterator[tuple[Frame, bool]]:
    """Yield the rows of FROM that meet the conditions, and whether they certainly do."""
    yield from _filtered(query, evaluator, dict(query.ctes))


def has_more_rows(query: Query, evaluator: Evaluator) -> bool:
    """Tell whether there may be rows of FROM that are not known."""
    return _is_open(query, evaluator, dict(query.ctes))


def first_values(rows: Rows) -> list[Value] | None:
    """Return the first column of rows that are all certain; None where they are not."""
    if rows.open or any(not row.certain for row in rows.rows):
        return None
    return [next(iter(row.values.values()), None) for row in rows.rows]


def asks_for_roles_only(expression: Expr) -> bool:
    """Tell whether the sub-selects of an expression read nothing but the list of roles."""
    sources = [
        source for part in expression.walk() if isinstance(part, Query) for source in part.sources
    ]
    return bool(sources) and all(source.name in ROLE_CATALOGS for source in sources)


def _combined(query: Query, evaluator: Evaluator, ctes: Queries) -> Rows:
    arms = [query_rows(arm, evaluator, ctes) for arm in query.arms]
    names = list(query.output_names)
    rows = [
        Row(Record(zip(names, row.values.values(), strict=False)), row.certain)
        for arm in arms
        for row in arm.rows
    ]
    if query.set_operation != "union":
        rows = [row._replace(certain=False) for row in rows[: len(arms[0].rows)]]
    return Rows(_distinct(rows), any(arm.open for arm in arms))


def _distinct(rows: list[Row]) -> list[Row]:
    kept: list[Row] = []
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        values = tuple(row.values.values())
        if any(isinstance(value, Unknown | Record) for value in values):
            kept.append(row)
        elif (*values, row.certain) not in seen:
            seen.add((*values, row.certain))
            kept.append(row)
    return kept


def _values(query: Query, evaluator: Evaluator) -> Rows:
    rows = [
        Row(Record(zip(query.output_names, map(evaluator.value, row.items), strict=False)), True)
        for row in query.others
        if isinstance(row, Items) and row.kind == "row"
    ]
    return Rows(rows, False)


def _aggregated(query: Query, evaluator: Evaluator, ctes: Queries) -> Rows:
    if query.grouped or len(query.outputs) != 1:
        row = Record(zip(query.output_names, [ANY] * len(query.outputs), strict=False))
        return Rows([Row(row, not query.grouped)], query.grouped)
    call = query.outputs[0]
    assert isinstance(call, Call)
    frames = list(_filtered(query, evaluator, ctes))
    known = not _is_open(query, evaluator, ctes) and all(certain for _, certain in frames)
    value: Value = ANY
    if known:
        given = [
            tuple(evaluator.within(frame).value(argument) for argument in call.arguments)
            for frame, _ in frames
        ]
        value = _aggregate(call.name[-1], given)
    return Rows([Row(Record({query.output_names[0]: value}), True)], False)


def _aggregate(name: str, given: list[tuple[Value, ...]]) -> Value:
    if any(isinstance(value, Unknown) for values in given for value in values):
        return len(given) if name == "count" and not any(given) else ANY
    match name:
        case "count":
            return sum(1 for values in given if not values or values[0] is not None)
        case "array_agg":
            return tuple(values[0] for values in given) or None
        case "string_agg" if given and len(given[0]) > 1:
            parts: list[Value] = []
            for text, separator, *_ in (values for values in given if values[0] is not None):
                parts += [separator, text] if parts else [text]
            return joined(parts)
        case "string_agg" | "min" | "max" | "sum" if not given:
            return None
        case "bool_or":
            return any(values[0] is True for values in given) if given else None
        case "bool_and" | "every":
            return all(values[0] is True for values in given) if given else None
        case _:
            return ANY


def _outputs(query: Query, evaluator: Evaluator) -> Iterator[Record]:
    if len(query.outputs) == 1 and isinstance(call := query.outputs[0], Call):
        items = _set_of(call, evaluator)
        if items is not None:
            for item in items:
                yield Record({query.output_names[0]: item})
            return
    row = Record()
    for output, name in zip(query.outputs, query.output_names, strict=True):
        match output:
            case Column(names=(*qualifier, "*")):
                for alias, values in evaluator.frames[0].items():
                    if not qualifier or qualifier[-1] == alias:
                        row.update(values)
            case _:
                row[name if name not in row else f"{name} {len(row)}"] = evaluator.value(output)
    yield row


def _set_of(call: Call, evaluator: Evaluator) -> tuple[Value, ...] | None:
    """Return what a set-returning function yields, None if it is none that is known."""
    arguments = tuple(evaluator.value(argument) for argument in call.arguments)
    match call.name[-1], arguments:
        case "unnest", (str() as text,):
            items = array_from(text)
            return items if isinstance(items, tuple) else None
        case "unnest", (tuple() as items,):
            return items
        case "unnest", (None,):
            return ()
        case ("generate_series", (int() as low, int() as high)) if high - low < 10_000:
            return tuple(range(low, high + 1))
        case (("string_to_table" | "regexp_split_to_table"), (str() as text, str() as separator)):
            plain = call.name[-1] == "string_to_table" or separator.isalnum() or separator == ","
            return tuple(text.split(separator)) if plain and separator else None
        case _:
            return None


def _conjuncts(query: Query) -> list[Expr]:
    found: list[Expr] = []
    for condition in query.conditions:
        found += condition.arguments if isinstance(condition, And) else (condition,)
    return found


def _filtered(query: Query, evaluator: Evaluator, ctes: Queries) -> Iterator[tuple[Frame, bool]]:
    """Yield the rows of FROM that meet the conditions, and whether they certainly do."""
    pending = _conjuncts(query)
    yield from _joined(query, 0, {}, True, pending, evaluator, ctes)


def _joined(
    query: Query,
    depth: int,
    frame: Frame,
    certain: bool,
    pending: list[Expr],
    evaluator: Evaluator,
    ctes: Queries,
) -> Iterator[tuple[Frame, bool]]:
    aliases = {source.alias for source in query.sources[depth:]}
    inner = evaluator.within(frame)
    later: list[Expr] = []
    for condition in pending:
        if depth < len(query.sources) and _may_need(condition, aliases, frame):
            later.append(condition)
            continue
        truth = inner.truth(condition)
        if isinstance(truth, Unknown):
            certain = False
        elif truth is not True:
            if query.inner_only:
                return
            certain = False
    if depth == len(query.sources):
        yield frame, certain and query.inner_only
        return
    source = query.sources[depth]
    for row in _source_rows(source, later, inner, ctes).rows:
        wider = {**frame, source.alias: row.values}
        yield from _joined(query, depth + 1, wider, certain and row.certain, later, evaluator, ctes)


def _may_need(condition: Expr, aliases: set[str], frame: Frame) -> bool:
    """Tell whether a condition may name a column of a source that has no row yet."""
    for part in condition.walk():
        match part:
            case Column(names=names) if len(names) > 1:
                if names[-2] in aliases:
                    return True
            case Column(names=names):
                if not any(dict.__contains__(row, names[0]) for row in frame.values()):
                    return True
            case SubSelect(kind="exists") if aliases:
                continue
            case _:
                continue
    return False


def _is_open(query: Query, evaluator: Evaluator, ctes: Queries) -> bool:
    """Tell whether a source may have rows that are not known and could meet the conditions."""
    if not query.inner_only:
        return True
    pending = _conjuncts(query)
    for condition in pending:
        names = [part for part in condition.walk() if isinstance(part, Column | Query)]
        if not names and evaluator.truth(condition) in (False, None):
            return False
    return any(
        _source_rows(source, pending, evaluator, ctes).open
        for source in query.sources
        if not source.lateral or source.call is not None
    )


def _source_rows(
    source: Source, conditions: list[Expr], evaluator: Evaluator, ctes: Queries
) -> Rows:
    if source.query is not None and not source.schema:
        return _renamed(query_rows(source.query, evaluator, ctes), source)
    if source.call is not None:
        return _call_rows(source, evaluator)
    if not source.schema and source.name in ctes:
        inner = {name: query for name, query in ctes.items() if name != source.name}
        return _renamed(query_rows(ctes[source.name], evaluator, inner), source)
    replay = evaluator.replay
    wanted = _wanted(source, conditions, evaluator)
    question = Question(replay.catalog, replay.session.search_path, wanted)
    return rows_of(source.schema, source.name, question) or _NOTHING_KNOWN


def _renamed(rows: Rows, source: Source) -> Rows:
    if not source.column_names:
        return rows
    renamed = []
    for row in rows.rows:
        names = [*source.column_names, *list(row.values)[len(source.column_names) :]]
        values = Record(zip(names, row.values.values(), strict=False))
        renamed.append(Row(values, row.certain))
    return Rows(renamed, rows.open)


def _call_rows(source: Source, evaluator: Evaluator) -> Rows:
    call = source.call
    if not isinstance(call, Call):
        return _NOTHING_KNOWN
    items = _set_of(call, evaluator)
    names = source.column_names or (call.name[-1],)
    if items is not None:
        rows = [
            Row(Record(zip(names, (item, number), strict=False)), True)
            for number, item in enumerate(items, 1)
        ]
        return Rows(rows, False)
    if call.name[-1] == "pg_partition_tree" and call.arguments:
        root = evaluator.cast(evaluator.value(call.arguments[0]), "regclass")
        if isinstance(root, Reference) and isinstance(root.key, Relation):
            replay = evaluator.replay
            question = Question(replay.catalog, replay.session.search_path, {})
            return partition_tree(question, root.key)
    return _NOTHING_KNOWN


def _wanted(source: Source, conditions: list[Expr], evaluator: Evaluator) -> dict[str, Value]:
    """Return the column values that conditions of the form `column = value` ask for."""
    wanted: dict[str, Value] = {}
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
