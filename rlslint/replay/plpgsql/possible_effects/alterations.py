"""What ALTER TABLE may change."""

from __future__ import annotations

from rlslint.catalog.model import Relation
from rlslint.replay.plpgsql.possible_effects.effects import PossibleEffects
from rlslint.replay.plpgsql.possible_effects.open_names import is_open_name, name_pattern
from rlslint.sql.parser import Node

_ROW_SECURITY = {
    "AT_EnableRowSecurity": ("rls_enabled", True),
    "AT_DisableRowSecurity": ("rls_enabled", False),
    "AT_ForceRowSecurity": ("rls_forced", True),
    "AT_NoForceRowSecurity": ("rls_forced", False),
}


def alter_table(effects: PossibleEffects, node: Node) -> None:
    relations = effects.relations(node["relation"])
    for item in node["cmds"]:
        command = item["AlterTableCmd"]
        subtype = command["subtype"]
        if subtype in _ROW_SECURITY:
            for table in effects.tables(node["relation"]):
                effects.forget(table, *_ROW_SECURITY[subtype])
            continue
        for relation in relations:
            _alter(effects, relation, subtype, command)


def _alter(effects: PossibleEffects, relation: Relation, subtype: str, command: Node) -> None:
    match subtype:
        case "AT_AddColumn":
            name = command["def"]["ColumnDef"]["colname"]
            if not _has_column(relation, name):
                effects.forget(relation, "columns")
        case "AT_DropColumn":
            if is_open_name(command["name"]) or _has_column(relation, command["name"]):
                effects.forget(relation, "columns")
                effects.lose(relation.policies)
        case "AT_AlterColumnType":
            _forget_of_column(effects, relation, command["name"], "type")
        case "AT_SetNotNull" | "AT_DropNotNull":
            would_be = subtype == "AT_SetNotNull"
            _forget_of_column(effects, relation, command["name"], "not_null", would_be)
        case "AT_ColumnDefault":
            _forget_of_column(effects, relation, command["name"], "default")
        case "AT_AddConstraint":
            effects.open(relation.constraints)
            effects.open(relation.indexes)
        case "AT_DropConstraint":
            key = None if is_open_name(command["name"]) else command["name"]
            effects.lose(relation.constraints, key)
            effects.lose(relation.indexes, key)
        case "AT_ChangeOwner":
            effects.forget(relation, "owner", effects.role_name(command["newowner"]) or None)
        case "AT_AttachPartition" | "AT_DetachPartition":
            for partition in effects.relations(command["def"]["PartitionCmd"]["name"]):
                effects.forget(partition, "partition_of")
        case "AT_AddInherit" | "AT_DropInherit":
            effects.forget(relation, "parents")
        case "AT_SetRelOptions" | "AT_ResetRelOptions":
            effects.forget(relation, "options")
        case _:
            return


def _has_column(relation: Relation, name: str) -> bool:
    return relation.knows("columns") and name in relation.columns


def _forget_of_column(
    effects: PossibleEffects, relation: Relation, name: str, fact: str, would_be: object = None
) -> None:
    if not relation.knows("columns"):
        return
    matches = name_pattern(name)
    for column in relation.columns.values():
        if matches(column.name):
            effects.forget(column, fact, would_be)
