"""What DROP may take away."""

from __future__ import annotations

from typing import Any

from rlslint.catalog.facts import Members
from rlslint.replay.plpgsql.possible_effects.effects import (
    FUNCTION_FACTS,
    FUNCTION_KINDS,
    RELATION_KINDS,
    PossibleEffects,
)
from rlslint.replay.plpgsql.possible_effects.open_names import name_pattern
from rlslint.replay.plpgsql.possible_effects.publications import drop_publication
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node


def drop(effects: PossibleEffects, node: Node) -> None:
    kind = node["removeType"]
    for item in node["objects"]:
        if kind == "OBJECT_SCHEMA":
            _drop_schema(effects, item["String"]["sval"])
            continue
        if kind == "OBJECT_PUBLICATION":
            drop_publication(effects, item["String"]["sval"])
            continue
        if kind in FUNCTION_KINDS:
            for function in effects.functions_named(strings(item["ObjectWithArgs"]["objname"])):
                effects.forget_all(function, FUNCTION_FACTS)
                effects.lose(function.grants)
            continue
        if "List" not in item:
            continue
        names = strings(item["List"]["items"])
        if kind in RELATION_KINDS:
            for relation in effects.relations_named(names):
                effects.lose_relation(relation)
        elif kind in ("OBJECT_POLICY", "OBJECT_TRIGGER"):
            _drop_members(effects, kind, names)
        elif kind == "OBJECT_INDEX":
            _drop_index(effects, names[-1])


def _drop_schema(effects: PossibleEffects, name: str) -> None:
    matches = name_pattern(name)
    for relation in effects.all_relations():
        if matches(relation.schema):
            effects.lose_relation(relation)


def _drop_members(effects: PossibleEffects, kind: str, names: tuple[str, ...]) -> None:
    matches = name_pattern(names[-1])
    for relation in effects.relations_named(names[:-1]):
        members: Members[str, Any] = (
            relation.policies if kind == "OBJECT_POLICY" else relation.triggers
        )
        for name in list(dict.keys(members)):
            if matches(name):
                effects.lose(members, name)


def _drop_index(effects: PossibleEffects, name: str) -> None:
    matches = name_pattern(name)
    for relation in effects.all_relations():
        for index in relation.indexes.known():
            if matches(index.name):
                effects.lose(relation.indexes, index.name)
