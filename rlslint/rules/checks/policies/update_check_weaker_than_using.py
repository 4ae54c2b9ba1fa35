"""update-check-weaker-than-using: rows can be moved to another tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access.wording import spoken
from rlslint.catalog.model import Column, Policy
from rlslint.catalog.predicates import Clause
from rlslint.config.scales import Severity
from rlslint.meaning.admitting import is_tautology
from rlslint.project.findings import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.exposure import certainty
from rlslint.project.questions.new_rows import (
    is_checked_elsewhere,
    is_overwritten,
    lost_columns,
    writers,
)
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule


class _Fault(NamedTuple):
    columns: tuple[Column, ...]
    roles: tuple[str, ...]
    commands: tuple[str, ...]


def _checks_other_than_it_filters(terms: Terms, project: Project) -> bool:
    del project
    using, check = terms.using, terms.check
    if using is None or check is None or terms.command not in ("all", "update"):
        return False
    return using.written is not check.written


@rule(where=_checks_other_than_it_filters)
def update_check_weaker_than_using(policy: Policy, project: Project) -> Iterator[Finding]:
    using, check = policy.using, policy.check
    if using is None or check is None:
        return
    fault = _fault(policy, using, check, project)
    if fault is not None and policy.relation.rls_enabled:
        yield _finding(policy, using, check, fault, project)


def _fault(policy: Policy, using: Clause, check: Clause, project: Project) -> _Fault | None:
    columns = lost_columns(using, check, policy.relation, project)
    if not columns:
        return None
    found = [
        (command, role)
        for command in ("insert", "update")
        if policy.covers(command)
        for role in writers(policy, command, columns, project)
        if not is_checked_elsewhere(policy, command, role, columns, project)
    ]
    if not found:
        return None
    commands, roles = (tuple(dict.fromkeys(words)) for words in zip(*found, strict=True))
    return _Fault(columns, roles, commands)


def _finding(
    policy: Policy, using: Clause, check: Clause, fault: _Fault, project: Project
) -> Finding:
    table = policy.relation
    condition = using.sql or ""
    if condition and check.sql is not None and not project.predicate(check).ask(is_tautology):
        condition = f"({condition}) AND ({check.sql})"
    names = " and ".join(column.name for column in fault.columns)
    verbs = {"insert": f"insert rows under any {names}", "update": f"give rows any {names}"}
    effect = " and ".join(verbs[command] for command in fault.commands)
    trigger = is_overwritten(table, fault.columns, fault.commands, project)
    saved = f" (only the trigger {trigger}, which sets it, prevents that)" if trigger else ""
    return Finding(
        object=str(policy),
        message=f"{spoken(fault.roles)} can {effect} in {table}: WITH CHECK of policy "
        f"{policy.name} does not bind {names}, which USING does{saved}",
        span=check.span(),
        label=f"does not bind {names}",
        help=f"ALTER POLICY {policy.sql_name} WITH CHECK ({condition});"
        if condition
        else f"bind {names} in WITH CHECK as USING does",
        related=also_shown((using, f"USING binds {names}")),
        severity=Severity.info if trigger else None,
        confidence=certainty(project),
    )
