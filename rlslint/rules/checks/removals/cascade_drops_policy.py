"""cascade-drops-policy: CASCADE took policies along that nobody made again."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import RemovedPolicy
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.exposure import LostGuard, lost_guard, whose
from rlslint.project.questions.removals import is_replaced, made_again, shut_out, what_is_refused
from rlslint.project.subjects import Removal
from rlslint.rules.registry import rule

_MOST_SHOWN = 20


@rule
def cascade_drops_policy(removal: Removal, project: Project) -> Iterator[Finding]:
    if not removal.along:
        return
    opened = {
        removed: lost
        for removed in removal.policies
        if (lost := lost_guard(removed, project)) is not None
    }
    gone = [
        removed for removed in removal.policies if removed in opened or _is_missed(removed, project)
    ]
    if gone:
        yield _finding(sorted(gone, key=lambda one: one not in opened), opened, project)


def _is_missed(removed: RemovedPolicy, project: Project) -> bool:
    """Tell whether a policy did something for the application that no later one does."""
    policy, table = removed.policy, removed.policy.relation
    if not table.rls_enabled or is_replaced(removed):
        return False
    roles = served_roles(policy, project)
    commands = ("select", "insert", "update", "delete")
    used = [project.reachable_by(table, one) for one in commands if policy.covers(one)]
    return any(role in roles for reached in used for role in reached)


def _finding(
    gone: list[RemovedPolicy], opened: dict[RemovedPolicy, LostGuard], project: Project
) -> Finding:
    first, *others = gone
    policy = first.policy
    more = f" and {len(others)} more" if others else ""
    places = ((one.policy.created, f"policy {one.policy.spoken} was made here") for one in gone)
    return Finding(
        object=str(policy),
        message=f"{_effect(first, opened, project)}, because DROP … CASCADE took policy "
        f"{policy.spoken}{more} along",
        span=shown(first.statement),
        label=f"drops policy {policy.spoken}{more} too",
        help=made_again(gone, project),
        related=also_shown(*list(places)[:_MOST_SHOWN]),
        severity=None if opened else Severity.warning,
        confidence=None if opened or shut_out(first, project) else Confidence.medium,
    )


def _effect(
    removed: RemovedPolicy, opened: dict[RemovedPolicy, LostGuard], project: Project
) -> str:
    policy, table = removed.policy, removed.policy.relation
    lost = opened.get(removed)
    if lost is not None:
        admission = lost.admission
        return f"{admission.who} can {admission.what} every row of {table}{whose(table, project)}"
    shut = shut_out(removed, project)
    if shut is not None:
        return what_is_refused(table, shut)
    who = spoken(served_roles(policy, project))
    change = "is shown other rows of" if policy.permissive else "is held back less in"
    return f"{who} {change} {table}"
