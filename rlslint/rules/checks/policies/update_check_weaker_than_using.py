"""update-check-weaker-than-using: rows can be moved to another tenant."""

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
def update_check_weaker_than_using(policy: Policy, project: Project) -> Iterator[Finding]:
    weaker = weaker_check(policy, project)
    if weaker is None:
        return
    table, names = policy.relation, weaker.names
    verbs = {"insert": f"insert rows of any {names}", "update": f"give rows any {names}"}
    effect = " and ".join(verbs[command] for command in weaker.commands)
    trigger = is_overwritten(table, weaker.columns, weaker.commands, project)
    saved = f" (only the trigger {trigger}, which sets it, prevents that)" if trigger else ""
    yield Finding(
        object=str(policy),
        message=f"{spoken(weaker.roles)} can {effect} of {table}: WITH CHECK of policy "
        f"{policy.spoken} does not bind {names}, which USING does{saved}",
        span=weaker.check.span(),
        label=f"does not bind {names}",
        help=as_strict(policy, weaker, project),
        related=also_shown((weaker.using, f"USING binds {names}")),
        severity=Severity.info if trigger else None,
        confidence=certainty(project),
    )
