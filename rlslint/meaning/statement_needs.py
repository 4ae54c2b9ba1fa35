"""What a statement needs of the policies of its table besides those for its own command.

Manual: CREATE POLICY, table "Policies Applied by Command Type", and the paragraphs on SELECT and
UPDATE policies.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from rlslint import NamedTuple
from rlslint.meaning.bodies import TableName
from rlslint.sql.parser import Node


class Cause(Enum):
    """What in a statement asks for policies for another command."""

    returning = "RETURNING"
    conflict = "ON CONFLICT"
    locking = "FOR UPDATE"


class Need(NamedTuple):
    """That `command` of a statement on a table asks policies for `other` as well."""

    table: TableName
    command: str
    other: str
    cause: Cause


def needs_of(node: Any) -> Iterator[Need]:
    """Yield what the statements at and below a node need."""
    match node:
        case dict():
            for kind, fields in node.items():
                match kind:
                    case "InsertStmt":
                        yield from _of_insert(fields)
                    case "SelectStmt" if "lockingClause" in fields:
                        yield from _of_locking(fields)
                yield from needs_of(fields)
        case list():
            for item in node:
                yield from needs_of(item)
        case _:
            return


def _of_insert(fields: Node) -> Iterator[Need]:
    table = _named(fields["relation"])
    if "returningClause" in fields:
        yield Need(table, "insert", "select", Cause.returning)
    conflict = fields.get("onConflictClause")
    if conflict is None:
        return
    if conflict.get("action") == "ONCONFLICT_UPDATE":
        yield Need(table, "insert", "update", Cause.conflict)
        yield Need(table, "insert", "select", Cause.conflict)
    elif "infer" in conflict:
        # Without a conflict target no column is read.
        yield Need(table, "insert", "select", Cause.conflict)


def _of_locking(fields: Node) -> Iterator[Need]:
    """Yield the tables whose rows FOR UPDATE and its like lock: all that stand in FROM, or some."""
    named = {
        name
        for clause in fields["lockingClause"]
        for item in clause["LockingClause"].get("lockedRels", ())
        if (name := item.get("RangeVar", {}).get("relname"))
    }
    for range_var in _ranges(fields.get("fromClause", ())):
        alias = range_var.get("alias", {}).get("aliasname", range_var["relname"])
        if not named or alias in named:
            yield Need(_named(range_var), "select", "update", Cause.locking)


def _ranges(items: Any) -> Iterator[Node]:
    """Yield the relations of FROM itself, those in sub-selects left out."""
    for item in items:
        match item:
            case {"RangeVar": fields}:
                yield fields
            case {"JoinExpr": join}:
                yield from _ranges([join.get("larg"), join.get("rarg")])


def _named(range_var: Node) -> TableName:
    return TableName(range_var.get("schemaname", ""), range_var["relname"])
