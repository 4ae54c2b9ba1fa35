"""definer-helper-on-forced-table: the helper that was to end a circle is bound by it as well."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.recursion import Recursion, may_read
from rlslint.access.wording import spoken
from rlslint.catalog.model import Policy
from rlslint.project.findings import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.circles import circles_of, is_by_forced_owner
from rlslint.project.questions.exposure import certainty
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


def _looks_around(terms: Terms, project: Project) -> bool:
    return any(may_read(one.written.expression, project.catalog) for one in terms.conditions)


@rule(where=_looks_around)
def definer_helper_on_forced_table(policy: Policy, project: Project) -> Iterator[Finding]:
    found = [one for one in circles_of(policy, project) if is_by_forced_owner(one[2], policy)]
    if found:
        commands = tuple(dict.fromkeys(command.upper() for command, _, _ in found))
        roles = tuple(dict.fromkeys(role for _, role, _ in found))
        yield _finding(policy, commands, roles, found[0][2], project)


def _finding(
    policy: Policy,
    commands: tuple[str, ...],
    roles: tuple[str, ...],
    circle: Recursion,
    project: Project,
) -> Finding:
    table, helper = policy.relation, circle.through
    verb = "fails" if len(commands) == 1 else "fail"
    return Finding(
        object=str(policy),
        message=f"{listed(commands)} on {table} {verb} for {spoken(roles)} with {circle.sqlstate} "
        f"(stack depth limit exceeded): policy {policy.name} calls {helper}, whose owner is bound "
        f"by the policies of {table} since row security is forced, and so calls itself",
        span=circle.clause.span(circle.expression),
        label="reads the table as an owner whom policies bind",
        help=f"give {helper} to a role with BYPASSRLS, or take FORCE off {table} and let the "
        "application connect as a role that does not own it",
        related=also_shown((table.because("rls_forced"), "row security is forced here")),
        confidence=certainty(project),
    )
