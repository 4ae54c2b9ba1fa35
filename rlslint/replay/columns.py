"""Columns, as CREATE TABLE and ALTER TABLE declare them."""

from __future__ import annotations

from rlslint.catalog.model import Column, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.replay.constraints import add_constraint, is_table_constraint
from rlslint.replay.dependencies import note_clause, note_reader, note_type
from rlslint.replay.inheritance import inherit_column, inheriting, is_not_null
from rlslint.replay.not_null import forbid_null
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call, Constant
from rlslint.sql.nodes import strings, type_name
from rlslint.sql.parser import Node
from rlslint.text import Statement

_SERIAL = {
    "smallserial": "int2", "serial2": "int2", "serial": "int4", "serial4": "int4",
    "bigserial": "int8", "serial8": "int8",
}  # fmt: skip


def add_column(
    replay: Replay, relation: Relation, definition: Node, statement: Statement, base: int
) -> bool:
    """Add the column of a ColumnDef with its default and NOT NULL; False if nothing is added.

    Its other constraints are for the caller to add, after all columns.
    """
    if not relation.knows("columns"):
        return False
    name = definition["colname"]
    if name in relation.columns:
        return _merge(replay, relation, definition, statement, base)
    written = _written_type(definition)
    column = Column(name, relation.next_number, _SERIAL.get(written, written), False, statement)
    relation.add_column(column)
    note_type(replay, relation, column)
    if "collClause" in definition:
        name = strings(definition["collClause"]["collname"])[-1]
        replay.origins.collations[relation.oid, column.number] = name
        note_reader(replay, relation, (("collation", name),))
    _describe(replay, relation, column, written, definition, statement, base)
    for child in inheriting(replay, relation):
        _pass_on(replay, relation, child, column)
    return True


def _describe(
    replay: Replay,
    relation: Relation,
    column: Column,
    written: str,
    definition: Node,
    statement: Statement,
    base: int,
) -> None:
    if written in _SERIAL:
        _take_from_sequence(replay, relation, column, statement, base)
    for item in definition.get("constraints", ()):
        if not is_table_constraint(item["Constraint"]):
            add_constraint(replay, relation, item["Constraint"], statement, base, column)


def _merge(
    replay: Replay, relation: Relation, definition: Node, statement: Statement, base: int
) -> bool:
    """A new table restates a column that it inherits (manual: CREATE TABLE, INHERITS)."""
    if statement is not relation.created:
        return False
    column = relation.columns[definition["colname"]]
    if relation.partition_of is None:
        replay.origins.inherited_columns.discard((relation.oid, column.number))
    _describe(replay, relation, column, _written_type(definition), definition, statement, base)
    return True


def _written_type(definition: Node) -> str:
    """Return the type beside a column; a partition's says none (CREATE TABLE … PARTITION OF)."""
    return type_name(definition["typeName"]) if "typeName" in definition else ""


def _take_from_sequence(
    replay: Replay, relation: Relation, column: Column, statement: Statement, base: int
) -> None:
    """Give a serial column its default, which goes with its sequence."""
    sequence = Constant(f"{relation.schema}.{relation.name}_{column.name}_seq")
    default = Clause(Predicate(Call(("nextval",), (sequence,))), statement, base)
    column.become("default", default)
    note_clause(replay, relation, default)
    replay.origins.owned_sequences[relation.oid, column.number] = (
        f"{relation.name}_{column.name}_seq"
    )
    forbid_null(replay, relation, column, statement)


def _pass_on(replay: Replay, parent: Relation, child: Relation, column: Column) -> None:
    copy = inherit_column(replay, child, column)
    if copy is None:
        return
    if is_not_null(column):
        replay.origins.inherited_not_nulls.add((child.oid, copy.number))
        name = replay.origins.not_null_names.get((parent.oid, column.number), "")
        replay.origins.not_null_names[child.oid, copy.number] = name
    if child.partition_of is parent:
        copy.become("identity", column.identity)
    for grandchild in inheriting(replay, child):
        _pass_on(replay, child, grandchild, copy)
