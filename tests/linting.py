"""Linting of a few files that a test writes down, as a user would run it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.engine import check
from rlslint.reports import ReportedFinding, Result
from rlslint.rules.baselines import Before


def lint(
    folder: Path,
    files: Mapping[str, str],
    config: Config | None = None,
    before: Before | None = None,
) -> Result:
    """Write `files` (path to content) into `folder` and lint the folder."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return check([folder], config or Config(min_severity=Severity.info), before=before)


def findings_of(result: Result, rule: str) -> list[ReportedFinding]:
    """Return the findings of one rule."""
    return [reported for reported in result.findings if reported.name == rule]


def rows_of(result: Result, rule: str) -> list[int]:
    """Return the lines on which a rule reports, sorted."""
    places = (reported.place for reported in findings_of(result, rule))
    return sorted(place.start.row for place in places if place is not None)
