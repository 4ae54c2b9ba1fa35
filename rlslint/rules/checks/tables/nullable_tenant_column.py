"""nullable-tenant-column: rows without a tenant are nobody's, and nothing keeps them out."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.overwriting import overwriting_triggers
from rlslint.catalog.model import Column, Policy, Table
from rlslint.meaning.bounds import bound_of
from rlslint.meaning.branches import branches
from rlslint.meaning.context import ContextFunctions, own_columns
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier
from rlslint.sql.expressions import Call, Expr, IsNull, Operator

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
    if all(column.knows("not_null") and column.not_null for column in table.columns.values()):
        return
    readers = [
        policy
        for policy in table.policies.values()
        if policy.permissive and policy.covers("select") and served_roles(policy, project)
    ]
    bounds = [
        using.ask(_always_bound, project.context_functions)
        for policy in readers
        if (using := project.terms(policy).using) is not None
    ]
    if not bounds:
        return
    always = frozenset.intersection(*bounds)
    for number in sorted(always):
        column = table.column(number)
        if column is not None and _may_be_null(column, table, project):
            yield _finding(table, column, readers)
            return


def _always_bound(expression: Expr, functions: ContextFunctions) -> frozenset[int]:
    """Return the columns that each alternative of a condition compares with the caller."""
    ways = [
        frozenset(
            number
            for conjunct in branch
            if (bound := bound_of(conjunct, functions)) is not None
            and bound.form == "equality"
            and len(bound.columns) == 1
            for number in bound.columns
        )
        for branch in branches(expression)
    ]
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
        elif constraint.expression and column.number in constraint.expression.ask(
            _columns_asked_for_null
        ):
            return False
    if overwriting_triggers(project.catalog, table, column, "insert"):
        return False
    return not any(
        column.number in clause.ask(_columns_asked_for_null)
        for policy in table.policies.values()
        for clause in policy.clauses
    )


def _columns_asked_for_null(expression: Expr) -> frozenset[int]:
    return frozenset(
        number
        for part in expression.walk()
        if isinstance(part, IsNull)
        or (isinstance(part, Operator) and part.symbol.startswith("is "))
        or (isinstance(part, Call) and part.name[-1] in ("coalesce", "num_nulls", "num_nonnulls"))
        for number in own_columns(part)
    )


def _finding(table: Table, column: Column, readers: list[Policy]) -> Finding:
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
            (bound.using, f"policy {bound.spoken} is never true of such a row"),
            beside=shown(column.because("not_null") or table.created),
        ),
    )
