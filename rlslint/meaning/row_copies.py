"""What the body of a trigger function puts of the rows that set it off into other tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rlslint import NamedTuple
from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import BodyStatement, TableName, body_statements
from rlslint.meaning.body_access import parts_of
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node

WHOLE_ROW = "*"
"""Stands for all columns of a row."""

_ROWS = frozenset(("new", "old"))
_WRITES = ("InsertStmt", "UpdateStmt", "MergeStmt")
_CONDITIONS = frozenset(
    ("whereClause", "havingClause", "quals", "joinCondition", "condition", "withClause", "NullTest")
)
"""What decides about rows and is no part of them."""

Columns = frozenset[str]
"""Names of columns of the row that set a trigger off, WHOLE_ROW for all."""


class RowCopy(NamedTuple):
    """That a body writes columns of the row that set the trigger off into a table."""

    table: TableName
    columns: Columns


def row_copies(function: Function, transition_tables: frozenset[str]) -> tuple[RowCopy, ...]:
    """Return what a trigger function copies, each table once, in order.

    `transition_tables` are the names that REFERENCING gives to the rows of a statement. What is
    only compared with a row is no copy of it. Raises UnknownFact where the body is not certain.
    """
    found: dict[TableName, Columns] = {}
    variables: dict[str, Columns] = {}
    for statement in body_statements(function):
        for kind, fields in parts_of(statement.node):
            if kind in _WRITES:
                relation = fields["relation"]
                table = TableName(relation.get("schemaname", ""), relation["relname"])
                columns = columns_in({kind: fields}, variables, transition_tables)
                found[table] = found.get(table, frozenset()) | columns
        columns_given(statement, variables, transition_tables)
    return tuple(RowCopy(table, columns) for table, columns in found.items() if columns)


def columns_given(
    statement: BodyStatement, variables: dict[str, Columns], transition_tables: frozenset[str]
) -> None:
    """Note in `variables` what columns of the row a statement gives to which of them."""
    held = columns_in(statement.node, variables, transition_tables)
    for name in statement.into:
        # A variable that is a record takes one field after the other.
        variables[name] = variables.get(name, frozenset()) | held


def columns_in(
    node: Node, variables: dict[str, Columns], transition_tables: frozenset[str]
) -> Columns:
    """Return the columns of the row that are in what a statement gives or writes."""
    statement_rows = frozenset(
        fields.get("alias", {}).get("aliasname", fields["relname"])
        for kind, fields in parts_of(node)
        if kind == "RangeVar" and fields["relname"] in transition_tables
    )
    found: set[str] = set()
    for first, *others in _references(node):
        if first in _ROWS or first in statement_rows:
            found.add(others[0] if others else WHOLE_ROW)
        elif first in variables:
            whole = WHOLE_ROW in variables[first] and bool(others)
            found |= {others[0]} if whole else variables[first]
        elif statement_rows and not others:
            # A column need not say whose it is.
            found.add(first)
    return frozenset(found)


def _references(node: Any) -> Iterator[tuple[str, ...]]:
    """Yield the names of the columns and variables of a statement, conditions left out."""
    waiting = [node]
    while waiting:
        match waiting.pop():
            case {"ColumnRef": {"fields": fields}}:
                yield strings([one for one in fields if "String" in one]) or (WHOLE_ROW,)
            case {"A_Expr": {"name": [{"String": {"sval": "->" | "->>"}}], **sides}}:
                # A key of a row that was made a document is a column of it.
                key = _key(sides.get("rexpr"))
                for names in _references(sides.get("lexpr")):
                    yield (*names, key) if key else names
            case {"CaseWhen": {"result": result}}:
                waiting.append(result)
            case dict() as fields:
                waiting += [value for key, value in fields.items() if key not in _CONDITIONS]
            case list() as items:
                waiting += items


def _key(node: object) -> str:
    match node:
        case {"A_Const": {"sval": {"sval": str() as key}}}:
            return key
        case _:
            return ""
