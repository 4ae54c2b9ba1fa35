"""Columns into which every INSERT has to write whose a row is."""

from __future__ import annotations

from collections.abc import Mapping

from rlslint import NamedTuple
from rlslint.catalog.model import Column, Policy, Relation
from rlslint.meaning.bounds import bounds_of
from rlslint.meaning.context import is_own, is_row_free, own_column
from rlslint.project.project import Project, is_only_key
from rlslint.project.questions import served_roles
from rlslint.project.questions.rewording import written
from rlslint.sql.expressions import And, Expr, Operator, Query, SubSelect


class GivenTenant(NamedTuple):
    """That new rows of a table need the caller's value in `column`, as a policy says."""

    table: Relation
    column: Column
    policy: Policy

    def default(self, project: Project) -> str:
        """Return the SQL of that value, "" where it cannot be told."""
        return _value(self.policy, self.column, project)


def given_tenants(table: Relation, project: Project) -> tuple[tuple[GivenTenant, ...], ...]:
    """Return the columns that this is the first table to have, each with all tables alike.

    How a column is filled is decided once for all tables, so they are one fault.
    """
    return project.ask(_by_first_table).get(table, ())


def _by_first_table(project: Project) -> dict[Relation, tuple[tuple[GivenTenant, ...], ...]]:
    found: dict[str, list[GivenTenant]] = {}
    for table in project.catalog.tables():
        if table.knows("rls_enabled") and table.rls_enabled and not table.is_beyond_history:
            one = _given_in(table, project)
            if one is not None:
                found.setdefault(one.column.name, []).append(one)
    groups: dict[Relation, tuple[tuple[GivenTenant, ...], ...]] = {}
    for alike in found.values():
        table = alike[0].table
        groups[table] = (*groups.get(table, ()), tuple(alike))
    return groups


def _given_in(table: Relation, project: Project) -> GivenTenant | None:
    if table.unknown or table.triggers.is_open or table.policies.is_open:
        return None
    if table.partition_of is not None or project.is_shared(table) or _is_filled(table):
        return None
    if not project.reachable_by(table, "insert"):
        return None
    for policy in table.policies.known():
        if policy.unknown or not policy.covers("insert") or not served_roles(policy, project):
            continue
        column = _needed(policy, project)
        if column is not None and not _always_names(table, column, project):
            return GivenTenant(table, column, policy)
    return None


def _is_filled(table: Relation) -> bool:
    """Tell whether a trigger, or a rule in its stead, may fill in columns of new rows."""
    return any(
        trigger.enabled and trigger.before and "insert" in trigger.events
        for trigger in table.triggers.known()
    )


def _needed(policy: Policy, project: Project) -> Column | None:
    """Return a column that has to hold the one value of a setting, and has no default."""
    check, table = policy.effective_check, policy.relation
    if check is None:
        return None
    for bound in project.predicate(check).ask(bounds_of, project.context_functions):
        if bound.form != "equality" or len(bound.columns) != 1:
            continue
        # Who writes a row is often said by the client, which knows it; whose tenant, by the server.
        if any(read.kind != "setting" for read in bound.reads):
            continue
        column = table.column(next(iter(bound.columns)))
        if column is None or column.unknown or is_only_key(table, column):
            continue
        has_value = column.default is not None or column.identity or column.generated
        if column.not_null and not has_value:
            return column
    return None


def _always_names(table: Relation, column: Column, project: Project) -> bool:
    """Tell whether all INSERTs of the application that are at hand give the column a value."""
    lists = project.ask(_columns_of_inserts).get(table, ())
    return bool(lists) and all(not names or column.name in names for names in lists)


def _columns_of_inserts(project: Project) -> Mapping[Relation, list[list[str]]]:
    """Return which columns the INSERTs of the application name, none where all have their turn."""
    from rlslint.project.questions.queried_tables import tables_of_statement

    found: dict[Relation, list[list[str]]] = {}
    for query in project.queries:
        for parsed in query.statements:
            if parsed.statement.kind == "InsertStmt":
                names = [item["ResTarget"].get("name") for item in parsed.node.get("cols", ())]
                for table in tables_of_statement(parsed, project)[:1]:
                    found.setdefault(table, []).append(names)
    return found


def _value(policy: Policy, column: Column, project: Project) -> str:
    """Return what the policy compares the column with, as a default may say it."""
    clause = policy.effective_check
    if clause is None:
        return ""
    expression = clause.expression
    for part in expression.arguments if isinstance(expression, And) else (expression,):
        match part:
            case Operator("=", Expr() as left, right) if not part.quantifier:
                for row, other in ((left, right), (right, left)):
                    if is_own(row) and own_column(row) == column.number:
                        value = _without_query(other)
                        if is_row_free(value, project.context_functions):
                            return written(clause, value)
    return ""


def _without_query(value: Expr) -> Expr:
    """A default has no sub-select: return what `(SELECT …)` computes."""
    match value:
        case SubSelect("scalar", None, Query() as query):
            if not query.sources and not query.conditions and len(query.outputs) == 1:
                return query.outputs[0]
    return value
