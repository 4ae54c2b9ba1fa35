"""Statements about rows that PostgreSQL refuses: what they name is gone, or may not be NULL.

Such a statement takes the transaction with it, and so all that the transaction has changed.
"""

from __future__ import annotations

from itertools import zip_longest

from rlslint.catalog.model import Kind, Relation
from rlslint.replay.refusals import Refused, must_have_columns
from rlslint.replay.state import Replay
from rlslint.sql.parser import Node
from rlslint.text import Statement


def refuse_rows(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Refuse a statement about rows of a table that is gone, or of columns that it has not."""
    del base
    relation = replay.find(node["relation"])
    if relation is None:
        # What was never there may be made elsewhere; that is for others to say.
        schema, name = node["relation"].get("schemaname", ""), node["relation"]["relname"]
        if replay.catalog.is_gone((schema,) if schema else replay.search_path, name):
            raise Refused("undefined_table")
        return
    if statement.kind == "InsertStmt":
        columns = [item["ResTarget"].get("name", "") for item in node.get("cols", ())]
        must_have_columns(relation, columns)
        if _keeps_what_is_given(replay, relation):
            _must_be_filled(relation, columns, node.get("selectStmt", {}))
    elif statement.kind == "UpdateStmt":
        must_have_columns(
            relation, [item["ResTarget"].get("name", "") for item in node.get("targetList", ())]
        )


def _keeps_what_is_given(replay: Replay, relation: Relation) -> bool:
    """Tell whether no trigger and no rule comes between a statement and the rows."""
    return (
        relation.knows("kind")
        and relation.knows("columns")
        and relation.kind is Kind.table
        and not relation.triggers.is_open
        and not dict.__len__(relation.triggers)
        and not any(oid == relation.oid for oid, _ in replay.origins.rules)
    )


def _must_be_filled(relation: Relation, columns: list[str], source: Node) -> None:
    """Refuse NULL that is written for a column without NULLs."""
    names = columns or list(relation.columns)
    for row in source.get("SelectStmt", {}).get("valuesLists", ())[:_MOST_ROWS]:
        for name, value in zip_longest(names, row["List"]["items"]):
            column = relation.columns.get(name or "")
            is_null = value is not None and value.get("A_Const", {}).get("isnull", False)
            if is_null and column is not None and column.knows("not_null") and column.not_null:
                raise Refused("not_null_violation")


_MOST_ROWS = 100
