"""Rows of queries over VALUES, arrays and the system catalogs."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.replay.plpgsql.aggregates import aggregated_rows, calls_aggregate
from rlslint.replay.plpgsql.evaluator import Evaluator, Frame
from rlslint.replay.plpgsql.joins import is_open, joined_rows
from rlslint.replay.plpgsql.ordering import in_order
from rlslint.replay.plpgsql.set_functions import set_of
from rlslint.replay.plpgsql.system_catalogs.questions import Row, Rows
from rlslint.replay.plpgsql.system_catalogs.roles import ROLE_CATALOGS
from rlslint.replay.plpgsql.values import Record, Reference, Unknown, Value, record_of
from rlslint.sql.expressions import Call, Column, Expr, Query

_Key = tuple[object, ...]


def query_rows(query: Query, evaluator: Evaluator) -> Rows:
    """Return the rows that a query puts out, as far as the history tells them."""
    evaluator = evaluator.with_queries(query)
    if query.arms:
        return in_order(query, _combined(query, evaluator), None, evaluator)
    if query.set_operation == "values":
        return _values(query, evaluator)
    if query.grouping or calls_aggregate(query):
        return in_order(query, aggregated_rows(query, evaluator), None, evaluator)
    found: list[Row] = []
    frames: list[Frame] = []
    for frame, certain in joined_rows(query, evaluator):
        for values in _outputs(query, evaluator.within(frame)):
            found.append(Row(values, certain))
            frames.append(frame)
    if query.grouped:
        found, frames = _distinct(found), []
    rows = Rows(found, is_open(query, evaluator))
    return in_order(query, rows, frames or None, evaluator)


def rows_of_from(query: Query, evaluator: Evaluator) -> Iterator[tuple[Frame, bool]]:
    """Yield the rows of FROM that meet the conditions, and whether they certainly do."""
    yield from joined_rows(query, evaluator.with_queries(query))


def has_more_rows(query: Query, evaluator: Evaluator) -> bool:
    """Tell whether there may be rows of FROM that are not known."""
    return is_open(query, evaluator.with_queries(query))


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


def _combined(query: Query, evaluator: Evaluator) -> Rows:
    """UNION, INTERSECT and EXCEPT; of the last two nothing is certain with rows that are not."""
    names = query.output_names
    left, right = (
        Rows([Row(_named(names, row.values), row.certain) for row in rows.rows], rows.open)
        for rows in (query_rows(arm, evaluator) for arm in query.arms)
    )
    if query.set_operation == "union":
        both = left.rows + right.rows
        return Rows(both if query.keeps_duplicates else _distinct(both), left.open or right.open)
    others = {_key(row.values): row.certain for row in right.rows}
    unclear = right.open or None in others or query.keeps_duplicates
    wanted = query.set_operation == "intersect"
    kept = []
    for row in _distinct(left.rows):
        key = _key(row.values)
        there = others.get(key) if key is not None else None
        if key is None or (there is None and unclear) or there is False:
            kept.append(row._replace(certain=False))
        elif (there is True) is wanted:
            kept.append(row)
    return Rows(kept, left.open)


def _named(names: tuple[str, ...], values: Record) -> Record:
    return record_of(names, values.values())


def _key(values: Record) -> _Key | None:
    """Return what makes rows equal, None where a value is not known."""
    items = tuple(values.values())
    if any(isinstance(item, Unknown | Record) for item in items):
        return None
    return tuple((item if isinstance(item, Reference) else (type(item), item)) for item in items)


def _distinct(rows: list[Row]) -> list[Row]:
    kept: list[Row] = []
    places: dict[_Key, int] = {}
    for row in rows:
        key = _key(row.values)
        if key is None:
            kept.append(row)
        elif key not in places:
            places[key] = len(kept)
            kept.append(row)
        elif row.certain:
            kept[places[key]] = row
    return kept


def _values(query: Query, evaluator: Evaluator) -> Rows:
    rows = [
        Row(Record(zip(query.output_names, map(evaluator.value, row.items), strict=False)), True)
        for row in query.rows
    ]
    return Rows(rows, False)


def _outputs(query: Query, evaluator: Evaluator) -> Iterator[Record]:
    sets = {
        number: items
        for number, output in enumerate(query.outputs)
        if isinstance(output, Call) and (items := set_of(output, evaluator)) is not None
    }
    if not sets:
        yield _output(query, evaluator, {})
        return
    for position in range(max(map(len, sets.values()))):
        given = {
            number: items[position] if position < len(items) else None
            for number, items in sets.items()
        }
        yield _output(query, evaluator, given)


def _output(query: Query, evaluator: Evaluator, given: dict[int, Value]) -> Record:
    row = Record()
    for number, (output, name) in enumerate(zip(query.outputs, query.output_names, strict=True)):
        match output:
            case Column(names=(*qualifier, "*")):
                for alias, values in evaluator.frames[0].items():
                    if not qualifier or qualifier[-1] == alias:
                        row.update(values)
            case _:
                value = given[number] if number in given else evaluator.value(output)
                row[name if name not in row else f"{name} {len(row)}"] = value
    return row
