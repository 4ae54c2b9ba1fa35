"""Workflow commands of GitHub Actions, which become annotations of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.config import Severity
from rlslint.reports import ReportedFinding, Result
from rlslint.reports.repository import in_repository
from rlslint.text.display import printable

_LEVELS = {Severity.error: "error", Severity.warning: "warning", Severity.info: "notice"}


def render(result: Result) -> Iterator[str]:
    """Yield one `::error …::message` per finding, and one for what could not be checked."""
    for reported in result.findings:
        properties = ",".join(f"{key}={_property(value)}" for key, value in _properties(reported))
        code, name = reported.code, reported.name
        where = in_repository(reported.place) or reported.where
        message = _message(f"{where}: {code} [{name}] {reported.words}")
        yield f"::{_LEVELS[reported.severity]} {properties}::{message}"
    for failure in result.failures:
        yield f"::error title=rlslint::{_message(failure)}"


def _properties(reported: ReportedFinding) -> Iterator[tuple[str, str]]:
    yield "title", f"rlslint ({reported.code})"
    place = in_repository(reported.place)
    if place is None:
        return
    yield "file", place.path
    yield "line", str(place.start.row)
    # GitHub refuses columns for an annotation of more than one line.
    if place.end.row == place.start.row:
        yield "col", str(place.start.column)
        yield "endLine", str(place.end.row)
        yield "endColumn", str(place.end.column)
    else:
        yield "endLine", str(place.end.row)


def _message(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(escaped)


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
