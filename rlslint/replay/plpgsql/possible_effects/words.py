"""What SQL may change that cannot be parsed for what is not known in it."""

from __future__ import annotations

import re

from rlslint.replay.plpgsql.possible_effects.effects import (
    FUNCTION_FACTS,
    ROLE_ATTRIBUTES,
    PossibleEffects,
)
from rlslint.replay.plpgsql.possible_effects.open_names import ANYTHING
from rlslint.replay.plpgsql.values import dotted_name

_TABLE_IN_WORDS = re.compile(
    r"(?:\balter\s+table(?:\s+if\s+exists)?(?:\s+only)?|\bon(?:\s+table)?)\s+([\w.\"]+)",
    re.IGNORECASE,
)


def make_unknown_by_words(effects: PossibleEffects, sql: str) -> None:
    """Make unknown what SQL may change that cannot be parsed for what is not known in it."""
    lower = sql.lower().strip()
    named = _TABLE_IN_WORDS.search(sql)
    names = dotted_name(named.group(1)) if named else ()
    relations = effects.relations_named(names) if names else effects.all_relations()
    everything = lower.startswith((ANYTHING, "create table", "drop table", "drop schema"))
    alters = re.match(r"alter\s+table", lower) is not None
    rest = everything or (alters and lower.endswith(ANYTHING))
    for relation in relations:
        if rest or "row level security" in lower:
            effects.forget(relation, "rls_enabled")
            effects.forget(relation, "rls_forced")
        if everything or "policy" in lower:
            effects.lose(relation.policies)
        if everything or "grant" in lower or "revoke" in lower:
            effects.lose(relation.grants)
        if rest or "owner" in lower:
            effects.forget(relation, "owner")
        if rest or alters:
            effects.forget(relation, "columns")
    _of_other_words(effects, lower, everything)


def _of_other_words(effects: PossibleEffects, lower: str, everything: bool) -> None:
    if everything:
        effects.open(effects.catalog.relations)
    if everything or re.search(r"function|procedure|routine", lower):
        for function in effects.catalog.functions.known():
            effects.forget_all(function, FUNCTION_FACTS)
            effects.lose(function.grants)
        effects.open(effects.catalog.functions)
    if everything or re.search(r"\b(alter|create)\s+(role|user)\b", lower):
        for role in effects.catalog.roles.values():
            effects.forget_all(role, ROLE_ATTRIBUTES.values())
            effects.lose(role.memberships)
