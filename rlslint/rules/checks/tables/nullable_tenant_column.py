"""nullable-tenant-column: rows without a tenant are nobody's, and nothing keeps them out."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.overwriting import overwriting_triggers
from rlslint.catalog.model import Column, Policy, Table
from rlslint.catalog.predicates import Clause
from rlslint.meaning.bounds import bounds_of
from rlslint.meaning.branches import branches
from rlslint.meaning.context import own_columns
from rlslint.project.findings import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.exposure import served_roles
from rlslint.project.questions.new_rows import bound_columns
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Call, IsNull, Operator
from rlslint.sql.quoting import quoted_identifier

_PLAIN = frozenset(
    """bigint bpchar char citext int2 int4 int8 integer name numeric smallint text uuid varchar
    """.split()  # noqa: SIM905
)
"""Types that say nothing of NULL themselves; a domain may."""


@rule
def nullable_tenant_column(table: Table, project: Project) -> Iterator[Finding]:
    if not table.rls_enabled or table.is_beyond_history or project.is_shared(table):
        return
    if not table.grants.is_open and not table.grants.known():
        return
    readers = [
        policy
        for policy in table.policies.values()
        if policy.permissive and policy.covers("select") and served_roles(policy, project)
    ]
    usings = [policy.using for policy in readers if policy.using is not None]
    if not usings:
        return
    always = frozenset.intersection(*[_always_bound(using, project) for using in usings])
    for number in sorted(always):
        column = table.column(number)
        if column is not None and _may_be_null(column, table, project):
            yield _finding(table, column, readers, project)
            return


def _always_bound(using: Clause, project: Project) -> frozenset[int]:
    """Return the columns without which no alternative of a condition is true."""
    expression = project.predicate(using).expression
    compared = frozenset(
        number
        for bound in project.predicate(using).ask(bounds_of, project.context_functions)
        if bound.form == "equality" and len(bound.columns) == 1
        for number in bound.columns
    )
    ways = [bound_columns(branch, project) & compared for branch in branches(expression)]
    return frozenset.intersection(*ways) if ways else frozenset()


def _may_be_null(column: Column, table: Table, project: Project) -> bool:
    """Tell whether nothing keeps NULL out of a column, and nothing speaks of it."""
    if column.not_null or column.generated or column.type.partition("(")[0] not in _PLAIN:
        return False
    for constraint in table.constraints.values():
        is_about = column.number in constraint.columns
        if is_about and constraint.kind == "primary":
            return False
        # What SET NULL leaves behind is meant to be nobody's.
        if is_about and "null" in constraint.on_delete.lower():
            return False
        if constraint.kind == "check" and constraint.expression is None:
            # A server's CHECK constraints are not read: one on the column may speak of NULL.
            if is_about:
                return False
        elif constraint.expression and _speaks_of_null(constraint.expression, column):
            return False
    if overwriting_triggers(project.catalog, table, column, "insert"):
        return False
    return not any(
        _speaks_of_null(clause, column)
        for policy in table.policies.values()
        for clause in policy.clauses
    )


def _speaks_of_null(clause: Clause, column: Column) -> bool:
    return any(
        column.number in own_columns(part)
        for part in clause.expression.walk()
        if isinstance(part, IsNull)
        or (isinstance(part, Operator) and part.symbol.startswith("is "))
        or (isinstance(part, Call) and part.name[-1] in ("coalesce", "num_nulls", "num_nonnulls"))
    )


def _finding(table: Table, column: Column, readers: list[Policy], project: Project) -> Finding:
    bound = next(policy for policy in readers if policy.using is not None)
    return Finding(
        object=str(table),
        message=f"rows of {table} whose {column} is NULL are shown to nobody, and nothing keeps "
        "them out: policies compare it with the caller",
        span=shown(column.because("not_null") or table.created),
        label=f"{column} may be NULL",
        help=f"ALTER TABLE {table.sql_name} ALTER COLUMN {quoted_identifier(column.name)} "
        "SET NOT NULL;",
        related=also_shown(
            (bound.using, f"policy {bound.name} is never true of such a row"),
            beside=shown(column.because("not_null") or table.created),
        ),
    )
