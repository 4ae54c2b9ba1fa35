"""Columns, as CREATE TABLE and ALTER TABLE declare them."""

from __future__ import annotations

from rlslint.catalog.model import Column, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.replay.constraints import add_constraint, drop_foreign_keys, is_table_constraint
from rlslint.replay.dependencies import (
    drop_defaults_from_sequences,
    drop_dependent_policies,
    drop_views_reading,
)
from rlslint.replay.inheritance import gives_column, inherit_column, inheriting, is_not_null
from rlslint.replay.not_null import forbid_null
from rlslint.replay.partition_indexes import drop_index, key_of, named_by_index
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call, Constant
from rlslint.sql.nodes import type_name
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
    replay.origins.sequences[relation.oid, column.number] = default
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


def drop_column(
    replay: Replay, relation: Relation, name: str, statement: Statement, recurse: bool = True
) -> None:
    """Remove a column with the indexes, constraints, views and policies that need it."""
    if not relation.knows("columns") or name not in relation.columns:
        return
    column = relation.remove_column(name)
    replay.origins.inherited_columns.discard((relation.oid, column.number))
    _drop_keys(replay, relation, column)
    for trigger in list(dict.keys(relation.triggers)):
        details = replay.origins.trigger_details.get((relation.oid, trigger))
        if details is not None and name in details.columns:
            from rlslint.replay.partition_triggers import drop_trigger

            drop_trigger(replay, relation, trigger)
    for grant in relation.grants.known():
        if grant.column == name:
            del relation.grants[grant.grantee, grant.privilege, name]
    drop_views_reading(replay, relation, column.number, statement)
    drop_dependent_policies(replay, relation, column.number, statement)
    drop_defaults_from_sequences(replay, relation, (column.number,), statement)
    for child in inheriting(replay, relation):
        _drop_inherited(replay, child, name, statement, recurse)


def _drop_inherited(
    replay: Replay, relation: Relation, name: str, statement: Statement, recurse: bool
) -> None:
    """Take a column away that a parent has dropped; with ONLY it becomes the table's own."""
    column = relation.columns.get(name) if relation.knows("columns") else None
    if column is None:
        return
    key = relation.oid, column.number
    if key not in replay.origins.inherited_columns or gives_column(relation.parents, name):
        return
    if recurse:
        drop_column(replay, relation, name, statement)
    else:
        replay.origins.inherited_columns.discard(key)


def _drop_keys(replay: Replay, relation: Relation, column: Column) -> None:
    """Remove what names a column; a CHECK that names several goes too (RemoveAttributeById)."""
    from rlslint.replay.partitions import drop_foreign_key

    for index in relation.indexes.known():
        named = named_by_index(replay, relation, index)
        if column.number in named and dict.__contains__(relation.indexes, index.name):
            key = key_of(relation, index.name)
            drop_index(replay, relation, index.name)
            if key is not None and key.kind in ("primary", "unique"):
                drop_foreign_keys(replay, relation, key.columns)
    for constraint in relation.constraints.known():
        if column.number in constraint.columns:
            drop_foreign_key(replay, relation, constraint.name)
    if id(relation) in replay.referenced_oids:
        _drop_references(replay, relation, column.number)


def _drop_references(replay: Replay, relation: Relation, number: int) -> None:
    from rlslint.replay.partitions import drop_foreign_key

    for other in replay.catalog.relations.known():
        for constraint in other.constraints.known():
            if constraint.referenced is relation and number in constraint.referenced_columns:
                drop_foreign_key(replay, other, constraint.name)
