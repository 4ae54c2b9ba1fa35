"""A table for job summaries and pull-request comments."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import Pattern
from rlslint.reports import ReportedFinding, Result
from rlslint.reports.closing import closing_lines
from rlslint.text.display import printable

_ACTIVE = Pattern(r"[\\`*_{}\[\]<>()#|~&!@]")


def render(result: Result) -> Iterator[str]:
    """Yield a heading, a table with a row per finding, and the closing sentences."""
    yield "## rlslint"
    yield ""
    if result.findings:
        yield "| Severity | Where | Rule | Message |"
        yield "| --- | --- | --- | --- |"
        for reported in result.findings:
            yield _row(reported)
        yield ""
    for line in closing_lines(result):
        yield escaped(line)
        yield ""


def _row(reported: ReportedFinding) -> str:
    where = escaped(reported.where)
    name = escaped(f"{reported.name} ({reported.code})")
    rule = f"[{name}]({reported.url})" if reported.url else name
    message = escaped(reported.line)
    return f"| {reported.severity.name} | {where} | {rule} | {message} |"


def escaped(text: str) -> str:
    """Return text in which nothing is Markdown."""
    return _ACTIVE().sub(r"\\\g<0>", printable(text))
