"""Findings as an editor shows them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DiagnosticTag,
    Location,
    Position,
    PositionEncodingKind,
    Range,
)

from rlslint.cli.language_server.positions import range_of
from rlslint.config import Severity
from rlslint.config.options import ConfigPlace
from rlslint.project import Finding
from rlslint.reports import ReportedFinding
from rlslint.text import CatalogText, Span, Text

SOURCE = "rlslint"

_SEVERITIES = {
    Severity.error: DiagnosticSeverity.Error,
    Severity.warning: DiagnosticSeverity.Warning,
    Severity.info: DiagnosticSeverity.Information,
}
_UNNECESSARY = frozenset(("policy-to-unused-role", "unused-ignore"))
"""The rules that speak of what can go."""

AddressOf = Callable[[str], str]
"""Returns the address under which a client knows a file."""


class Shown:
    """How a client wants diagnostics: its units, whether it shows other places beside one."""

    def __init__(
        self, encoding: PositionEncodingKind | str, related: bool, address_of: AddressOf
    ) -> None:
        self.encoding = encoding
        self.related = related
        self.address_of = address_of


def by_path(
    findings: Iterable[ReportedFinding], folder: str, opened: Mapping[str, object], shown: Shown
) -> dict[str, list[Diagnostic]]:
    """Return the diagnostics of each file: those that stand in an open file or have a part in one.

    `folder` is the directory from which findings name their files, `opened` has the open ones.
    """
    found: dict[str, list[Diagnostic]] = {}
    for one in findings:
        span = one.finding.span
        if span is None or isinstance(span.text, CatalogText):
            continue
        if opened.keys().isdisjoint(_paths(one.finding, folder)):
            continue
        path = _path(folder, span.text.path)
        found.setdefault(path, []).append(_diagnostic(one, folder, shown))
    return found


def of_configuration(message: str, place: ConfigPlace, shown: Shown) -> Diagnostic:
    """Return what is wrong with a configuration file."""
    span = Span(Text(place.path, place.source), place.start, place.end)
    return Diagnostic(
        range=range_of(span, shown.encoding),
        message=message,
        severity=DiagnosticSeverity.Error,
        source=SOURCE,
    )


def _diagnostic(reported: ReportedFinding, folder: str, shown: Shown) -> Diagnostic:
    finding = reported.finding
    lines = [reported.line, *reported.notes]
    if finding.label:
        lines.insert(1, finding.label)
    related = [
        DiagnosticRelatedInformation(
            Location(
                shown.address_of(_path(folder, other.span.text.path)),
                range_of(other.span, shown.encoding),
            ),
            other.message,
        )
        for other in finding.related
        if not isinstance(other.span.text, CatalogText)
    ]
    if related and not shown.related:
        lines += (
            f"{other.message}: {other.span.text.path}:{other.span.locations()[0].row}"
            for other in finding.related
        )
    return Diagnostic(
        range=range_of(finding.span, shown.encoding) if finding.span else _BEGINNING,
        message="\n".join(lines),
        severity=_SEVERITIES[reported.severity],
        code=reported.code,
        code_description=CodeDescription(reported.url) if reported.url else None,
        source=SOURCE,
        tags=[DiagnosticTag.Unnecessary] if reported.name in _UNNECESSARY else None,
        related_information=related if related and shown.related else None,
        data={"rule": reported.name, "object": finding.object},
    )


_BEGINNING = Range(Position(0, 0), Position(0, 0))


def _paths(finding: Finding, folder: str) -> Iterable[str]:
    """Return the files that a finding stands in or has a part in."""
    spans = [finding.span, *(related.span for related in finding.related)]
    shown = {span.text.path for span in spans if span is not None}
    return [_path(folder, path) for path in (*shown, *finding.files)]


def _path(folder: str, shown: str) -> str:
    return os.path.normpath(os.path.join(folder, shown))
