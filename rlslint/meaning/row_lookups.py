"""What a trigger function looks up for the row that sets it off, and decides by."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import BodyStatement, TableName, body_statements, tables_in
from rlslint.meaning.body_access import parts_of
from rlslint.sql.nodes import strings


def lookups_by_row(function: Function) -> Iterator[TableName]:
    """Yield the tables in which a body looks for what a row refers to, if it goes by the answer.

    It does where it asks FOUND, or for the variable that the answer is in, or asks EXISTS itself.
    Raises UnknownFact where the body is not certain.
    """
    statements = body_statements(function)
    for number, statement in enumerate(statements):
        reads, writes = tables_in(statement)
        if writes or not reads or not _names(statement) & {"new", "old"}:
            continue
        answers = {*statement.into, "found"} if statement.into else {"found"}
        later = statements[number + 1 :]
        is_condition = not statement.into and _is_condition(statement)
        if is_condition or any(_is_condition(one) and _names(one) & answers for one in later):
            yield from reads


def _is_condition(statement: BodyStatement) -> bool:
    """Tell whether a fragment is the condition of IF, WHILE or CASE: `SELECT ROW(condition)`."""
    match statement.node:
        case {"SelectStmt": {"targetList": [{"ResTarget": {"val": {"RowExpr": _}}}]}}:
            return True
        case _:
            return False


def _names(statement: BodyStatement) -> set[str]:
    """Return the first words of all names of columns and variables."""
    return {
        names[0]
        for kind, fields in parts_of(statement.node)
        if kind == "ColumnRef" and (names := strings(fields["fields"]))
    }
