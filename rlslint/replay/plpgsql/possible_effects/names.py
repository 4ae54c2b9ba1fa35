"""What a new name or schema may change."""

from __future__ import annotations

from rlslint.replay.plpgsql.possible_effects.effects import RELATION_KINDS, PossibleEffects
from rlslint.sql.parser import Node


def rename(effects: PossibleEffects, node: Node) -> None:
    kind = node["renameType"]
    if "relation" not in node:
        return
    for relation in effects.relations(node["relation"]):
        if kind in RELATION_KINDS:
            effects.lose_relation(relation)
        elif kind == "OBJECT_COLUMN":
            effects.forget(relation, "columns")
        elif kind == "OBJECT_POLICY":
            effects.lose(relation.policies)
        elif kind == "OBJECT_TABCONSTRAINT":
            effects.lose(relation.constraints)
            effects.lose(relation.indexes)


def set_schema(effects: PossibleEffects, node: Node) -> None:
    if "relation" in node:
        for relation in effects.relations(node["relation"]):
            effects.lose_relation(relation)
