"""INSERT and UPDATE of the rows by which a platform knows its containers (Supabase's buckets)."""

from __future__ import annotations

from rlslint.config.platforms import CONTAINERS
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Cast, Constant, Expr
from rlslint.sql.nodes import expression
from rlslint.sql.parser import Node
from rlslint.text import Statement

_COLUMNS = ("id", "name", "owner", "created_at", "updated_at", "public")
"""The first columns of the table, in their order."""


def insert_rows(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    del statement, base
    if not _is_of_containers(node):
        return
    select = node.get("selectStmt", {}).get("SelectStmt", {})
    named = tuple(item["ResTarget"]["name"] for item in node.get("cols", ()))
    for row in select.get("valuesLists", ()):
        values = map(expression, row["List"]["items"])
        held = dict(zip(named or _COLUMNS, map(_constant, values), strict=False))
        name, is_public = held.get("id"), held.get("public", False)
        if isinstance(name, str):
            if isinstance(is_public, bool):
                replay.catalog.containers[name] = is_public
            else:
                replay.catalog.containers.pop(name, None)


def update_rows(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Forget what was known: which rows a condition meets is not worked out."""
    del statement, base
    if _is_of_containers(node):
        for name in list(replay.catalog.containers):
            del replay.catalog.containers[name]


def _is_of_containers(node: Node) -> bool:
    relation = node.get("relation", {})
    return (relation.get("schemaname"), relation.get("relname")) == CONTAINERS


def _constant(value: Expr) -> object:
    match value:
        case Cast(argument):
            return _constant(argument)
        case Constant(constant):
            return constant
        case _:
            return value
