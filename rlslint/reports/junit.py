"""JUnit XML: a suite per file, a failed case per finding."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from rlslint.reports import ReportedFinding, Result
from rlslint.reports.repository import in_repository
from rlslint.text.display import printable


def render(result: Result) -> Iterator[str]:
    """Yield the lines of the document; without findings, it holds one case that passed.

    What could not be checked is a case with an error.
    """
    count, failures = len(result.findings), result.failures
    total = max(1, count + len(failures))
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield (
        f'<testsuites name="rlslint" tests="{total}" failures="{count}" errors="{len(failures)}">'
    )
    for file, group in groupby(result.findings, key=_file):
        yield from _suite(file, list(group))
    if failures:
        number = len(failures)
        yield f'  <testsuite name="rlslint" tests="{number}" failures="0" errors="{number}">'
        for failure in failures:
            yield '    <testcase name="not checked" classname="rlslint">'
            yield f"      <error message={_attribute(failure)}/>"
            yield "    </testcase>"
        yield "  </testsuite>"
    elif not count:
        yield '  <testsuite name="rlslint" tests="1" failures="0" errors="0">'
        yield '    <testcase name="no findings" classname="rlslint"/>'
        yield "  </testsuite>"
    yield "</testsuites>"


def _file(reported: ReportedFinding) -> str:
    place = in_repository(reported.place)
    return reported.where if place is None else place.path


def _suite(file: str, findings: list[ReportedFinding]) -> Iterator[str]:
    name, count = _attribute(file), len(findings)
    yield f'  <testsuite name={name} tests="{count}" failures="{count}" errors="0">'
    for reported in findings:
        place, message = in_repository(reported.place), reported.message
        line = "" if place is None else f' line="{place.start.row}" column="{place.start.column}"'
        where = file if place is None else str(place)
        yield f"    <testcase name={_attribute(reported.name)} classname={name} file={name}{line}>"
        yield f"      <failure message={_attribute(message)} type={_attribute(reported.code)}>"
        yield escape(printable(f"{where}: {reported.severity.name}: {message}"))
        yield from (escape(printable(note)) for note in reported.notes)
        yield "      </failure>"
        yield "    </testcase>"
    yield "  </testsuite>"


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
