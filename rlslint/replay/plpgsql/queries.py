"""Rows of queries over VALUES, arrays and the system catalogs."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.replay.plpgsql.builtin_functions import set_of
from rlslint.replay.plpgsql.evaluator import Evaluator, Frame
from rlslint.replay.plpgsql.joins import is_open, joined_rows
from rlslint.replay.plpgsql.ordering import limited_rows
from rlslint.replay.plpgsql.system_catalogs.questions import Row, RowSet
from rlslint.replay.plpgsql.system_catalogs.roles import ROLE_CATALOGS
from rlslint.replay.plpgsql.values import (
    ANY,
    Blank,
    Composite,
    Datum,
    PartlyKnown,
    Reference,
    record_of,
)
from rlslint.sql.expressions import Call, Column, Expr, Other, Query
from rlslint.sql.operations import AGGREGATES

_Key = tuple[object, ...]


def query_rows(query: Query, evaluator: Evaluator) -> RowSet:
    """Return the rows that a query puts out, as far as the history tells them."""
    evaluator = evaluator.with_queries(query)
    if query.arms:
        return limited_rows(query, _combined(query, evaluator), None, evaluator)
    if query.set_operation == "values":
        return _values(query, evaluator)
    if query.grouping or query.having is not None or any(map(_aggregates, query.outputs)):
        return _of_groups(query)
    found: list[Row] = []
    frames: list[Frame] = []
    for frame, certain in joined_rows(query, evaluator):
        for values in _outputs(query, evaluator.within(frame)):
            found.append(Row(values, certain))
            frames.append(frame)
    if query.grouped:
        found, frames = _distinct(found), []
    rows = RowSet(found, is_open(query, evaluator))
    return limited_rows(query, rows, frames or None, evaluator)


def _of_groups(query: Query) -> RowSet:
    """Aggregates are not worked out, nor which groups there are: without GROUP BY it is one."""
    if query.grouping:
        return RowSet([], True)
    unknown = record_of(query.output_names, [ANY] * len(query.outputs))
    return RowSet([Row(unknown, query.having is None)], False)


def _aggregates(expression: Expr) -> bool:
    match expression:
        case Call(name) if name[-1] in AGGREGATES:
            return True
        case Query() | Other("WindowFunc"):
            return False
        case _:
            return any(map(_aggregates, expression.children()))


def rows_of_from(query: Query, evaluator: Evaluator) -> Iterator[tuple[Frame, bool]]:
    """Yield the rows of FROM that meet the conditions, and whether they certainly do."""
    yield from joined_rows(query, evaluator.with_queries(query))


def has_more_rows(query: Query, evaluator: Evaluator) -> bool:
    """Tell whether there may be rows of FROM that are not known."""
    return is_open(query, evaluator.with_queries(query))


def only_value(rows: RowSet) -> Datum:
    """Return the value in the only row, None where there is no row."""
    if rows.open or len(rows.rows) > 1 or any(not row.certain for row in rows.rows):
        return ANY if rows.open else _any_of(rows)
    return next(iter(rows.rows[0].values.values()), ANY) if rows.rows else None


def _any_of(rows: RowSet) -> Datum:
    """Return what is known of the text in each of the rows that may be the one."""
    values = [next(iter(row.values.values()), ANY) for row in rows.rows]
    known = {value.parts: value for value in values if isinstance(value, PartlyKnown)}
    texts = [value for value in values if isinstance(value, str)]
    if len(known) != 1 or len(texts) + len(known) < len(set(map(id, values))):
        return ANY
    ((parts, unknown),) = known.items()
    match parts:
        case (str() as beginning, Blank()) if all(text.startswith(beginning) for text in texts):
            return unknown
        case _:
            return ANY


def asks_for_roles_only(expression: Expr) -> bool:
    """Tell whether the sub-selects of an expression read nothing but the list of roles."""
    sources = [
        source for part in expression.walk() if isinstance(part, Query) for source in part.sources
    ]
    return bool(sources) and all(source.name in ROLE_CATALOGS for source in sources)


def _combined(query: Query, evaluator: Evaluator) -> RowSet:
    """UNION, INTERSECT and EXCEPT; of the last two nothing is certain with rows that are not."""
    names = query.output_names
    left, right = (
        RowSet([Row(_named(names, row.values), row.certain) for row in rows.rows], rows.open)
        for rows in (query_rows(arm, evaluator) for arm in query.arms)
    )
    if query.set_operation == "union":
        both = left.rows + right.rows
        return RowSet(both if query.keeps_duplicates else _distinct(both), left.open or right.open)
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
    return RowSet(kept, left.open)


def _named(names: tuple[str, ...], values: Composite) -> Composite:
    return record_of(names, values.values())


def _key(values: Composite) -> _Key | None:
    """Return what makes rows equal, None where a value is not known."""
    items = tuple(values.values())
    if any(isinstance(item, PartlyKnown | Composite) for item in items):
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


def _values(query: Query, evaluator: Evaluator) -> RowSet:
    rows = [
        Row(Composite(zip(query.output_names, map(evaluator.value, row.items), strict=False)), True)
        for row in query.rows
    ]
    return RowSet(rows, False)


def _outputs(query: Query, evaluator: Evaluator) -> Iterator[Composite]:
    sets: dict[int, tuple[Datum, ...]] = {}
    for number, output in enumerate(query.outputs):
        if isinstance(output, Call) and evaluator.result_of(output) is None:
            items = set_of(output.name[-1], evaluator.arguments(output).positional)
            if items is not None:
                sets[number] = items
    if not sets:
        yield _output(query, evaluator, {})
        return
    for position in range(max(map(len, sets.values()))):
        yield _output(
            query,
            evaluator,
            {n: items[position] if position < len(items) else None for n, items in sets.items()},
        )


def _output(query: Query, evaluator: Evaluator, given: dict[int, Datum]) -> Composite:
    row = Composite()
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
