"""rename-breaks-policy-helper: a function of a policy still names what was renamed."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.broken_bodies import BrokenBody, broken_bodies
from rlslint.project.subjects import AlteredTable
from rlslint.rules.registry import rule


@rule
def rename_breaks_policy_helper(altered: AlteredTable, project: Project) -> Iterator[Finding]:
    for broken in broken_bodies(altered.table, project):
        if any(one.relation.rls_enabled for one in broken.policies):
            yield _finding(broken)


def _finding(broken: BrokenBody) -> Finding:
    function, policy = broken.function, broken.policies[0]
    others = len(broken.policies) - 1
    more = f" and {others} other{'s' if others > 1 else ''}" if others else ""
    return Finding(
        object=str(function),
        message=f"queries fail to which policy {policy.spoken} of {policy.relation}{more} applies: "
        f"{function} still names {broken.old_name}, which is called {broken.new_name} now",
        span=shown(broken.statement),
        label="a body that is a string does not follow this",
        help=f"replace {function} by one with {broken.new_name} in its body",
        related=also_shown(
            (function.because("body"), "names it as it was called"),
            (policy.created, f"policy {policy.spoken} calls it"),
        ),
    )
