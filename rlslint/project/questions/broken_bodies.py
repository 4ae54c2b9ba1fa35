"""Functions whose bodies name what was renamed: policies follow renames, strings do not."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.binding import Scope, bind, find_relation
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.meaning.bodies import body_statements, tables_read, tables_written
from rlslint.meaning.calls import search_path_of
from rlslint.project.project import Project
from rlslint.sql.expressions import Column, Expr, Query
from rlslint.sql.nodes import query
from rlslint.text import Statement


class BrokenBody(NamedTuple):
    """That `policies` call a function which names `old_name`, and `statement` has renamed that."""

    function: Function
    old_name: str
    new_name: str
    statement: Statement
    policies: tuple[Policy, ...]


def broken_bodies(table: Relation, project: Project) -> Iterator[BrokenBody]:
    """Yield the functions of policies that name a table, or a column of it, as it was called."""
    renamings = [*_renamings_of_table(table), *_renamings_of_columns(table)]
    if not renamings:
        return
    for function, policies in project.policy_functions.items():
        if function.language not in ("sql", "plpgsql") or function.atomic:
            continue
        written = function.because("body")
        for old, new, column, statement in renamings:
            # What was written later was written for the new name, or never ran.
            if written is not None and written.number > statement.number:
                continue
            if (
                _names_column(function, table, old, project)
                if column
                else _names_table(function, table, project)
            ):
                yield BrokenBody(function, old, new, statement, policies)
                break


_Renaming = tuple[str, str, bool, Statement]
"""The old and the new name, whether it is that of a column, and the statement."""


def _renamings_of_table(table: Relation) -> Iterator[_Renaming]:
    old = f"{table.before('schema')}.{table.before('name')}"
    for part in ("name", "schema"):
        if table.earlier is not None and part in table.earlier:
            statement = table.because(part)
            if statement is not None:
                yield old, str(table), False, statement


def _renamings_of_columns(table: Relation) -> Iterator[_Renaming]:
    for column in table.columns.values() if table.knows("columns") else ():
        if column.earlier is not None and "name" in column.earlier:
            statement = column.because("name")
            old = column.before("name")
            if statement is not None and old not in table.columns:
                yield old, column.name, True, statement


def _names_table(function: Function, table: Relation, project: Project) -> bool:
    """Tell whether a body names a table by its old name, and nothing has that name now."""
    path, catalog = search_path_of(function), project.catalog
    old_schema, old_name = table.before("schema"), table.before("name")
    for schema, name in (*tables_read(function), *tables_written(function)):
        if name != old_name or (schema or old_schema) != old_schema:
            continue
        if not schema and old_schema not in path:
            continue
        if find_relation(catalog, path, schema, name) is None:
            return True
    return False


def _names_column(function: Function, table: Relation, old: str, project: Project) -> bool:
    """Tell whether a query of a body reads a column of a table by its old name."""
    if old in function.argument_names:
        return False
    scope = Scope(project.catalog, search_path_of(function), function.created)
    for one in body_statements(function):
        node = one.node.get("SelectStmt")
        if node is not None and _reads(bind(query(node), scope), table, old):
            return True
    return False


def _reads(expression: Expr, table: Relation, old: str) -> bool:
    parts = list(expression.walk())
    sources = [source for part in parts if isinstance(part, Query) for source in part.sources]
    called = {source.alias or source.name for source in sources if source.relation is table}
    return bool(called) and any(
        isinstance(part, Column)
        and part.binding is None
        and part.name == old
        and (len(part.names) == 1 or part.names[-2] in called)
        for part in parts
    )
