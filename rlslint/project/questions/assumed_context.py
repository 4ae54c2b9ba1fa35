"""How sure a finding about a setting is where no policy is at hand that could read the setting."""

from __future__ import annotations

from rlslint.config import Confidence
from rlslint.project import Finding
from rlslint.project.project import Project

_LOWERED = {
    None: Confidence.medium,
    Confidence.high: Confidence.medium,
    Confidence.medium: Confidence.low,
    Confidence.low: Confidence.low,
}


def about_context(finding: Finding, project: Project) -> Finding:
    """Return a finding about a setting, less sure where nothing shows that policies read it."""
    if not project.assumes_context:
        return finding
    return finding._replace(
        message=f"{finding.message}; that policies read it is assumed, for none is at hand",
        confidence=_LOWERED[finding.confidence],
    )
