"""What can be done about a finding: mend it, let it stand with a reason, read the card."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from lsprotocol import types as lsp

from rlslint.cli.adding_ignores import comment_places
from rlslint.cli.language_server.diagnostics import SOURCE, Shown
from rlslint.cli.language_server.positions import Positions, range_of
from rlslint.reports import ReportedFinding
from rlslint.reports.edits import fix_of, source_of
from rlslint.rules.suppression import Statements

SHOW_CARD = "rlslint.showCard"
"""The command of the server that shows a rule's card."""

REASON = "say here why this is meant"


class File:
    """An open document: where it is, how its client knows it, what it holds."""

    def __init__(self, path: str, uri: str, version: int | None, source: str) -> None:
        self.path = path
        self.uri = uri
        self.version = version
        self.source = source


def actions_for(
    diagnostics: Iterable[lsp.Diagnostic],
    findings: Iterable[ReportedFinding],
    file: File,
    folder: str,
    shown: Shown,
) -> list[lsp.CodeAction]:
    """Return what can be done about the diagnostics of a file; `findings` are those behind them."""
    found: list[lsp.CodeAction] = []
    here = [
        one
        for one in findings
        if one.finding.span is not None
        and os.path.normpath(os.path.join(folder, one.finding.span.text.path)) == file.path
    ]
    for diagnostic in diagnostics:
        if diagnostic.source != SOURCE:
            continue
        for reported in here:
            if _is_behind(reported, diagnostic, shown):
                found += _actions(reported, diagnostic, file, shown)
                break
    return found


def _is_behind(reported: ReportedFinding, diagnostic: lsp.Diagnostic, shown: Shown) -> bool:
    span = reported.finding.span
    if reported.code != diagnostic.code or span is None:
        return False
    return range_of(span, shown.encoding) == diagnostic.range


def _actions(
    reported: ReportedFinding, diagnostic: lsp.Diagnostic, file: File, shown: Shown
) -> Iterator[lsp.CodeAction]:
    positions = Positions(file.source, shown.encoding)
    fix = fix_of(reported)
    if fix is not None and all(source_of(edit.text) == file.source for edit in fix.edits):
        yield lsp.CodeAction(
            fix.message,
            lsp.CodeActionKind.QuickFix,
            [diagnostic],
            is_preferred=fix.is_safe or fix.is_of_migration,
            edit=_changed(file, positions, fix.edits),
        )
    comment = _comment(reported, file)
    if comment is not None:
        place, line = comment
        yield lsp.CodeAction(
            f"Let {reported.name} stand here, with a reason",
            lsp.CodeActionKind.QuickFix,
            [diagnostic],
            edit=_changed(file, positions, ((None, place, place, line),)),
        )
    yield lsp.CodeAction(
        f"Show the card of {reported.name}",
        lsp.CodeActionKind.QuickFix,
        [diagnostic],
        command=lsp.Command("Show the card", SHOW_CARD, arguments=[reported.name]),
    )


def _comment(reported: ReportedFinding, file: File) -> tuple[int, str] | None:
    """Return the comment that lets a finding stand, and at which character to put it."""
    finding = reported.finding
    place = next(comment_places(finding, Statements(), REASON), None)
    if place is None or finding.span is None or place.path != finding.span.text.path:
        return None
    lines = file.source.split("\n")
    if place.row > len(lines):
        return None
    line = lines[place.row - 1]
    indent = line[: len(line) - len(line.lstrip())]
    start = sum(len(one) + 1 for one in lines[: place.row - 1])
    return start, f"{indent}{place.words([reported.name], REASON)}\n"


def _changed(
    file: File, positions: Positions, edits: Iterable[tuple[Any, int, int, str]]
) -> lsp.WorkspaceEdit:
    """Return what changes a document; edits are those of a fix."""
    made = []
    for _, start, end, content in edits:
        place = lsp.Range(positions.position(start), positions.position(end))
        made.append(lsp.TextEdit(place, content))
    return lsp.WorkspaceEdit(changes={file.uri: made})
