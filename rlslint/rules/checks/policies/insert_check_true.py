"""insert-check-true: rows can be inserted under any tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import Column, Policy
from rlslint.catalog.predicates import Clause
from rlslint.catalog.provided import platform_table
from rlslint.config import Confidence, Severity
from rlslint.meaning.admitting import is_tautology
from rlslint.meaning.bounds import is_bounded, tenant_columns
from rlslint.meaning.deciding import is_literally_true
from rlslint.meaning.simplifying import conjunction
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project, is_only_key
from rlslint.project.questions import certainty
from rlslint.project.questions.anonymous_callers import with_account
from rlslint.project.questions.conditions import narrowed, unsaid
from rlslint.project.questions.exposure import admission, may_spoil_what_all_share
from rlslint.project.questions.new_rows import (
    is_checked_elsewhere,
    is_gate,
    is_overwritten,
    readers_columns,
    unchecked_branch,
    writers,
)
from rlslint.project.questions.rewording import altered
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Expr
from rlslint.text.display import printable


def _is_about_inserts(terms: Terms, project: Project) -> bool:
    """Tell whether nothing but the check of inserts can be at fault: see the rule's yields-to."""
    if terms.check is None or not terms.permissive:
        return False
    if terms.command != "all" or terms.using is None:
        return terms.command in ("all", "insert")
    using = terms.using
    return not using.ask(tenant_columns, project.context_functions) and not using.ask(
        is_tautology, using.filled
    )


@rule(where=_is_about_inserts)
def insert_check_true(policy: Policy, project: Project) -> Iterator[Finding]:
    check, table = policy.check, policy.relation
    # The server of a platform's own table fills in whose a new row is.
    if check is None or platform_table(table) is not None:
        return
    columns, place = _unchecked(policy, check, project)
    if not columns:
        yield from _of_shared(policy, check, project)
        return
    roles = tuple(
        role
        for role in writers(policy, "insert", columns, project)
        if not is_checked_elsewhere(policy, "insert", role, columns, project)
    )
    if roles and table.rls_enabled:
        yield _finding(policy, check, place, roles, columns, project)


def _of_shared(policy: Policy, check: Clause, project: Project) -> Iterator[Finding]:
    """Yield a finding where callers without an account may add to what all others read."""
    table = policy.relation
    if policy.command != "insert" or not check.ask(is_literally_true) or not table.rls_enabled:
        return
    if project.tenant_columns(table):
        return
    exposed = admission(policy, project)
    if exposed is None or not may_spoil_what_all_share(table, exposed, project):
        return
    yield Finding(
        object=str(policy),
        message=f"{exposed.who} can add rows to {table}, which all others read: policy "
        f"{policy.spoken} accepts every new row, also those of callers without an account",
        span=shown(check),
        label="true for every new row",
        help=f"name in {printable(policy.name)} the roles that may add rows, "
        "or ask for who they are",
        related=also_shown((table.created, "the table is created here")),
        severity=Severity.warning,
        confidence=Confidence.medium,
    )


def _unchecked(
    policy: Policy, check: Clause, project: Project
) -> tuple[tuple[Column, ...], Expr | None]:
    """Return the columns that a check leaves open, and where it does unless everywhere."""
    table = policy.relation
    condition = project.condition(check, table)
    if condition.ask(is_bounded, condition.filled, project.context_functions):
        return readers_columns(check, policy, project), None
    columns = tuple(c for c in project.tenant_columns(table) if not is_only_key(table, c))
    branch = unchecked_branch(check, columns, table, project) if columns else None
    if branch is None or (policy.command == "insert" and is_gate(branch, project)):
        return (), None
    whole = condition.ask(is_tautology, condition.filled)
    return columns, None if whole else conjunction(branch, -1)


def _finding(
    policy: Policy,
    check: Clause,
    place: Expr | None,
    roles: tuple[str, ...],
    columns: tuple[Column, ...],
    project: Project,
) -> Finding:
    table, created = policy.relation, policy.relation.created
    names = " and ".join(column.name for column in columns)
    trigger = is_overwritten(table, columns, ("insert",), project)
    condition = project.condition(check, table)
    accepts_all = condition.ask(is_tautology, condition.filled)
    does = "accepts every new row" if accepts_all else f"does not check {names}"
    asked = roles if place is None else with_account(roles, place, project)
    saved = f" (only the trigger {trigger}, which sets it, prevents that)" if trigger else ""
    return Finding(
        object=str(policy),
        message=f"{spoken(asked)} can insert rows into {table} under any {names}: "
        f"policy {policy.spoken} {does}{saved}",
        span=check.span(place),
        label=f"says nothing of {names}",
        help=altered(policy, {check: narrowed(policy, check, project)})
        or unsaid(table, "WITH CHECK"),
        related=also_shown((created, "the table is created here")),
        severity=Severity.info if trigger else None,
        confidence=certainty(project),
    )
