"""What an error rests on: where that is a guess, it is a warning, which says what nobody knows.

An error says that a role which the application uses certainly gets at rows that it must not, or
that a statement is certainly refused. Some claims can be no surer than what the project tells
beside the fault: who serves requests, that nothing else protects a table, what its rows are for.
Which of these a rule's claim rests on, its card says (`rests-on`); what speaks against it is asked
here for all rules alike.
"""

from __future__ import annotations

from collections.abc import Callable

from rlslint.catalog.model import Policy, Relation
from rlslint.config import Confidence, Severity
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules import Card, card

_UNSURE = "nothing says who serves requests"
_MANY_REFUSED = 5
"""So many statements are refused of what is no script: a list of what a catalog holds, a sketch."""


def weighed(finding: Finding, subject: object, project: Project) -> Finding:
    """Return an error that rests on a guess as a warning; an info where another file denies it."""
    told = card(finding.rule)
    if (denied := _denied(told, subject, project)) is not None:
        return lowered(finding, denied, Severity.info)
    if _severity(finding) is not Severity.error:
        return finding
    doubt = _doubt(finding, told, subject, project)
    return finding if doubt is None else lowered(finding, doubt)


def lowered(finding: Finding, doubt: str, severity: Severity = Severity.warning) -> Finding:
    """Return a finding that weighs less and says why; `doubt` is a clause, "" where it is told."""
    known = card(finding.rule).confidence if finding.confidence is None else finding.confidence
    message = finding.message
    reason = f" (not certain: {doubt})" if doubt else ""
    if doubt:
        message = message.removesuffix(f" ({doubt})")
    return finding._replace(
        message=message + reason,
        severity=severity,
        confidence=min(known, Confidence.medium),
    )


def _denied(told: Card, subject: object, project: Project) -> str | None:
    """Return what another file of the project says against a claim, None where none does."""
    if "absence" in told.rests_on and isinstance(subject, Relation):
        other = project.protected_elsewhere.get(subject.name)
        return None if other is None else f"{other} enables it"
    refused = len(project.broken)
    if "run" in told.rests_on and project.is_beside_history and refused >= _MANY_REFUSED:
        return f"nothing is seen to run this file, of which {refused} statements are refused"
    return None


def weighed_by_unread(finding: Finding, making: Callable[[str], str | None]) -> Finding:
    """Return an error as a warning where a file that nothing reads may protect its table after all.

    `making` gives the file that makes row security and speaks of a table.
    """
    if _severity(finding) is not Severity.error or "absence" not in card(finding.rule).rests_on:
        return finding
    other = making(finding.object.rpartition(".")[2])
    if other is None:
        return finding
    return lowered(finding, f"{other}, which is not read, makes row security and names the table")


def _severity(finding: Finding) -> Severity:
    return card(finding.rule).severity if finding.severity is None else finding.severity


def _doubt(finding: Finding, told: Card, subject: object, project: Project) -> str | None:
    """Return what makes a claim a guess, "" where the message says so, None for what is sure."""
    confidence = told.confidence if finding.confidence is None else finding.confidence
    if confidence is Confidence.low:
        return _UNSURE if project.runtime.assumed else ""
    if "purpose" in told.rests_on:
        if isinstance(subject, Policy) and _may_be_for_all(subject, project):
            return "no column tells whose its rows are"
        from rlslint.project.questions.purpose import is_said_to_be_open

        if is_said_to_be_open(subject, project):
            return "a comment there says that it is meant so"
    return None


def _may_be_for_all(policy: Policy, project: Project) -> bool:
    """Tell whether a policy shows rows that belong to nobody, or lets callers add such."""
    table = policy.relation
    return (
        policy.command in ("select", "insert")
        and table.knows("columns")
        and not project.tenant_columns(table)
    )
