"""tenant-column-mutable: a row can be moved from one of the caller's tenants to another."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.reach import applicable_policies
from rlslint.catalog.model import Column, Policy
from rlslint.meaning.bounds import bound_of
from rlslint.meaning.branches import branches
from rlslint.meaning.context import ContextFunctions
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project, is_only_key
from rlslint.project.questions import certainty
from rlslint.project.questions.new_rows import writers
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Expr
from rlslint.text.sentences import listed


def _binds_to_a_set(terms: Terms, project: Project) -> bool:
    if not terms.permissive or terms.command not in ("all", "update"):
        return False
    check = terms.check or terms.using
    return check is not None and bool(check.ask(_columns_of_sets, project.context_functions))


def _columns_of_sets(expression: Expr, functions: ContextFunctions) -> frozenset[int]:
    """Return the columns that a branch compares with several values, and with none by itself."""
    found: set[int] = set()
    for branch in branches(expression):
        bounds = [b for one in branch if (b := bound_of(one, functions)) is not None]
        single = {n for bound in bounds if bound.form == "equality" for n in bound.columns}
        several = {n for bound in bounds if bound.form == "membership" for n in bound.columns}
        found |= several - single
    return frozenset(found)


@rule(where=_binds_to_a_set)
def tenant_column_mutable(policy: Policy, project: Project) -> Iterator[Finding]:
    check, table = policy.effective_check, policy.relation
    if check is None or not table.rls_enabled:
        return
    numbers = project.predicate(check).ask(_columns_of_sets, project.context_functions)
    columns = tuple(
        column
        for column in project.tenant_columns(table)
        if column.number in numbers and not is_only_key(table, column) and not column.generated
    )
    if not columns or _may_be_refused(policy):
        return
    roles = tuple(
        role
        for role in writers(policy, "update", columns, project)
        if not _is_kept(policy, role, columns, project)
    )
    if roles:
        names = listed([column.name for column in columns])
        created = columns[0].created or table.created
        yield Finding(
            object=str(policy),
            message=f"{spoken(roles)} can move rows of {table} from one of their tenants to "
            "another: "
            f"policy {policy.spoken} accepts any {names} of several, and UPDATE may set it",
            span=shown(check),
            label=f"any of several values of {names} passes",
            help=f"grant UPDATE on the other columns of {table} only, or refuse another {names} in "
            "a trigger",
            related=also_shown((created, f"{names} is made here")),
            confidence=certainty(project),
        )


def _may_be_refused(policy: Policy) -> bool:
    """Tell whether a BEFORE trigger may keep the column as it is."""
    return any(
        trigger.before and trigger.enabled and "update" in trigger.events
        for trigger in policy.relation.triggers.known()
    )


def _is_kept(policy: Policy, role: str, columns: tuple[Column, ...], project: Project) -> bool:
    """Tell whether a restrictive policy lets one value of the caller's pass only."""
    _, restrictive = applicable_policies(project.catalog, policy.relation, role, "update")
    numbers = {column.number for column in columns}
    for other in restrictive:
        check = other.effective_check
        if check is None:
            continue
        bounds = [
            bound
            for branch in project.predicate(check).ask(branches)
            for one in branch
            if (bound := bound_of(one, project.context_functions)) is not None
        ]
        if any(bound.form == "equality" and numbers & bound.columns for bound in bounds):
            return True
    return False
