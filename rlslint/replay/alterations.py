"""ALTER TABLE: its actions on tables, partitions and views."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rlslint.catalog.model import Column, Relation
from rlslint.replay import ANY_ERROR, Refused, must_have
from rlslint.replay.dependencies import note_type
from rlslint.replay.inheritance import (
    inheriting,
    is_given_by_parent,
    join_parent,
    leave_parent,
)
from rlslint.replay.owners import must_own
from rlslint.replay.policies import refuse_row_security
from rlslint.replay.state import Replay
from rlslint.replay.tables import add_column, note_alteration
from rlslint.sql.nodes import type_name
from rlslint.sql.parser import Node
from rlslint.text import Statement

if TYPE_CHECKING:
    from rlslint.replay.cascades import Drop

_ROW_SECURITY = {
    "AT_EnableRowSecurity": ("rls_enabled", True),
    "AT_DisableRowSecurity": ("rls_enabled", False),
    "AT_ForceRowSecurity": ("rls_forced", True),
    "AT_NoForceRowSecurity": ("rls_forced", False),
}


def alter_table(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    if node.get("objtype") == "OBJECT_INDEX":
        _alter_index(replay, node)
        return
    if node.get("objtype") == "OBJECT_TYPE":
        return
    if replay.passes_over(node):
        return
    relation = replay.relation(node["relation"], statement)
    must_own(replay, relation)
    note_alteration(replay, relation, statement, node)
    # ONLY keeps an action from the children (manual: ALTER TABLE).
    recurse = node["relation"].get("inh", False)
    commands = [{**item["AlterTableCmd"], "recurse": recurse} for item in node["cmds"]]
    if any(command["subtype"] in _ROW_SECURITY for command in commands):
        refuse_row_security(relation, statement)
    while commands:
        commands.sort(key=_order)
        command = commands.pop(0)
        if command["subtype"] == "AT_AddColumn":
            commands += _add_column(replay, relation, command, statement, base)
        else:
            _alter(replay, relation, command, statement, base)


def _alter_index(replay: Replay, node: Node) -> None:
    for item in node["cmds"]:
        match item["AlterTableCmd"]:
            case {"subtype": "AT_AttachPartition", "def": {"PartitionCmd": {"name": part}}}:
                from rlslint.replay.partition_indexes import attach_index

                attach_index(replay, node["relation"], part)


def _order(command: Node) -> tuple[int, bool]:
    """PostgreSQL carries out the actions of one statement in passes (AlterTablePass).

    In a pass, the constraints beside new columns come first.
    """
    subtype = command["subtype"]
    if subtype == "AT_ColumnDefault":
        return 5 if "def" in command else 0, True
    if subtype == "AT_AddConstraint":
        return _PASS_OF_CONSTRAINT.get(command["def"]["Constraint"]["contype"], 5), (
            "column" not in command
        )
    return _PASSES.get(subtype, 6), True


_PASS_OF_CONSTRAINT = {
    "CONSTR_NOTNULL": 3, "CONSTR_PRIMARY": 4, "CONSTR_UNIQUE": 4, "CONSTR_EXCLUSION": 4,
}  # fmt: skip
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
        relation.learn(fact, value, statement)
        if subtype == "AT_EnableRowSecurity" and "protected" not in relation.statements:
            relation.because_of("protected", statement)
        replay.has_forced |= subtype == "AT_ForceRowSecurity"
        return
    alteration = _ALTERATIONS.get(subtype)
    if alteration is not None:
        alteration(replay, relation, command, statement, base)


Alteration = Callable[[Replay, Relation, Node, Statement, int], None]


def _add_column(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> list[Node]:
    """Add a column; return the actions that add its constraints."""
    definition = command["def"]["ColumnDef"]
    if relation.knows("partition_of") and relation.partition_of is not None:
        raise Refused("wrong_object_type")
    if not command["recurse"] and inheriting(replay, relation):
        raise Refused("invalid_table_definition")
    if not command.get("missing_ok"):
        if not relation.knows("columns"):
            replay.perhaps_refused("duplicate_column")
        elif definition["colname"] in relation.columns:
            raise Refused("duplicate_column")
    if not add_column(replay, relation, definition, statement, base):
        return []
    beside = [item["Constraint"] for item in definition.get("constraints", ())]
    if not beside:
        return []
    from rlslint.replay.constraints import in_order_of_making, is_table_constraint

    column = definition["colname"]
    return [
        {
            "subtype": "AT_AddConstraint",
            "def": {"Constraint": node},
            "column": column,
            "recurse": command["recurse"],
        }
        for _, node in in_order_of_making(
            (column, node) for node in beside if is_table_constraint(node)
        )
    ]


def _drop_column(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    column = None if command.get("missing_ok") else _column(replay, relation, command)
    if column is not None and is_given_by_parent(replay, relation, column.name):
        raise Refused("invalid_table_definition")
    if column is not None and column.number in relation.partition_key:
        raise Refused("invalid_table_definition")
    _removal(replay, statement, command).column(relation, command["name"], _recurses(command))


def _removal(replay: Replay, statement: Statement, command: Node) -> Drop:
    from rlslint.replay.cascades import Drop

    return Drop(replay, statement, command.get("behavior") == "DROP_CASCADE")


def _recurses(command: Node) -> bool:
    return bool(command.get("recurse", True))


def _change_type(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    replay.perhaps_refused(ANY_ERROR)
    from rlslint.replay.partition_indexes import rebuild_indexes

    column = _column(replay, relation, command)
    if column is not None:
        _removal(replay, statement, command).users_of_column(relation, column.number)
        column.learn("type", type_name(command["def"]["ColumnDef"]["typeName"]), statement)
        relation.become("columns_key", None)
        note_type(replay, relation, column)
        rebuild_indexes(replay, relation, column.number)
    for child in inheriting(replay, relation):
        _change_type(replay, child, command, statement, base)


def _set_not_null(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    from rlslint.replay.not_null import set_not_null

    replay.perhaps_refused("not_null_violation")
    _column(replay, relation, command)
    set_not_null(replay, relation, (command["name"],), statement, "", _recurses(command))


def _drop_not_null(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    from rlslint.replay.not_null import drop_not_null

    column = _column(replay, relation, command)
    if column is not None and any(
        key.kind == "primary" and column.number in key.columns
        for key in relation.constraints.known()
    ):
        raise Refused("invalid_table_definition")
    drop_not_null(replay, relation, command["name"], statement, _recurses(command))


def _set_default(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    from rlslint.replay.constraints import default_of

    column = _column(replay, relation, command)
    if column is not None:
        value = command.get("def")
        default = default_of(replay, relation, value, statement, base) if value else None
        column.learn("default", default, statement)
    for child in inheriting(replay, relation) if _recurses(command) else ():
        _set_default(replay, child, command, statement, base)


def _set_identity(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    column = _column(replay, relation, command)
    if column is not None:
        column.learn("identity", command["subtype"] == "AT_AddIdentity", statement)
    for child in inheriting(replay, relation):
        if child.partition_of is relation:
            _set_identity(replay, child, command, statement, base)


def _drop_expression(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    column = _column(replay, relation, command)
    if column is not None and column.generated:
        column.learn("generated", False, statement)
        replay.origins.generated.pop((relation.oid, column.number), None)
        column.learn("default", None, statement)
    for child in inheriting(replay, relation):
        _drop_expression(replay, child, command, statement, base)


def _column(replay: Replay, relation: Relation, command: Node) -> Column | None:
    """Return the column that an action is about, None where the columns are not known."""
    if not relation.knows("columns"):
        replay.perhaps_refused("undefined_column")
        return None
    column = relation.columns.get(command.get("name", ""))
    if column is None:
        raise Refused("undefined_column")
    return column


def _add_constraint(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    from rlslint.replay.constraints import add_constraint

    beside = command.get("column", "")
    column = relation.columns.get(beside) if relation.knows("columns") else None
    constraint = command["def"]["Constraint"]
    add_constraint(replay, relation, constraint, statement, base, column, _recurses(command))


def _drop_constraint(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    removal = _removal(replay, statement, command)
    found = removal.constraint(relation, command["name"], _recurses(command))
    if not found and not command.get("missing_ok") and relation.knows("columns"):
        must_have(replay, relation, relation.constraints)


def _change_owner(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    from rlslint.replay.owners import change_owner

    change_owner(relation, replay.role_name(command["newowner"]), statement)


def _add_parent(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    parent = replay.relation(command["def"]["RangeVar"], statement)
    join_parent(replay, relation, parent, statement)


def _drop_parent(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    parent = replay.relation(command["def"]["RangeVar"], statement)
    leave_parent(replay, relation, parent, statement)


def _attach(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    from rlslint.replay.partitions import become_partition

    partition = replay.relation(command["def"]["PartitionCmd"]["name"], statement)
    become_partition(replay, partition, relation, statement, is_new=False)


def _detach(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    from rlslint.replay.partitions import detach_partition, keep_bound

    partition = replay.relation(command["def"]["PartitionCmd"]["name"], statement)
    is_concurrent = command["def"]["PartitionCmd"].get("concurrent", False)
    if is_concurrent:
        replay.must_be_alone(statement)
    if partition.knows("partition_of") and partition.partition_of is not relation:
        raise Refused("undefined_table")
    detach_partition(replay, partition, statement)
    if is_concurrent:
        keep_bound(replay, partition, relation, statement)


def _set_options(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    from rlslint.replay.views import set_options

    set_options(relation, command, statement)


def _set_firing(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    # A trigger ENABLEd as REPLICA fires only where changes are replicated (manual: ALTER TABLE).
    from rlslint.replay.partition_triggers import set_firing

    fires = command["subtype"] in (
        "AT_EnableTrig", "AT_EnableAlwaysTrig", "AT_EnableTrigAll", "AT_EnableTrigUser",
    )  # fmt: skip
    set_firing(replay, relation, command.get("name", ""), fires, _recurses(command))


def _set_rule_firing(
    replay: Replay, relation: Relation, command: Node, statement: Statement, base: int
) -> None:
    from rlslint.replay.types import set_rule_firing

    fires = command["subtype"] in ("AT_EnableRule", "AT_EnableAlwaysRule")
    set_rule_firing(relation, command["name"], fires)


_ALTERATIONS: dict[str, Alteration] = {
    **dict.fromkeys(
        ("AT_EnableRule", "AT_EnableAlwaysRule", "AT_EnableReplicaRule", "AT_DisableRule"),
        _set_rule_firing,
    ),
    **dict.fromkeys(
        (
            "AT_EnableTrig",
            "AT_EnableAlwaysTrig",
            "AT_EnableReplicaTrig",
            "AT_EnableTrigAll",
            "AT_EnableTrigUser",
            "AT_DisableTrig",
            "AT_DisableTrigAll",
            "AT_DisableTrigUser",
        ),
        _set_firing,
    ),
    "AT_DropColumn": _drop_column,
    "AT_AlterColumnType": _change_type,
    "AT_SetNotNull": _set_not_null,
    "AT_DropNotNull": _drop_not_null,
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
