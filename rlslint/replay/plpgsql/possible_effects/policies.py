"""What CREATE POLICY and ALTER POLICY may change."""

from __future__ import annotations

from rlslint.replay.plpgsql.possible_effects.effects import PossibleEffects
from rlslint.replay.plpgsql.possible_effects.open_names import name_pattern
from rlslint.sql.parser import Node


def create_policy(effects: PossibleEffects, node: Node) -> None:
    name = node["policy_name"]
    for table in effects.tables(node["table"]):
        if not any(policy.name == name for policy in table.policies.known()):
            effects.open(table.policies)


def alter_policy(effects: PossibleEffects, node: Node) -> None:
    matches = name_pattern(node["policy_name"])
    for table in effects.tables(node["table"]):
        for policy in table.policies.known():
            if matches(policy.name):
                for part, fact in (
                    ("roles", "roles"), ("qual", "using"), ("with_check", "check"),
                ):  # fmt: skip
                    if node.get(part):
                        effects.forget(policy, fact)
