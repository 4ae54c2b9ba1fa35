"""What CREATE FUNCTION and ALTER FUNCTION may change."""

from __future__ import annotations

from rlslint.replay.plpgsql.possible_effects.effects import FUNCTION_FACTS, PossibleEffects
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node

_FUNCTION_OPTIONS = {
    "as": ("body",), "security": ("security_definer",), "set": ("settings",),
    "volatility": ("volatility",), "leakproof": ("leakproof",), "parallel": ("parallel",),
}  # fmt: skip


def create_function(effects: PossibleEffects, node: Node) -> None:
    found = effects.functions_named(strings(node["funcname"]))
    for function in found if node.get("replace") else ():
        effects.forget_all(function, FUNCTION_FACTS)
    if not found:
        effects.open(effects.catalog.functions)


def alter_function(effects: PossibleEffects, node: Node) -> None:
    for function in effects.functions_named(strings(node["func"]["objname"])):
        for item in node.get("actions", ()):
            for fact in _FUNCTION_OPTIONS.get(item["DefElem"]["defname"], ()):
                effects.forget(function, fact)
