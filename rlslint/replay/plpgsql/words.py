"""What SQL may change that cannot be parsed for what is not known in it."""

from __future__ import annotations

import re

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import Role
from rlslint.replay.doubtful import DOUBTFUL, Doubts
from rlslint.replay.open_names import ANYTHING, all_relations, is_open_name, relations_named
from rlslint.replay.plpgsql.values import names_in
from rlslint.replay.state import Replay
from rlslint.text.patterns import Pattern

_TABLE_IN_WORDS = Pattern(
    r"(?:\balter\s+table(?:\s+if\s+exists)?(?:\s+only)?|\bon(?:\s+table)?)\s+([\w.\"]+)",
    re.IGNORECASE,
)


def doubt_by_words(replay: Replay, doubts: Doubts, sql: str) -> None:
    """Make unknown what SQL may change, by its words."""
    lower = sql.lower().strip()
    everything = lower.startswith((ANYTHING, "create table", "drop table", "drop schema"))
    alters = re.match(r"alter\s+table", lower) is not None
    rest = everything or (alters and lower.endswith(ANYTHING))
    for relation in _relations(replay, doubts, sql):
        if rest or "row level security" in lower:
            doubts.forget(relation, ("rls_enabled", "rls_forced"))
        if everything or "policy" in lower:
            doubts.lose(relation.policies, list(dict.keys(relation.policies)))
        if everything or "grant" in lower or "revoke" in lower:
            doubts.lose(relation.grants, list(dict.keys(relation.grants)))
        if rest or "owner" in lower:
            doubts.forget(relation, ("owner",))
        if rest or alters:
            doubts.forget(relation, ("columns",))
    _of_other_words(replay, doubts, lower, everything)


def _relations(replay: Replay, doubts: Doubts, sql: str) -> list[Relation]:
    """Return the relations that the words may be about."""
    named = _TABLE_IN_WORDS().search(sql)
    names = names_in(named.group(1)) if named else ()
    if not names:
        return all_relations(replay)
    if any(map(is_open_name, names)):
        return relations_named(replay, names[-2] if len(names) > 1 else "", names[-1])
    return [replay.relation_named(names, doubts.statement)]


def _of_other_words(replay: Replay, doubts: Doubts, lower: str, everything: bool) -> None:
    if everything:
        doubts.open(replay.catalog.relations)
    if everything or re.search(r"function|procedure|routine", lower):
        for function in replay.catalog.functions.known():
            doubts.forget(function, DOUBTFUL[Function])
            doubts.lose(function.grants, list(dict.keys(function.grants)))
        doubts.open(replay.catalog.functions)
    if everything or re.search(r"\b(alter|create)\s+(role|user)\b", lower):
        for role in replay.catalog.roles.values():
            doubts.forget(role, (fact for fact in DOUBTFUL[Role] if fact != "settings"))
            doubts.lose(role.memberships, list(dict.keys(role.memberships)))
