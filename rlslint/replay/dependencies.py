"""What an expression needs to exist (manual: Dependency Tracking), and who has such expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint.catalog.functions import Function
from rlslint.catalog.journal import append
from rlslint.catalog.model import Column as TableColumn
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.overloads import is_built_in_type
from rlslint.catalog.predicates import Clause
from rlslint.replay.state import Need, Reader, Replay
from rlslint.sql.expressions import (
    OWN_ROW,
    Call,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    Operator,
    Other,
    Query,
    Source,
)

_OWN_OPERATORS = frozenset({
    "=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "||", "~~", "!~~", "~~*", "!~~*", "~",
    "!~", "~*", "!~*", "->", "->>", "#>", "#>>", "@>", "<@", "&&", "?", "?|", "?&",
})  # fmt: skip
"""Operators of PostgreSQL's own, which histories hardly ever define for types of their own."""

AGGREGATES = frozenset({
    "any_value", "array_agg", "avg", "bit_and", "bit_or", "bool_and", "bool_or", "count", "every",
    "json_agg", "json_object_agg", "jsonb_agg", "jsonb_object_agg", "max", "min", "string_agg",
    "sum",
})  # fmt: skip


def needs_of(expression: Expr) -> frozenset[Need]:
    """Return what an expression needs: relations and functions by identity, others by name."""
    return frozenset(need for part in expression.walk() for need in _needs(part))


def _needs(part: Expr | Source) -> Iterator[Need]:
    match part:
        case Call(("nextval" | "currval" | "setval",), (argument, *_)):
            name = _constant_name(argument)
            if name:
                yield "sequence", name
        case Call():
            if isinstance(part.function, Function):
                yield id(part.function)
            elif part.unknown:
                yield "perhaps", part.name[-1]
        case Cast(_, name):
            if not is_built_in_type(name):
                yield type_need(name)
        case Operator(symbol) if symbol not in _OWN_OPERATORS:
            yield "operator", symbol
        case Other("CollateClause", _, detail):
            yield "collation", detail.rpartition(".")[2]
        case Query(sources=sources):
            for source in sources:
                if source.relation is not None:
                    yield id(source.relation)
            yield from _keys(part)
        case _:
            return


def type_need(written: str) -> Need:
    """Return how the use of a type, or of an array of it, is noted: by its last name."""
    return "type", written.partition("[")[0].rpartition(".")[2]


def _constant_name(argument: Expr) -> str:
    """Return the last name of a sequence that a constant means; none behind a cast to text."""
    return _sequence_name(argument)[1]


def _sequence_name(argument: Expr) -> tuple[str, str]:
    if isinstance(argument, Cast) and argument.type.rpartition(".")[2] == "regclass":
        argument = argument.argument
    match argument:
        case Constant(str() as written):
            schema, _, name = written.rpartition(".")
            return schema.strip('"'), name.strip('"')
        case _:
            return "", ""


def needs_sequence(clause: Clause, schema: str, name: str) -> bool:
    """Tell whether a clause takes numbers from a sequence, by its name if it says no schema."""
    for part in clause.expression.walk():
        match part:
            case Call(("nextval" | "currval" | "setval",), (argument, *_)):
                if _sequence_name(argument) in ((schema, name), ("", name)):
                    return True
    return False


def _keys(query: Query) -> Iterator[Need]:
    """Yield the primary keys on which it depends that columns beside GROUP BY have one value."""
    if not query.grouping:
        return
    grouped = {
        (id(part.binding.source), part.binding.number)
        for part in query.grouping
        if isinstance(part, Column) and isinstance(part.binding, ColumnBinding)
    }
    having = (query.having,) if query.having is not None else ()
    for output in (*query.outputs, *having):
        for column in _outside_aggregates(output):
            binding = column.binding
            if not isinstance(binding, ColumnBinding):
                continue
            if (id(binding.source), binding.number) in grouped:
                continue
            relation = binding.source.relation
            if isinstance(relation, Relation) and binding.source in query.sources:
                yield "key", str(relation.oid)


def outside_sub_selects(expression: Expr) -> Iterator[Call]:
    """Yield the calls of an expression that stand in none of its sub-selects."""
    if isinstance(expression, Call):
        yield expression
    if not isinstance(expression, Query):
        for child in expression.children():
            yield from outside_sub_selects(child)


def _outside_aggregates(expression: Expr) -> Iterator[Column]:
    match expression:
        case Column():
            yield expression
        case Call(name) if name[-1] in AGGREGATES:
            return
        case Query():
            return
        case _:
            for child in expression.children():
                yield from _outside_aggregates(child)


def columns_named(clause: Clause) -> frozenset[int]:
    """Return the numbers of the own row's columns that an expression names."""
    return clause.ask(_own_columns)


def _own_columns(expression: Expr) -> frozenset[int]:
    return frozenset(
        part.binding.number
        for part in expression.walk()
        if isinstance(part, Column)
        and isinstance(part.binding, ColumnBinding)
        and part.binding.source is OWN_ROW
    )


def reads_column(clause: Clause, relation: Relation, number: int) -> bool:
    """Tell whether an expression reads a column of a relation in a sub-select."""
    return (id(relation), number) in clause.ask(_columns_read)


def _columns_read(expression: Expr) -> frozenset[tuple[int, int]]:
    return frozenset(
        (id(part.binding.source.relation), part.binding.number)
        for part in expression.walk()
        if isinstance(part, Column) and isinstance(part.binding, ColumnBinding)
    )


def needs(clause: Clause, wanted: Need) -> bool:
    """Tell whether an expression needs something."""
    return wanted in clause.ask(needs_of)


def note_reader(replay: Replay, reader: Reader, wanted: Iterable[Need]) -> None:
    """Remember that a policy, a relation or a function needs something: it goes when that goes."""
    for need in wanted:
        append(replay.readers.setdefault(need, []), reader)


def note_type(replay: Replay, relation: Relation, column: TableColumn) -> None:
    """Remember that a column has a type that may be dropped."""
    if column.knows("type") and not is_built_in_type(column.type):
        note_reader(replay, relation, (type_need(column.type),))


def note_clause(replay: Replay, reader: Reader, clause: Clause | None) -> None:
    """Remember what an expression of a policy, a relation or a function needs."""
    if clause is not None:
        note_reader(replay, reader, clause.ask(needs_of))


def readers_of(replay: Replay, wanted: Need) -> list[Reader]:
    """Return what needed something when it was made and still exists, each once."""
    return [one for one in dict.fromkeys(replay.readers.get(wanted, ())) if exists(replay, one)]


def exists(replay: Replay, one: Reader) -> bool:
    """Tell whether something has not been dropped."""
    catalog = replay.catalog
    match one:
        case Policy():
            stands = dict.get(one.relation.policies, one.name) is one
            return stands and exists(replay, one.relation)
        case Relation() if one.is_beyond_history:
            return catalog.unknown_relations.get((one.schema, one.name)) is one
        case Relation():
            return dict.get(catalog.relations, one.oid) is one
        case Function():
            return dict.get(catalog.functions, one.oid) is one
