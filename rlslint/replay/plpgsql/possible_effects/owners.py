"""What a change of owner may change."""

from __future__ import annotations

from rlslint.replay.plpgsql.possible_effects.effects import RELATION_KINDS, PossibleEffects
from rlslint.replay.plpgsql.possible_effects.open_names import name_pattern
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node


def change_owner(effects: PossibleEffects, node: Node) -> None:
    owner = effects.role_name(node["newowner"]) or None
    match node:
        case {"objectType": kind, "relation": range_var} if kind in RELATION_KINDS:
            for relation in effects.relations(range_var):
                effects.forget(relation, "owner", owner)
        case {"object": {"ObjectWithArgs": target}}:
            for function in effects.functions_named(strings(target["objname"])):
                effects.forget(function, "owner", owner)
        case {"objectType": "OBJECT_SCHEMA", "object": {"String": {"sval": name}}}:
            matches = name_pattern(name)
            for schema in effects.catalog.schemas.values():
                if matches(schema.name):
                    effects.forget(schema, "owner", owner)
        case _:
            return


def reassign_owned(effects: PossibleEffects, node: Node) -> None:
    names = {effects.role_name(item["RoleSpec"]) for item in node["roles"]}
    for owned in (*effects.all_relations(), *effects.catalog.functions.known()):
        if owned.knows("owner") and ("" in names or owned.owner in names):
            effects.forget(owned, "owner")
