"""Version 1 of the JSON format: flat, with ruff's field names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rlslint.project import NotChecked
from rlslint.reports import Place, ReportedFinding, Result, place
from rlslint.reports.edits import as_data, fix_of

if TYPE_CHECKING:
    from rlslint.rules.baselines import Earlier

VERSION = 1


def render(result: Result) -> Iterator[str]:
    """Yield one JSON document; it is pure ASCII, so no terminal and no code page can spoil it."""
    document = {
        "version": VERSION,
        "findings": [finding_as_json(reported) for reported in result.findings],
        "checked": result.checked._asdict(),
        "not_checked": [_not_checked(item) for item in result.not_checked],
        "databases": [database._asdict() for database in result.databases],
        "notes": list(result.notes),
        "errors": list(result.failures),
        "elsewhere": result.elsewhere,
        "uses_row_security": _uses_row_security(result),
        "earlier": _earlier(result.earlier),
        "hidden": {severity.name: count for severity, count in sorted(result.hidden.items())},
    }
    yield json.dumps(document, indent=2)


def finding_as_json(reported: ReportedFinding) -> dict[str, Any]:
    """Return the JSON object of one finding; the three places are null where there is none."""
    finding = reported.finding
    return {
        "code": reported.code,
        "name": reported.name,
        "severity": reported.severity.name,
        "confidence": reported.confidence.name,
        "message": reported.message,
        "notes": list(reported.notes),
        "label": finding.label,
        **_place(reported.place),
        "object": finding.object,
        "database": finding.database or None,
        "related": [
            {**_place(place(other.span)), "message": other.message} for other in finding.related
        ],
        "help": finding.help,
        "fix": as_data(fix_of(reported)),
        "url": reported.url,
        "fingerprint": reported.fingerprint,
    }


def _earlier(earlier: Earlier | None) -> dict[str, Any] | None:
    if earlier is None:
        return None
    return {
        "in_baseline": earlier.hidden,
        "since": earlier.since or None,
        "mended": earlier.mended,
        "unchanged": earlier.unchanged,
    }


def _uses_row_security(result: Result) -> bool | None:
    return result.uses_row_security or (None if result.is_part else result.uses_row_security)


def _not_checked(item: NotChecked) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "object": item.object,
        "reason": item.reason,
        "rules": list(item.rules),
        **_place(None if item.span is None else place(item.span)),
    }


def _place(found: Place | None) -> dict[str, Any]:
    if found is None:
        return {"filename": None, "location": None, "end_location": None}
    return {
        "filename": found.path,
        "location": found.start._asdict(),
        "end_location": found.end._asdict(),
    }
