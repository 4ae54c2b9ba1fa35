"""definer-helper-on-forced-table: the helper that was to end a circle is bound by it as well."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import Policy
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.circles import Failing, failing, may_lead_back
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


@rule(where=may_lead_back)
def definer_helper_on_forced_table(policy: Policy, project: Project) -> Iterator[Finding]:
    found = failing(policy, project, by_forced_owner=True)
    if found is not None:
        yield _finding(policy, found, project)


def _finding(policy: Policy, found: Failing, project: Project) -> Finding:
    circle = found.circle
    table, helper = policy.relation, circle.through
    verb = "fails" if len(found.commands) == 1 else "fail"
    return Finding(
        object=str(policy),
        message=f"{listed(found.commands)} on {table} {verb} for {spoken(found.roles)} with "
        f"{circle.sqlstate} (stack depth limit exceeded): policy {policy.spoken} calls {helper}, "
        f"whose owner is bound by the policies of {table} since row security is forced, and so "
        "calls itself",
        span=circle.clause.span(circle.expression),
        label="reads the table as an owner whom policies bind",
        help=f"give {helper} to a role with BYPASSRLS, or take FORCE off {table} and let the "
        "application connect as a role that does not own it",
        related=also_shown((table.because("rls_forced"), "row security is forced here")),
        confidence=certainty(project),
    )
