"""What is done to tables before the history makes them, which then perhaps did not exist yet."""

from __future__ import annotations

from rlslint.catalog.facts import Members
from rlslint.catalog.model import Constraint, Index, Kind, Relation
from rlslint.replay.state import Replay
from rlslint.sql.parser import Node
from rlslint.text import Statement

_FACTS = ("rls_enabled", "rls_forced", "owner", "options")


def note_alteration(replay: Replay, relation: Relation, statement: Statement, node: Node) -> None:
    """Remember an ALTER TABLE IF EXISTS that perhaps found nothing."""
    if not relation.is_beyond_history:
        return
    noted = replay.origins.perhaps_altered
    if node.get("missing_ok"):
        noted[relation] = (*noted.get(relation, ()), statement)
    else:
        noted[relation] = ()  # A table that certainly exists now is taken to have existed before.


def settled(replay: Replay, range_var: Node, kind: Kind, statement: Statement) -> Relation | None:
    """Return the stand-in that CREATE TABLE IF NOT EXISTS makes a table of, None without one.

    What only ALTER TABLE IF EXISTS has done to it becomes unknown: either the table existed before
    that, or this statement has made it without all that.
    """
    place = replay.place_of_new(range_var)
    relation = replay.catalog.unknown_relations.get(place)
    if relation is None or place in replay.catalog.names:
        return None
    relation.settle(replay.oid(), kind, replay.session.user, statement)
    for perhaps in replay.origins.perhaps_altered.pop(relation, ()):
        for fact in _FACTS:
            if relation.statements.get(fact) is perhaps:
                relation.forget(fact, perhaps)
        _open(relation.constraints, perhaps)
        _open(relation.indexes, perhaps)
    return relation


def _open(members: Members[str, Constraint] | Members[str, Index], perhaps: Statement) -> None:
    for member in members.known():
        if member.statement is perhaps:
            del members[member.name]
            members.open(perhaps)
