"""The format for people: each finding with its source, marked, and the way to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from rlslint.config.scales import Severity
from rlslint.reports.results import ReportedFinding, Result, place
from rlslint.text.printable import printable

if TYPE_CHECKING:
    from rlslint.text.frames import Part

_COLOURS = {Severity.error: "red", Severity.warning: "yellow", Severity.info: "cyan"}


def render(result: Result, *, colour: bool = False) -> Iterator[str]:
    """Yield the lines of every finding, an empty line behind each.

    A password that stands in the source is shown as `***`, a control character as a sign for it.
    """
    for reported in result.findings:
        yield from _finding(reported, _painter(reported.severity) if colour else _plain)
        yield ""


Painter: TypeAlias = "Callable[[str, Part | str], str]"


def _plain(text: str, part: Part | str) -> str:
    del part
    return text


def _painter(severity: Severity) -> Painter:
    from click import style

    def paint(text: str, part: Part | str) -> str:
        match part:
            case "mark" | "title":
                return style(text, fg=_COLOURS[severity], bold=True)
            case "gutter" | "secondary" | "arrow":
                return style(text, fg="blue", bold=True)
            case _:
                return style(text, bold=True)

    return paint


def _finding(reported: ReportedFinding, paint: Painter) -> Iterator[str]:
    from rlslint.text.frames import frame, gutter_width

    finding = reported.finding
    title = paint(f"{reported.severity.name}[{reported.name}]", "title")
    yield f"{title} {reported.code}: {paint(printable(finding.message), 'message')}"
    related = finding.related
    spans = [span for span in (finding.span, *(other.span for other in related)) if span]
    gutter = max((gutter_width(span) for span in spans), default=1)
    margin = " " * gutter
    yield f"{margin}{paint('-->', 'arrow')} {printable(reported.where)}"
    if finding.span is not None:
        yield from frame(finding.span, finding.label, gutter=gutter, paint=paint)
    before = finding.span
    for other in related:
        framed = frame(other.span, other.message, gutter=gutter, main=False, paint=paint)
        where = place(other.span)
        if where is None and before is not None and place(before) is None:
            # Both show the same database, so its name says nothing new.
            next(framed)
        else:
            shown = where or f"{other.span.text.path}, as the server has it"
            yield f"{margin}{paint(':::', 'arrow')} {printable(str(shown))}"
        yield from framed
        before = other.span
    if finding.help:
        yield from _help(finding.help, margin, paint)
    yield f"{margin} {paint('more:', 'note')} rlslint rule {reported.name}"


def _help(text: str, margin: str, paint: Painter) -> Iterator[str]:
    first, *others = text.strip("\r\n").splitlines() or [""]
    yield f"{margin} {paint('help:', 'note')} {printable(first)}"
    for line in others:
        yield f"{margin}       {printable(line)}".rstrip()
