"""A row, a session and other tables, for which one predicate is true and another is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random

from rlslint import NamedTuple
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Relation
from rlslint.meaning.context import ContextRead, context_reads, is_own, own_column, read_of
from rlslint.meaning.evaluation import Evaluation
from rlslint.meaning.queries import may_aggregate
from rlslint.meaning.values import RaisesError
from rlslint.meaning.worlds import ANY_ROW, World
from rlslint.sql.expressions import (
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    Query,
    Source,
)
from rlslint.sql.rebuilding import rebuilt
from rlslint.text.budget import PARTS_OF_WITNESSES, WITNESSES_TRIED, Budget

Plain = str | int | bool | None
Row = Mapping[int, Plain]
"""The values of a row by attribute number."""


class OtherRow(NamedTuple):
    """The one row that another table holds."""

    relation: Relation
    row: Row


class Witness(NamedTuple):
    """A case in which two predicates differ.

    `session` are settings and functions of a platform (`auth.uid`) by name, None for one that was
    never set. Tables that predicates look up hold the row of `others`, or none.
    """

    row: Row
    session: Mapping[str, str | None]
    others: tuple[OtherRow, ...]


def witness(
    first: Expr, second: Expr, types: Mapping[int, str], not_null: frozenset[int]
) -> Witness | None:
    """Return a case in which the first predicate is certainly true, and the second is not.

    None where none was met among those that were tried. `types` are those of the own row's columns.
    """
    parts = (*first.walk(), *second.walk())
    constants = _Constants(parts, types)
    columns = {number for part in parts if is_own(part) if (number := own_column(part)) > 0}
    relations = _tables_read(parts)
    reads: dict[str, set[tuple[str, ...]]] = {}
    for read in (*context_reads(first), *context_reads(second)):
        if _is_given(read) and read.name is not None:
            reads.setdefault(read.name, set()).add(read.path)
    draw = Random(len(parts))
    for _ in range(max(1, min(WITNESSES_TRIED, PARTS_OF_WITNESSES // len(parts)))):
        own = _drawn(draw, {n: types.get(n, "") for n in columns}, not_null, constants)
        session = {name: _session_value(draw, reads[name], constants) for name in sorted(reads)}
        others = tuple(
            OtherRow(relation, _row_of(draw, relation, constants))
            for relation in relations
            if draw.random() < _SHARE_OF_ROWS
        )
        found = Witness(own, session, others)
        placing = _Placing(found, types)
        passed, kept_out = placing.placed(first, {}), placing.placed(second, {})
        is_case = _passes(passed) is True and _passes(kept_out) is False
        if is_case and not any(map(_may_raise, (passed, kept_out))):
            return found
    return None


def _passes(placed: Expr) -> bool | None:
    """Tell whether a row passes a predicate without columns, None where it does not say all."""
    world = World([], Budget())
    try:
        passes = Evaluation(world, ANY_ROW).truth(placed) is True
    except RaisesError:
        return None
    return None if world.trail or world.errors else passes


def _may_raise(placed: Expr) -> bool:
    """Tell whether a conversion is refused, which may end the query though nothing depends on it.

    What is a constant here was a column: the planner cannot leave out what stands beside a NULL,
    and it converts what is stable to estimate how many rows there are, though there be none.
    """
    evaluation = Evaluation(World([], Budget()), ANY_ROW)
    try:
        for part in placed.walk():
            if isinstance(part, Cast):
                evaluation.value(part)
    except RaisesError:
        return True
    return False


_SHARE_OF_ROWS = 0.7
_NUMBERS = (0, 1, 2)
"""Numbers that stand for tenants and the like, beside the constants that the predicates name."""
_IDENTIFIERS = tuple(f"00000000-0000-0000-0000-00000000000{number}" for number in _NUMBERS)


class _Constants:
    """The values that a case is made of: those that predicates name, and some others."""

    __slots__ = ("numbers", "texts")

    def __init__(self, parts: Iterable[Expr], types: Mapping[int, str]) -> None:
        given = {part.value for part in parts if isinstance(part, Constant)}
        casts = {part.type for part in parts if isinstance(part, Cast)}
        named = {one for one in given if isinstance(one, int) and not isinstance(one, bool)}
        self.numbers = tuple(sorted({*named, *_NUMBERS}))
        words = {str(one) for one in given if isinstance(one, str) and not _is_setting(one)}
        others = {"x", *map(str, self.numbers)}
        if "uuid" in casts or "uuid" in types.values():
            others = {"x", *_IDENTIFIERS}
        self.texts = tuple(sorted(words | others))


def _is_setting(text: str) -> bool:
    return "." in text and " " not in text


def _tables_read(parts: Iterable[Expr]) -> tuple[Relation, ...]:
    """Return the tables that sub-selects read, each once."""
    found: dict[int, Relation] = {}
    for part in parts:
        if isinstance(part, Query):
            for source in part.sources:
                if isinstance(source.relation, Relation):
                    found[id(source.relation)] = source.relation
    return tuple(found.values())


def _is_given(read: ContextRead) -> bool:
    match read.kind, read.name:
        case "setting", str() as name:
            return "." in name
        case "function", str():
            return not read.expression.arguments and "." in (read.name or "")
        case _:
            return False


def _drawn(
    draw: Random, types: Mapping[int, str], not_null: frozenset[int], constants: _Constants
) -> Row:
    row: dict[int, Plain] = {}
    for number in sorted(types):
        values = _values(types[number], constants)
        if number not in not_null:
            row[number] = draw.choice((None, *values))
        elif values:
            row[number] = draw.choice(values)
    return row


def _row_of(draw: Random, relation: Relation, constants: _Constants) -> Row:
    try:
        types = {column.number: column.type for column in relation.columns.values()}
        not_null = frozenset(one.number for one in relation.columns.values() if one.not_null)
    except UnknownFact:
        return {}
    return _drawn(draw, types, not_null, constants)


def _session_value(draw: Random, paths: set[tuple[str, ...]], constants: _Constants) -> str | None:
    """Draw what a setting holds: a document where keys are taken from it."""
    if draw.random() < 1 / 4:
        return draw.choice((None, ""))
    plain = draw.choice(constants.texts)
    if paths <= {()}:
        return plain
    import json

    document: dict[str, object] = {}
    for path in sorted(paths - {()}):
        inner = document
        for key in path[:-1]:
            below = inner.setdefault(key, {})
            inner = below if isinstance(below, dict) else {}
        inner[path[-1]] = draw.choice(constants.texts)
    return json.dumps(document)


def _values(type_name: str, constants: _Constants) -> tuple[Plain, ...]:
    match type_name:
        case "bool":
            return (True, False)
        case "text" | "varchar" | "bpchar" | "citext" | "name":
            return constants.texts
        case "uuid":
            return _IDENTIFIERS
        case "int2" | "int4" | "int8" | "numeric":
            return constants.numbers
        case _:
            return ()


class _Placing:
    """Predicates with the values of a case in place of what they read."""

    __slots__ = ("_case", "_rows", "_types")

    def __init__(self, case: Witness, types: Mapping[int, str]) -> None:
        self._case = case
        self._types = types
        self._rows = {id(one.relation): one.row for one in case.others}

    def placed(self, expression: Expr, sources: Mapping[Source, Row | None]) -> Expr:
        """Return an expression with what is known of its columns, its session and its tables."""

        def change(child: Expr) -> Expr:
            return self.placed(child, sources)

        match expression:
            case Column():
                return self._column(expression, sources)
            case Query():
                return self._query(expression, sources)
        read = read_of(expression)
        if read is not None and read.expression is expression and read.name is not None:
            value = self._case.session.get(read.name)
            if read.name in self._case.session and (value is not None or read.missing_ok):
                return Cast(Constant(value), self._type_of(read), expression.location)
            return expression
        return rebuilt(expression, change)

    def _type_of(self, read: ContextRead) -> str:
        if read.kind == "setting":
            return "text"
        return "jsonb" if read.path else _TYPES_OF_FUNCTIONS.get(read.name or "", "text")

    def _column(self, column: Column, sources: Mapping[Source, Row | None]) -> Expr:
        match column.binding:
            case ColumnBinding(source, number, _) if source in sources:
                row = sources[source]
                if row is None:
                    return Constant(None, column.location)
                relation = source.relation
                of = relation.column(number) if isinstance(relation, Relation) else None
                if of is None or number not in row:
                    return column
                return Cast(Constant(row[number]), of.type, column.location)
            case ColumnBinding(_, number, _) if is_own(column) and number in self._case.row:
                value = Constant(self._case.row[number])
                return Cast(value, self._types.get(number, ""), column.location)
            case _:
                return column

    def _query(self, query: Query, sources: Mapping[Source, Row | None]) -> Query:
        """Return a query that reads no tables any more, where it reads but tables."""
        of_query = [source.relation for source in query.sources]
        is_plain = query.inner_only and not (query.arms or query.ctes or query.having)
        tables = [one for one in of_query if isinstance(one, Relation) and one.is_table]
        if not is_plain or len(tables) < len(of_query) or not _ends_alike(query):

            def change(child: Expr) -> Expr:
                return self.placed(child, sources)

            found = rebuilt(query, change)
            return found if isinstance(found, Query) else query
        rows = {source: self._rows.get(id(source.relation)) for source in query.sources}
        inner = {**sources, **rows}
        copy = query.copied()
        copy.sources, copy.ordering, copy.limits = (), (), (None, None)
        copy.grouping, copy.distinct, copy.grouped = (), (), False
        copy.outputs = tuple(self.placed(one, inner) for one in query.outputs)
        copy.conditions = tuple(self.placed(one, inner) for one in query.conditions)
        copy.rows = ()
        if None in rows.values():
            copy.conditions = (Constant(False), *copy.conditions)
        return copy


_TYPES_OF_FUNCTIONS = {"auth.uid": "uuid", "auth.jwt": "jsonb"}


def _ends_alike(query: Query) -> bool:
    """Tell whether a query gives the same for one row at most, whatever its order and groups."""
    if query.set_operation:
        return False
    limit, offset = query.limits
    if offset is not None or not (limit is None or _is_positive(limit)):
        return False
    return not (query.grouped and any(map(may_aggregate, query.outputs)))


def _is_positive(limit: Expr) -> bool:
    return isinstance(limit, Constant) and isinstance(limit.value, int) and limit.value > 0
