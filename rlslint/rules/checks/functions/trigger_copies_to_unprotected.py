"""trigger-copies-to-unprotected: a trigger keeps protected rows where nothing protects them."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.config import Severity
from rlslint.meaning.row_copies import WHOLE_ROW
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.conditions import model_for
from rlslint.project.questions.remedies import protection
from rlslint.project.questions.trigger_copies import TriggerCopy, trigger_copies
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


@rule
def trigger_copies_to_unprotected(function: Function, project: Project) -> Iterator[Finding]:
    if function.return_type == "trigger":
        for copy in trigger_copies(function, project):
            yield _finding(function, copy, project)


def _finding(function: Function, copy: TriggerCopy, project: Project) -> Finding:
    source, target, exposed = copy.source, copy.target, copy.exposed
    because = f" ({exposed.because})" if exposed.because else ""
    span = shown(copy.trigger.statement)
    body, enabled = function.because("body"), source.because("rls_enabled")
    places = (
        (body, f"{function} writes the rows to {target}"),
        (target.because("rls_enabled"), f"{target} is left without row security"),
        (enabled, f"row security of {source} is enabled here"),
    )
    return Finding(
        object=str(target),
        message=f"{exposed.who} can read {_what(copy)} every row of {source} in {target}, where a "
        f"trigger copies them and row security is not enabled{because}",
        span=span,
        label=f"copies rows to {target.name}, not their row security",
        help=_help(copy, project),
        related=also_shown(*places, beside=span) + exposed.related(span),
        severity=Severity.error if project.tenant_columns(target) else None,
        confidence=exposed.confidence,
    )


def _what(copy: TriggerCopy) -> str:
    others = f" (and of {copy.others} other tables)" if copy.others else ""
    if WHOLE_ROW in copy.columns:
        return f"all of{others}"
    return f"{listed(list(copy.columns))} of{others}"


def _help(copy: TriggerCopy, project: Project) -> str:
    if model_for(copy.target, project) is not None:
        return protection(copy.target, project)
    return (
        f"revoke SELECT on {copy.target} from {copy.exposed.who}, or let the trigger write whose "
        "the row is, and enable row security with a policy that compares that"
    )
