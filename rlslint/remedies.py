"""SQL that mends a fault, taken as far as possible from what the project writes elsewhere."""

from __future__ import annotations

from rlslint.catalog.model import PUBLIC, Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.meaning.context import own_columns
from rlslint.project import Project
from rlslint.sql.quoting import quoted_identifier


def protection(table: Relation, project: Project) -> str:
    """Return SQL that enables row security on a table, with a policy like those of other tables.

    Where no other table shows how, that is left to the reader.
    """
    enable = f"ALTER TABLE {table.sql_name} ENABLE ROW LEVEL SECURITY;"
    policy = tenant_policy(table, project)
    return f"{enable}\n{policy}" if policy else f"{enable} -- then CREATE POLICY"


def tenant_policy(table: Relation, project: Project) -> str:
    """Return a CREATE POLICY with the predicate of another table that fits this one, "" if none."""
    if not table.knows("columns"):
        return ""
    tenant = {column.name for column in project.tenant_columns(table)}
    for policy in project.catalog.policies():
        clause = policy.using
        if clause is None or not policy.permissive or policy.command != "all":
            continue
        if _names(policy, clause) and _names(policy, clause) <= tenant:
            predicate = _written(policy, clause)
            if predicate:
                return (
                    f"CREATE POLICY {quoted_identifier(policy.name)} ON {table.sql_name}"
                    f"{_to(policy)}\n  USING ({predicate});"
                )
    return ""


def _names(policy: Policy, clause: Clause) -> set[str]:
    relation = policy.relation
    if not relation.knows("columns"):
        return set()
    columns = (relation.column(number) for number in clause.ask(own_columns))
    return {column.name for column in columns if column is not None}


def _written(policy: Policy, clause: Clause) -> str:
    """Return a predicate as it was written, "" where it could mean something else elsewhere."""
    if clause.statement is None or clause.statement.parent is not None:
        return ""
    span = clause.span()
    if span is None or policy.relation.name in span.sql or span.text.holes:
        return ""
    return " ".join(span.sql.split())


def _to(policy: Policy) -> str:
    roles = ", ".join(role if role == PUBLIC else quoted_identifier(role) for role in policy.roles)
    return "" if policy.roles == (PUBLIC,) else f" TO {roles}"
