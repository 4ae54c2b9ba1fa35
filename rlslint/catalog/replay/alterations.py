"""ALTER TABLE: its actions on tables, partitions and views."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.catalog.model import Column, Relation
from rlslint.catalog.replay.columns import add_column, drop_column
from rlslint.catalog.replay.constraints import (
    add_constraint,
    default_of,
    drop_constraint,
    set_not_null,
)
from rlslint.catalog.replay.inheritance import become_partition, inheriting, note_child
from rlslint.catalog.replay.owners import change_owner
from rlslint.catalog.replay.policies import refuse_row_security
from rlslint.catalog.replay.state import Replay, handles
from rlslint.catalog.replay.views import set_options
from rlslint.sql.nodes import type_name
from rlslint.sql.parser import Node
from rlslint.text import Statement

_ROW_SECURITY = {
    "AT_EnableRowSecurity": ("rls_enabled", True),
    "AT_DisableRowSecurity": ("rls_enabled", False),
    "AT_ForceRowSecurity": ("rls_forced", True),
    "AT_NoForceRowSecurity": ("rls_forced", False),
}


@handles("AlterTableStmt")
def alter_table(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    if node.get("objtype") in ("OBJECT_INDEX", "OBJECT_TYPE"):
        return
    relation = replay.find(node["relation"])
    if relation is None:
        relation = replay.relation(node["relation"], statement)
    # ONLY keeps an action from the children (manual: ALTER TABLE).
    recurse = node["relation"].get("inh", False)
    commands = [{**item["AlterTableCmd"], "recurse": recurse} for item in node["cmds"]]
    if len(commands) > 1:
        commands.sort(key=_order)
    touches_row_security = any(command["subtype"] in _ROW_SECURITY for command in commands)
    if touches_row_security and refuse_row_security(replay, relation, statement):
        return
    for command in commands:
        _alter(replay, relation, command, statement, base)


def _order(command: Node) -> int:
    """PostgreSQL carries out the actions of one statement in passes (AlterTablePass)."""
    subtype = command["subtype"]
    if subtype == "AT_ColumnDefault":
        return 5 if "def" in command else 0
    if subtype == "AT_AddConstraint":
        keys = ("CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION")
        return 4 if command["def"]["Constraint"]["contype"] in keys else 5
    return _PASSES.get(subtype, 6)


_PASSES = {
    "AT_DropColumn": 0, "AT_DropConstraint": 0, "AT_DropNotNull": 0, "AT_DropExpression": 0,
    "AT_DropIdentity": 0, "AT_AlterColumnType": 1, "AT_AddColumn": 2, "AT_SetNotNull": 3,
    "AT_AddIdentity": 3,
}  # fmt: skip


def _alter(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    subtype = command["subtype"]
    if subtype in _ROW_SECURITY:
        fact, value = _ROW_SECURITY[subtype]
        if subtype == "AT_DisableRowSecurity":
            _remember_row_security(relation)
        relation.learn(fact, value, statement)
        return
    alteration = _ALTERATIONS.get(subtype)
    if alteration is not None:
        alteration(replay, relation, command, statement, base)


def _remember_row_security(relation: Relation) -> None:
    """Note that a table that is about to lose row security had it."""
    if not relation.knows("rls_enabled"):
        relation.forget("rls_was_enabled", relation.unknown["rls_enabled"])
    elif relation.rls_enabled and (enabled := relation.because("rls_enabled")) is not None:
        relation.learn("rls_was_enabled", True, enabled)


Alteration = Callable[[Replay, Relation, Node, Statement, int], None]


def _add_column(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    add_column(replay, relation, command["def"]["ColumnDef"], statement, base)


def _drop_column(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    drop_column(replay, relation, command["name"], statement, _recurses(command))


def _recurses(command: Node) -> bool:
    return bool(command.get("recurse", True))


def _change_type(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    column = _column(relation, command)
    if column is not None:
        column.learn("type", type_name(command["def"]["ColumnDef"]["typeName"]), statement)
        relation.columns_key = None
    for child in inheriting(replay, relation):
        _change_type(replay, child, command, statement, base)


def _set_not_null(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    value = command["subtype"] == "AT_SetNotNull"
    set_not_null(replay, relation, (command["name"],), value, statement, _recurses(command))


def _set_default(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    column = _column(relation, command)
    if column is not None:
        value = command.get("def")
        default = default_of(replay, relation, value, statement, base) if value else None
        column.learn("default", default, statement)
    for child in inheriting(replay, relation) if _recurses(command) else ():
        _set_default(replay, child, command, statement, base)


def _set_identity(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    column = _column(relation, command)
    if column is not None:
        column.learn("identity", command["subtype"] == "AT_AddIdentity", statement)


def _drop_expression(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    column = _column(relation, command)
    if column is not None:
        column.learn("generated", False, statement)


def _column(relation: Relation, command: Node) -> Column | None:
    return relation.columns.get(command.get("name", "")) if relation.knows("columns") else None


def _add_constraint(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    add_constraint(replay, relation, command["def"]["Constraint"], statement, base)


def _drop_constraint(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    cascade = command.get("behavior") == "DROP_CASCADE"
    drop_constraint(replay, relation, command["name"], cascade, _recurses(command))


def _change_owner(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    change_owner(relation, replay.role_name(command["newowner"]), statement)


def _add_parent(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    parent = replay.relation(command["def"]["RangeVar"], statement)
    note_child(replay, parent, relation)
    if relation.knows("columns"):
        replay.local_columns.update((relation.oid, name) for name in relation.columns)
    relation.learn("parents", (*relation.parents, parent), statement)


def _drop_parent(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    parent = replay.relation(command["def"]["RangeVar"], statement)
    kept = tuple(p for p in relation.parents if p is not parent)
    relation.learn("parents", kept, statement)


def _attach(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    partition = replay.relation(command["def"]["PartitionCmd"]["name"], statement)
    become_partition(replay, partition, relation, statement)


def _detach(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    partition = replay.relation(command["def"]["PartitionCmd"]["name"], statement)
    partition.learn("partition_of", None, statement)


def _set_options(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    set_options(relation, command, statement)


_ALTERATIONS: dict[str, Alteration] = {
    "AT_AddColumn": _add_column,
    "AT_DropColumn": _drop_column,
    "AT_AlterColumnType": _change_type,
    "AT_SetNotNull": _set_not_null,
    "AT_DropNotNull": _set_not_null,
    "AT_ColumnDefault": _set_default,
    "AT_AddIdentity": _set_identity,
    "AT_DropIdentity": _set_identity,
    "AT_DropExpression": _drop_expression,
    "AT_AddConstraint": _add_constraint,
    "AT_DropConstraint": _drop_constraint,
    "AT_ChangeOwner": _change_owner,
    "AT_AddInherit": _add_parent,
    "AT_DropInherit": _drop_parent,
    "AT_AttachPartition": _attach,
    "AT_DetachPartition": _detach,
    "AT_SetRelOptions": _set_options,
    "AT_ResetRelOptions": _set_options,
}
