"""Columns, as CREATE TABLE and ALTER TABLE declare them."""

from __future__ import annotations

from rlslint.catalog.model import Column, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.catalog.replay.constraints import add_constraint, drop_foreign_keys
from rlslint.catalog.replay.dependencies import (
    columns_named,
    drop_dependent_policies,
    drop_views_reading,
)
from rlslint.catalog.replay.inheritance import inherit_column, inheriting
from rlslint.catalog.replay.state import Replay
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
) -> None:
    """Add the column of a ColumnDef, with the constraints that stand beside it."""
    if not relation.knows("columns"):
        return
    name = definition["colname"]
    if name in relation.columns:
        _merge(replay, relation, definition, statement, base)
        return
    declared = type_name(definition["typeName"]) if "typeName" in definition else ""
    serial = declared in _SERIAL
    column = Column(name, relation.next_number, _SERIAL.get(declared, declared), serial, statement)
    if serial:
        column.default = _next_value(relation, name, statement, base)
    relation.next_number += 1
    relation.columns[name] = column
    relation.columns_key = None
    for item in definition.get("constraints", ()):
        add_constraint(replay, relation, item["Constraint"], statement, base, column)
    for child in inheriting(replay, relation):
        _pass_on(replay, child, column)


def _merge(
    replay: Replay, relation: Relation, definition: Node, statement: Statement, base: int
) -> None:
    """A new table restates a column that it inherits (manual: CREATE TABLE, INHERITS)."""
    if statement is not relation.created:
        return
    replay.local_columns.add((relation.oid, definition["colname"]))
    column = relation.columns[definition["colname"]]
    for item in definition.get("constraints", ()):
        add_constraint(replay, relation, item["Constraint"], statement, base, column)


def _next_value(relation: Relation, name: str, statement: Statement, base: int) -> Clause:
    sequence = Constant(f"{relation.schema}.{relation.name}_{name}_seq")
    return Clause(Predicate(Call(("nextval",), (sequence,))), statement, base)


def _pass_on(replay: Replay, child: Relation, column: Column) -> None:
    copy = inherit_column(child, column)
    if copy is None:
        replay.local_columns.add((child.oid, column.name))
        return
    for grandchild in inheriting(replay, child):
        _pass_on(replay, grandchild, copy)


def drop_column(
    replay: Replay, relation: Relation, name: str, statement: Statement, recurse: bool = True
) -> None:
    """Remove a column with the indexes, constraints, views and policies that need it."""
    if not relation.knows("columns") or name not in relation.columns:
        return
    column = relation.columns.pop(name)
    relation.columns_key = None
    _drop_keys(replay, relation, column)
    for grant in relation.grants.known():
        if grant.column == name:
            del relation.grants[grant.grantee, grant.privilege, name]
    drop_views_reading(replay, relation, column.number)
    drop_dependent_policies(replay, relation, column.number, statement)
    for child in inheriting(replay, relation):
        other_parents = (p for p in child.parents if p is not relation and p.knows("columns"))
        kept = (child.oid, name) in replay.local_columns or any(
            name in parent.columns for parent in other_parents
        )
        if recurse and not kept:
            drop_column(replay, child, name, statement)


def _drop_keys(replay: Replay, relation: Relation, column: Column) -> None:
    for index in relation.indexes.known():
        named = set(index.columns).union(*map(columns_named, index.expressions))
        named |= replay.index_conditions.get((relation.oid, index.name), frozenset())
        if column.number in named:
            del relation.indexes[index.name]
    for constraint in relation.constraints.known():
        if column.number in constraint.columns:
            del relation.constraints[constraint.name]
            if constraint.kind in ("primary", "unique"):
                drop_foreign_keys(replay, relation, constraint.columns)
