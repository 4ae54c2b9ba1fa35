"""JUnit XML: a suite per file, a failed case per finding."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from rlslint.reports.results import ReportedFinding, Result
from rlslint.text.printable import printable


def render(result: Result) -> Iterator[str]:
    """Yield the lines of the document; without findings, it holds one case that passed."""
    count = len(result.findings)
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield f'<testsuites name="rlslint" tests="{max(1, count)}" failures="{count}" errors="0">'
    for file, group in groupby(result.findings, key=_file):
        yield from _suite(file, list(group))
    if not count:
        yield '  <testsuite name="rlslint" tests="1" failures="0" errors="0">'
        yield '    <testcase name="no findings" classname="rlslint"/>'
        yield "  </testsuite>"
    yield "</testsuites>"


def _file(reported: ReportedFinding) -> str:
    return reported.where if reported.place is None else reported.place.path


def _suite(file: str, findings: list[ReportedFinding]) -> Iterator[str]:
    name, count = _attribute(file), len(findings)
    yield f'  <testsuite name={name} tests="{count}" failures="{count}" errors="0">'
    for reported in findings:
        place, message = reported.place, reported.message
        line = "" if place is None else f' line="{place.start.row}" column="{place.start.column}"'
        where = file if place is None else str(place)
        yield f"    <testcase name={_attribute(reported.name)} classname={name} file={name}{line}>"
        yield f"      <failure message={_attribute(message)} type={_attribute(reported.code)}>"
        yield escape(printable(f"{where}: {reported.severity.name}: {message}"))
        yield "      </failure>"
        yield "    </testcase>"
    yield "  </testsuite>"


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
