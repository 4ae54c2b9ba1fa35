"""SQL that mends a fault, taken as far as possible from what the project writes elsewhere."""

from __future__ import annotations

from rlslint.access import relations_looked_up
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.project.project import Project
from rlslint.sql.plain_spelling import plain
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
    for names, policy in project.model_policies.items():
        if names <= tenant and (predicate := _written(policy, table, project)):
            name, roles = quoted_identifier(policy.name), _to(policy)
            return f"CREATE POLICY {name} ON {table.sql_name}{roles}\n  USING ({predicate});"
    return ""


def _written(policy: Policy, table: Relation, project: Project) -> str:
    """Return the predicate as it was written, "" where it could not stand in a policy of `table`.

    It could mean something else there, or lead back to the table itself.
    """
    clause = policy.using
    if clause is None or clause.statement is None or not clause.statement.is_written:
        return ""
    if table in clause.ask(relations_looked_up, project.catalog):
        return ""
    span = clause.span()
    if span is None or policy.relation.name in span.sql or span.text.holes:
        return ""
    return plain(span)


def _to(policy: Policy) -> str:
    if policy.roles == (PUBLIC,):
        return ""
    return f" TO {quoted_roles(policy.roles)}"
