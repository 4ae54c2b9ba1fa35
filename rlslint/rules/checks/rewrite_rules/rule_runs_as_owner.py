"""rule-runs-as-owner: what CREATE RULE adds to a query runs past the caller's policies."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.exposure import restricts
from rlslint.access.privileges import grants_to
from rlslint.access.reach import Bypass, bypass
from rlslint.catalog.model import Relation, RewriteRule, RuleAction
from rlslint.config import Confidence
from rlslint.meaning.context import context_reads
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.view_exposure import owner_unbound
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Column

_VERBS = {"select": "read", "insert": "add", "update": "change", "delete": "delete"}
_ROW = "old"
"""The row that the query finds; the caller chooses what is in `new`."""


class _Leak(NamedTuple):
    """That a rule does something to any tenant's rows of a table, for which roles, and why."""

    table: Relation
    command: str
    roles: tuple[str, ...]
    bypass: Bypass


@rule
def rule_runs_as_owner(rewriting: RewriteRule, project: Project) -> Iterator[Finding]:
    if not rewriting.enabled:
        return
    for action in rewriting.actions:
        leak = _leak(rewriting, action, project)
        if leak is not None:
            yield _finding(rewriting, leak, project)
            return


def _leak(rewriting: RewriteRule, action: RuleAction, project: Project) -> _Leak | None:
    if _asks_caller(action, project):
        return None
    owner = rewriting.relation.owner
    for table, command in _uses(action):
        if table is rewriting.relation or not table.knows("rls_enabled") or not table.rls_enabled:
            continue
        escape = bypass(project.catalog, owner, table)
        if escape is None:
            continue
        roles = tuple(
            role
            for role in project.reachable_by(rewriting.relation, rewriting.event)
            if restricts(project.catalog, role, table, command)
            and not _is_vetted(rewriting, action, command, role, project)
            and (command != "select" or _is_shown(action, role, project))
        )
        if roles:
            return _Leak(table, command, roles, escape)
    return None


def _asks_caller(action: RuleAction, project: Project) -> bool:
    """Tell whether the conditions of an action ask who is calling."""
    return any(
        project.predicate(condition).ask(context_reads, project.context_functions)
        for condition in action.conditions
    )


def _uses(action: RuleAction) -> Iterator[tuple[Relation, str]]:
    if action.target is not None and action.command != "select":
        yield action.target, action.command
    for table in action.reads:
        yield table, "select"


def _is_vetted(
    rewriting: RewriteRule, action: RuleAction, command: str, role: str, project: Project
) -> bool:
    """Tell whether what the query itself may see or write decides about the rows.

    So it is with the rows of a table with row security, and with those that a view shows. A row
    that is inserted or changed is only checked where the rule does not stand INSTEAD of that.
    """
    relation = rewriting.relation
    if command == "insert" and not action.reads:
        is_checked = not rewriting.instead or rewriting.event == "delete"
        return relation.is_table and relation.rls_enabled and is_checked
    if not _names_row(action):
        return False
    return relation.is_view or restricts(project.catalog, role, relation, "select")


def _names_row(action: RuleAction) -> bool:
    """Tell whether the conditions of an action name the row that the query finds."""
    return any(
        isinstance(part, Column) and part.names[0] == _ROW
        for condition in action.conditions
        for part in condition.expression.walk()
    )


def _is_shown(action: RuleAction, role: str, project: Project) -> bool:
    """Tell whether a role sees what an action reads: as its answer, or where it is written."""
    target = action.target
    if target is None:
        return action.command == "select"
    return role in project.reachable_by(target, "select") and not restricts(
        project.catalog, role, target, "select"
    )


def _finding(rewriting: RewriteRule, leak: _Leak, project: Project) -> Finding:
    relation, event = rewriting.relation, rewriting.event.upper()
    grants = (
        (grant.statement, f"{spoken((role,))} may {event} by this privilege")
        for role in leak.roles
        for grant in grants_to(project.catalog, role, relation, rewriting.event)
    )
    return Finding(
        object=str(rewriting),
        message=f"{spoken(leak.roles)} can {_VERBS[leak.command]} any tenant's rows of "
        f"{leak.table} by {event} on {relation}: rule {rewriting.name} acts as "
        f"{owner_unbound(relation.owner, leak.bypass, project)}",
        span=shown(rewriting.statement),
        label="acts with the rights of the owner",
        help="use a trigger in its place, whose function runs as the caller, or ask in the rule "
        "for the caller's rows",
        related=also_shown(
            (leak.table.because("rls_enabled"), f"{leak.table} has row security"),
            *grants,
            beside=rewriting.statement,
        ),
        confidence=None if leak.bypass.certain else Confidence.medium,
    )
