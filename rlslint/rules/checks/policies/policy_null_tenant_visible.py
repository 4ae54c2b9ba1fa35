"""policy-null-tenant-visible: rows without a tenant belong to every tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.reach import applicable_policies
from rlslint.catalog.model import Column, Policy, Relation
from rlslint.meaning.admitting import admits_all
from rlslint.meaning.ownerless_rows import own_columns_of, ownerless_columns, rows_without_value
from rlslint.meaning.worlds import SessionSettings
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.exposure import Admission, admission
from rlslint.project.questions.ownerless import ownerless_rows
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed

_VERBS = {"update": "change", "delete": "delete"}


def _may_be_open(terms: Terms, project: Project) -> bool:
    using = terms.using
    if using is None or not terms.permissive:
        return False
    return bool(using.ask(ownerless_columns, using.filled, project.context_functions))


@rule(where=_may_be_open)
def policy_null_tenant_visible(policy: Policy, project: Project) -> Iterator[Finding]:
    clause, table = policy.using, policy.relation
    if clause is None:
        return
    empty = ownerless_rows(policy, project)
    exposed = admission(policy, project) if empty is not None else None
    if empty is None or exposed is None:
        return
    made_by = _made_by(policy, empty.column, exposed, project)
    verbs = [verb for one, verb in _VERBS.items() if _may(one, exposed, table, project)]
    if not verbs and (made_by is None or not _may("select", exposed, table, project)):
        return
    who, column = exposed.who, empty.column
    if verbs:
        effect = (
            f"{who} can {listed(verbs)} rows of {table} without {column}, which all tenants share"
        )
    else:
        effect = f"{who} can add rows without {column} to {table}, which all tenants then read"
    yield Finding(
        object=str(policy),
        message=f"{effect}: policy {policy.spoken} lets pass what belongs to nobody",
        span=clause.span(empty.place),
        label=f"true for every row without {column}",
        help=f"let shared rows be read only, by a policy FOR SELECT of their own, and keep tenants "
        f"from writing rows without {column}",
        related=also_shown(
            (made_by.effective_check, f"policy {made_by.spoken} accepts new rows without {column}")
            if made_by is not None and made_by is not policy
            else (None, ""),
        ),
        confidence=certainty(project),
    )


def _may(command: str, exposed: Admission, table: Relation, project: Project) -> bool:
    reaching = project.reachable_by(table, command)
    return command in exposed.commands and any(role in reaching for role in exposed.roles)


def _made_by(policy: Policy, column: Column, exposed: Admission, project: Project) -> Policy | None:
    """Return the policy by which the same roles may write rows without a value in a column."""
    table = policy.relation
    for role in exposed.roles:
        if role not in project.reachable_by(table, "insert"):
            continue
        permissive, restrictive = applicable_policies(project.catalog, table, role, "insert")
        if not all(_accepts(one, column, project) for one in restrictive):
            continue
        for one in permissive:
            if _accepts(one, column, project):
                return one
    return None


def _accepts(policy: Policy, column: Column, project: Project) -> bool:
    check = policy.effective_check
    if check is None:
        return False
    condition = project.condition(check, policy.relation)
    filled, functions = condition.filled, project.context_functions
    found = condition.ask(own_columns_of, frozenset((column.number,)))
    if not found:
        return condition.ask(admits_all, SessionSettings.given, filled, functions)
    return any(
        condition.ask(rows_without_value, one, SessionSettings.given, filled, functions)
        for one in found
    )
