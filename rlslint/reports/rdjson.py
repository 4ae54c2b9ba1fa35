"""The diagnostics of reviewdog (rdjson), whose columns count bytes of UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rlslint.config import Severity
from rlslint.reports import ReportedFinding, Result, place
from rlslint.reports.repository import in_repository
from rlslint.text import Location, Span

_SEVERITIES = {Severity.error: "ERROR", Severity.warning: "WARNING", Severity.info: "INFO"}


def render(result: Result) -> Iterator[str]:
    """Yield one JSON document; a finding without a file names its object as the path."""
    yield json.dumps(
        {
            "source": {"name": "rlslint"},
            "diagnostics": [_diagnostic(reported) for reported in result.findings],
        }
    )


def _diagnostic(reported: ReportedFinding) -> dict[str, Any]:
    finding = reported.finding
    diagnostic: dict[str, Any] = {
        "message": reported.words,
        "location": _location(finding.span, reported.where),
        "severity": _SEVERITIES[reported.severity],
        "code": {"value": reported.name, **({"url": reported.url} if reported.url else {})},
    }
    if finding.related:
        diagnostic["related_locations"] = [
            {"message": other.message, "location": _location(other.span, reported.where)}
            for other in finding.related
        ]
    return diagnostic


def _location(span: Span | None, otherwise: str) -> dict[str, Any]:
    found = in_repository(place(span)) if span is not None else None
    if span is None or found is None:
        return {"path": otherwise}
    return {
        "path": found.path,
        "range": {"start": _position(span, found.start), "end": _position(span, found.end)},
    }


def _position(span: Span, location: Location) -> dict[str, int]:
    before = span.text.line(location.row)[: location.column - 1]
    return {"line": location.row, "column": len(before.encode("utf-8", "replace")) + 1}
