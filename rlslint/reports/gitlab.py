"""GitLab's code quality report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rlslint.config import Severity
from rlslint.project.fingerprints import distinct
from rlslint.reports import ReportedFinding, Result
from rlslint.reports.repository import in_repository

_SEVERITIES = {Severity.error: "critical", Severity.warning: "major", Severity.info: "info"}


def render(result: Result) -> Iterator[str]:
    """Yield one JSON array.

    GitLab drops an entry without a path and one whose fingerprint it has seen: a finding without
    a file names its object as the path, and equal fingerprints are told apart.
    """
    fingerprints = distinct(one.fingerprint for one in result.findings)
    yield json.dumps([_issue(*pair) for pair in zip(result.findings, fingerprints, strict=True)])


def _issue(reported: ReportedFinding, fingerprint: str) -> dict[str, Any]:
    place = in_repository(reported.place)
    if place is None:
        location: dict[str, Any] = {"path": reported.where, "lines": {"begin": 1}}
    else:
        location = {
            "path": place.path,
            "positions": {
                "begin": {"line": place.start.row, "column": place.start.column},
                "end": {"line": place.end.row, "column": place.end.column},
            },
        }
    return {
        "check_name": reported.name,
        "description": f"{reported.code} [{reported.name}] {reported.line}",
        "content": {"body": reported.words},
        "severity": _SEVERITIES[reported.severity],
        "fingerprint": fingerprint,
        "location": location,
    }
