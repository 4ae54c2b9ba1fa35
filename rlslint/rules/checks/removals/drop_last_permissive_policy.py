"""drop-last-permissive-policy: the policy that admitted a role was dropped, and none came after."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import RemovedPolicy
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.exposure import Admission
from rlslint.project.questions.removals import made_again, refused_since, what_is_refused
from rlslint.project.subjects import Removal
from rlslint.rules.registry import rule


@rule
def drop_last_permissive_policy(removal: Removal, project: Project) -> Iterator[Finding]:
    if removal.along:
        return
    for removed in removal.policies:
        shut = refused_since(removed, project)
        if shut is not None:
            yield _finding(removed, shut, project)


def _finding(removed: RemovedPolicy, shut: Admission, project: Project) -> Finding:
    policy, table = removed.policy, removed.policy.relation
    enabled = table.because("rls_enabled"), "row security is enabled here"
    return Finding(
        object=str(policy),
        message=f"{what_is_refused(table, shut)}, because policy {policy.spoken} was dropped, and "
        "no "
        "other admits any",
        span=shown(removed.statement),
        label="drops the last policy that admitted rows",
        help=made_again((removed,), project),
        related=also_shown((policy.created, "it was made here"), enabled),
        confidence=Confidence.low if project.runtime.assumed else None,
    )
