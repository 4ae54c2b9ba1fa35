"""policy-or-escape-branch: beside what binds the rows, an alternative that does not."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.config import Confidence, Severity
from rlslint.meaning.escapes import EscapeBranch
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.conditions import mended, unsaid
from rlslint.project.questions.escape_branches import escape_branches, escaping
from rlslint.project.questions.exposure import Admission, admission
from rlslint.project.questions.siblings import is_called_shared
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule

_WRITES = ("update", "delete")


def _may_escape(terms: Terms, project: Project) -> bool:
    using = terms.using
    return using is not None and terms.permissive and bool(escaping(using, project))


@rule(where=_may_escape)
def policy_or_escape_branch(policy: Policy, project: Project) -> Iterator[Finding]:
    found = escape_branches(policy, project)
    exposed = admission(policy, project) if found else None
    if exposed is not None and project.tenant_columns(policy.relation):
        yield _finding(policy, found, exposed, project)


def _severity(writes: bool, named: bool) -> Severity | None:
    if writes:
        return Severity.error
    return Severity.info if named else None


def _finding(
    policy: Policy, found: tuple[EscapeBranch, ...], exposed: Admission, project: Project
) -> Finding:
    table, using = policy.relation, policy.using
    (escape, *others) = found
    writes = any(
        command in exposed.commands
        and set(exposed.roles) & set(project.reachable_by(table, command))
        for command in _WRITES
    )
    spans = [using.span(other.expression) for other in others] if using is not None else []
    asks = (
        f"opens them to {escape.caller} by name"
        if escape.caller
        else "has an alternative that does not ask who is calling"
    )
    who = escape.caller or exposed.who
    named = policy.command == "select" and is_called_shared(policy)
    meant = ", as its name says" if named else ""
    return Finding(
        object=str(policy),
        message=f"{who} can {exposed.what} rows of every tenant in {table}: policy {policy.spoken} "
        f"{asks}{meant}",
        span=using.span(escape.expression) if using is not None else None,
        label="passes for every caller" if not escape.caller else "written into the policy",
        help=mended(policy, project, lambda one: bool(escaping(one, project)))
        or unsaid(table, "USING"),
        related=also_shown(*((span, "here as well") for span in spans)),
        severity=_severity(writes and not escape.caller, named),
        confidence=certainty(project) or (None if writes else Confidence.medium),
    )
