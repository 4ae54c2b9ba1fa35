"""A result without passwords, keys and tokens, which is what every format gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rlslint.project.findings import Finding, NotChecked
from rlslint.reports.results import ReportedFinding, Result
from rlslint.text import Span
from rlslint.text.secrets import MASK, masked

_SHORTEST = 3
_QUOTES = ("'", '"', "`")


def without_secrets(result: Result) -> Result:
    """Return `result` with `***` in place of each secret in its words.

    Source code is masked where it is shown, in `text.frames`.
    """
    return result._replace(
        findings=tuple(map(_reported, result.findings)),
        not_checked=tuple(map(_not_checked, result.not_checked)),
        notes=tuple(map(masked, result.notes)),
        errors=tuple(map(masked, result.errors)),
    )


def _reported(reported: ReportedFinding) -> ReportedFinding:
    finding = reported.finding
    spans = [finding.span, *(other.span for other in finding.related)]
    return reported._replace(finding=_finding(finding, _masking(spans)))


def _finding(finding: Finding, hide: Callable[[str], str]) -> Finding:
    return finding._replace(
        object=hide(finding.object),
        message=hide(finding.message),
        label=hide(finding.label),
        help=hide(finding.help),
        related=tuple(other._replace(message=hide(other.message)) for other in finding.related),
    )


def _not_checked(item: NotChecked) -> NotChecked:
    hide = _masking([item.span])
    return item._replace(object=hide(item.object), reason=hide(item.reason))


def _masking(spans: Iterable[Span | None]) -> Callable[[str], str]:
    """Return what masks words about some places, which may quote a secret that stands there."""
    values = {value for span in spans if span is not None for value in _secrets_in(span)}
    if not values:
        return masked

    def hide(words: str) -> str:
        for value in values:
            for quote in _QUOTES:
                words = words.replace(f"{quote}{value}{quote}", f"{quote}{MASK}{quote}")
        return masked(words)

    return hide


def _secrets_in(span: Span) -> Iterable[str]:
    text = span.text
    if not text.secrets:
        return
    start, end = span.locations()
    for row in range(start.row, end.row + 1):
        for first, behind in text.secrets.get(row, ()):
            if behind - first >= _SHORTEST:
                yield text.line(row)[first:behind]
