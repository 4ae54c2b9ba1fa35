"""drop-restrictive-policy: what kept the tenants apart was dropped, and what it limited stayed."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import RemovedPolicy
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.exposure import LostGuard, lost_guard, whose
from rlslint.project.questions.removals import made_again
from rlslint.project.subjects import Removal
from rlslint.rules.registry import rule


@rule
def drop_restrictive_policy(removal: Removal, project: Project) -> Iterator[Finding]:
    if removal.along:
        return
    for removed in removal.policies:
        lost = lost_guard(removed, project)
        if lost is not None:
            yield _finding(removed, lost, project)


def _finding(removed: RemovedPolicy, lost: LostGuard, project: Project) -> Finding:
    policy, table = removed.policy, removed.policy.relation
    opened = ((one.using, f"policy {one.spoken} admits them") for one in lost.opened)
    return Finding(
        object=str(policy),
        message=f"{spoken(lost.admission.roles)} can {lost.admission.what} every row of "
        f"{table}{whose(table, project)}, because restrictive policy {policy.spoken} was dropped",
        span=shown(removed.statement),
        label="took away what kept the rows apart",
        help=made_again((removed,), project),
        related=also_shown((policy.created, "it was made here"), *opened),
    )
