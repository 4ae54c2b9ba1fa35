"""trigger-copies-to-unprotected: a rule keeps protected rows where nothing protects them."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import RewriteRule
from rlslint.config import Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.trigger_copies import RuleCopy, rule_copies
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


@rule
def trigger_copies_to_unprotected(rewriting: RewriteRule, project: Project) -> Iterator[Finding]:
    for copy in rule_copies(rewriting, project):
        yield _finding(copy, project)


def _finding(copy: RuleCopy, project: Project) -> Finding:
    source, target, exposed = copy.rule.relation, copy.target, copy.exposed
    because = f" ({exposed.because})" if exposed.because else ""
    what = "all" if "*" in copy.columns else listed(list(copy.columns))
    span = shown(copy.rule.statement)
    places = (
        (target.because("rls_enabled"), f"{target} is left without row security"),
        (source.because("rls_enabled"), f"row security of {source} is enabled here"),
    )
    return Finding(
        object=str(target),
        message=f"{exposed.who} can read {what} of every row of {source} in {target}, where a rule "
        f"copies them and row security is not enabled{because}",
        span=span,
        label=f"copies rows to {target.name}, not their row security",
        help=f"revoke SELECT on {target} from {exposed.who}, or let the rule write whose the row "
        "is, and enable row security with a policy that compares that",
        related=also_shown(*places, beside=span) + exposed.related(span),
        severity=Severity.error if project.tenant_columns(target) else None,
        confidence=exposed.confidence,
    )
