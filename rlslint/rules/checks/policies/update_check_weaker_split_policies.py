"""update-check-weaker-split-policies: an UPDATE that reads nothing moves rows to another tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import Policy
from rlslint.config import Severity
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.new_rows import is_overwritten
from rlslint.project.questions.weaker_checks import (
    as_strict,
    checks_other_than_it_filters,
    weaker_check,
)
from rlslint.rules.registry import rule


@rule(where=checks_other_than_it_filters)
def update_check_weaker_split_policies(policy: Policy, project: Project) -> Iterator[Finding]:
    weaker = weaker_check(policy, project)
    if weaker is None or not weaker.is_for_blind_updates:
        return
    table, names, reader = policy.relation, weaker.names, weaker.readers[0]
    trigger = is_overwritten(table, weaker.columns, weaker.commands, project)
    saved = f" (only the trigger {trigger}, which sets it, prevents that)" if trigger else ""
    yield Finding(
        object=str(policy),
        message=f"{spoken(weaker.roles)} can give all its rows of {table} any {names} at once, by "
        f"an UPDATE that reads no column: WITH CHECK of policy {policy.spoken} does not bind "
        f"{names}, and policy {reader.spoken} is asked only where one is read{saved}",
        span=weaker.check.span(),
        label=f"does not bind {names}",
        help=as_strict(policy, weaker, project),
        related=also_shown(
            (weaker.using, f"USING binds {names}"),
            (reader.using, f"policy {reader.spoken} stops an UPDATE with WHERE"),
        ),
        severity=Severity.info if trigger else None,
        confidence=certainty(project),
    )
