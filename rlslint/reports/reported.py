"""The join of a finding with its rule's card."""

from __future__ import annotations

from rlslint.config.options import Config
from rlslint.config.scales import Severity
from rlslint.project.findings import Finding
from rlslint.reports.fingerprints import fingerprint
from rlslint.reports.results import ReportedFinding
from rlslint.rules.cards import card

RULE_PAGE = "https://github.com/rlslint/rlslint/blob/main/rules/{}.md"


def reported(finding: Finding) -> ReportedFinding:
    """Return a finding with what its card says of every finding of its rule."""
    found = card(finding.rule)
    sql = finding.statement.sql if finding.statement is not None else ""
    if not sql and finding.span is not None:
        sql = finding.span.sql
    return ReportedFinding(
        finding,
        found.code,
        found.name,
        finding.severity if finding.severity is not None else found.severity,
        finding.confidence if finding.confidence is not None else found.confidence,
        RULE_PAGE.format(found.name),
        fingerprint(found.name, finding.object, sql),
    )


def is_shown(finding: ReportedFinding, config: Config) -> bool:
    """Tell whether a finding is grave and sure enough to be shown."""
    least = config.min_severity if config.min_severity is not None else Severity.warning
    return finding.severity >= least and finding.confidence >= config.min_confidence
