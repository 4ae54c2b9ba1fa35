"""The format for people: each finding with its source, marked, and the way to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from rlslint.config import Severity
from rlslint.reports import ReportedFinding, Result, place
from rlslint.rules import card
from rlslint.text.display import Screen, printable, width, wrapped
from rlslint.text.sentences import told

if TYPE_CHECKING:
    from rlslint.text.display import Part

_COLOURS = {Severity.error: "red", Severity.warning: "magenta", Severity.info: None}
"""Yellow, cyan and green cannot be read on a light background, nor white and black on the other."""


_PLAIN = Screen()
_FRAMES = 3
"""How many findings of a rule are shown with their source; the others get a line each."""


def render(result: Result, *, screen: Screen = _PLAIN) -> Iterator[str]:
    """Yield the lines of the findings, an empty line behind each.

    Of a rule that finds many, the first are shown whole and the places of the others follow, with a
    table of the rules at the end. A password that stands in the source is shown as `***`, a control
    character as a sign for it.
    """
    by_rule: dict[str, list[ReportedFinding]] = {}
    for reported in result.findings:
        alike = by_rule.setdefault(reported.name, [])
        alike.append(reported)
        if len(alike) <= _FRAMES:
            yield from _finding(reported, screen)
            yield ""
    further = [alike[_FRAMES:] for alike in by_rule.values() if len(alike) > _FRAMES]
    for alike in further:
        yield from _further(alike, screen)
        yield ""
    if further:
        yield from _table(by_rule.values())
        yield ""


def _further(alike: list[ReportedFinding], screen: Screen) -> Iterator[str]:
    first = alike[0]
    paint = _paint(first.severity, screen)
    title = paint(f"{first.severity.name}[{first.name}]", "title")
    yield f"{title} {first.code}: {paint(f'{len(alike)} more', 'message')}"
    for one in alike:
        where, object = printable(one.where), printable(one.finding.object)
        if one.place is None:
            yield f"  {where}"
        elif 3 + width(where) + width(object) <= screen.columns:
            yield f"  {where} {object}"
        else:
            yield f"  {where}"
            yield f"    {object}"


_EFFECTS = ("leak", "loss", "deny", "perf", "hygiene")


def _table(by_rule: Iterable[list[ReportedFinding]]) -> Iterator[str]:
    """Yield a line for each rule, those first that are to be mended first: by what a fault does."""

    def weight(alike: list[ReportedFinding]) -> tuple[object, ...]:
        gravest = max(one.severity for one in alike)
        effect = _EFFECTS.index(card(alike[0].name).effect)
        return -gravest, effect, -len(alike), alike[0].code

    rows = [("severity", "effect", "count", "rule, what to mend first on top")]
    for alike in sorted(by_rule, key=weight):
        gravest, first = max(one.severity for one in alike), alike[0]
        rule = f"{first.name} ({first.code})"
        rows.append((gravest.name, card(first.name).effect, str(len(alike)), rule))
    wide = [max(len(row[number]) for row in rows) for number in range(3)]
    for severity, effect, count, rule in rows:
        yield f"  {severity:<{wide[0]}}  {effect:<{wide[1]}}  {count:>{wide[2]}}  {rule}"


Painter: TypeAlias = "Callable[[str, Part | str], str]"


def _plain(text: str, part: Part | str) -> str:
    del part
    return text


def _paint(severity: Severity, screen: Screen) -> Painter:
    if not screen.colour:
        return _plain
    from click import style

    def paint(text: str, part: Part | str) -> str:
        match part:
            case "mark" | "title":
                return style(text, fg=_COLOURS[severity], bold=True)
            case "gutter" | "arrow":
                return style(text, fg="blue", bold=True)
            case "secondary":
                return text
            case _:
                return style(text, bold=True)

    return paint


def _finding(reported: ReportedFinding, screen: Screen) -> Iterator[str]:
    from rlslint.text.display import frame, gutter_width

    paint = _paint(reported.severity, screen)
    finding = reported.finding
    yield from _headline(reported, screen, paint)
    related = finding.related
    spans = [span for span in (finding.span, *(other.span for other in related)) if span]
    gutter = max((gutter_width(span) for span in spans), default=1)
    margin = " " * gutter
    columns = screen.columns
    yield f"{margin}{paint('-->', 'arrow')} {printable(reported.where)}"
    if finding.span is not None:
        yield from frame(finding.span, finding.label, gutter=gutter, paint=paint, columns=columns)
    before = finding.span
    for other in related:
        framed = frame(
            other.span, other.message, gutter=gutter, main=False, paint=paint, columns=columns
        )
        where = place(other.span)
        if where is None and before is not None and place(before) is None:
            # Both show the same database, so its name says nothing new.
            next(framed)
        else:
            shown = where or f"{other.span.text.path}, as the server has it"
            yield f"{margin}{paint(':::', 'arrow')} {printable(str(shown))}"
        yield from framed
        before = other.span
    room = columns - gutter - len(_INDENT)
    for note in told(finding.message).notes:
        yield from _told("note:", wrapped(printable(note), room), margin, paint)
    if finding.help:
        yield from _told("help:", _help(finding.help, room), margin, paint)
    yield f"{margin} {paint('more:', 'note')} rlslint rule {reported.name}"


def _headline(reported: ReportedFinding, screen: Screen, paint: Painter) -> Iterator[str]:
    """Yield the first line; where the message does not fit behind the rule, it begins a new one."""
    rule, code = f"{reported.severity.name}[{reported.name}]", f"{reported.code}:"
    title = paint(rule, "title")
    title = f"{_link(title, reported.url) if screen.links else title} {code}"
    message = printable(reported.message)
    if len(rule) + len(code) + 2 + width(message) <= screen.columns:
        yield f"{title} {paint(message, 'message')}"
        return
    yield title
    for words in wrapped(message, screen.columns):
        yield paint(words, "message")


def _link(words: str, url: str) -> str:
    """Return words that lead to a page in terminals that know OSC 8."""
    return f"\x1b]8;;{url}\x1b\\{words}\x1b]8;;\x1b\\"


_INDENT = " note: "


def _told(title: str, lines: Iterable[str], margin: str, paint: Painter) -> Iterator[str]:
    before = f" {paint(title, 'note')} "
    for line in lines:
        yield f"{margin}{before}{line}".rstrip()
        before = " " * len(_INDENT)


def _help(text: str, room: int) -> Iterator[str]:
    lines = [printable(line) for line in text.strip("\r\n").splitlines()] or [""]
    if all(width(line) <= room for line in lines):
        yield from lines
    elif lines[0].startswith(_STATEMENTS) and lines[-1].endswith(";") and "--" not in text:
        from rlslint.reports.sql_lines import sql_lines

        yield from sql_lines("\n".join(lines), room)
    else:
        for line in lines:
            yield from wrapped(line, room)


_STATEMENTS = ("ALTER ", "CREATE ", "DROP ", "GRANT ", "REVOKE ", "SELECT ", "SET ", "UPDATE ")
