"""SARIF 2.1.0, as GitHub's code scanning and other readers take it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from rlslint import __version__
from rlslint.config import Confidence, Severity
from rlslint.project.fingerprints import distinct
from rlslint.reports import ReportedFinding, Result, place
from rlslint.reports.closing import closing_lines
from rlslint.reports.reading import page, readable
from rlslint.reports.repository import in_repository
from rlslint.text import Span
from rlslint.text.display import shown_sql

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.error: "error", Severity.warning: "warning", Severity.info: "note"}
_SECURITY_SEVERITIES = {Severity.error: "8.0", Severity.warning: "5.0", Severity.info: "2.0"}
_PRECISIONS = {Confidence.high: "high", Confidence.medium: "medium", Confidence.low: "low"}
_WIDTH = 80
"""How wide a card is as plain text."""


def render(result: Result, *, card: Callable[[str], str]) -> Iterator[str]:
    """Yield one SARIF log; `card` gives the Markdown of a rule's card by the rule's name."""
    rules: dict[str, ReportedFinding] = {}
    for reported in result.findings:
        rules.setdefault(reported.code, reported)
    codes = sorted(rules)
    indexes = {code: index for index, code in enumerate(codes)}
    fingerprints = distinct(one.fingerprint for one in result.findings)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "rlslint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rules[code], card) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not result.failures,
                "toolExecutionNotifications": [
                    *(_notification("error", error) for error in result.failures),
                    *(_notification("note", note) for note in result.notes),
                    *(_notification("note", sentence) for sentence in closing_lines(result)),
                ],
            }
        ],
        "results": [
            _result(reported, indexes[reported.code], own)
            for reported, own in zip(result.findings, fingerprints, strict=True)
        ],
    }
    yield json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _notification(level: str, message: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": message}}


def _rule(reported: ReportedFinding, card: Callable[[str], str]) -> dict[str, Any]:
    text = readable(card(reported.name))
    summary = _summary(text) or reported.name.replace("-", " ")
    rule: dict[str, Any] = {
        "id": reported.code,
        "name": reported.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": "\n".join(page(text, _WIDTH)) or summary, "markdown": text or summary},
        "defaultConfiguration": {"level": _LEVELS[reported.severity]},
        "properties": {
            "tags": ["security", "postgresql", "row-level-security"],
            "precision": _PRECISIONS[reported.confidence],
            "problem.severity": "recommendation"
            if reported.severity is Severity.info
            else reported.severity.name,
            "security-severity": _SECURITY_SEVERITIES[reported.severity],
        },
    }
    if reported.url:
        rule["helpUri"] = reported.url
    return rule


def _summary(card: str) -> str:
    """Return the first paragraph of a card's prose."""
    fenced = False
    for block in card.split("\n\n"):
        lines = block.strip().splitlines()
        is_prose = lines and not fenced and not lines[0].startswith(("#", "```", "|", "-"))
        fenced ^= sum(line.startswith("```") for line in lines) % 2 == 1
        if is_prose:
            return " ".join(line.strip() for line in lines)
    return ""


def _result(reported: ReportedFinding, index: int, fingerprint: str) -> dict[str, Any]:
    finding = reported.finding
    location = {
        **_physical(finding.span, reported),
        "logicalLocations": [{"fullyQualifiedName": _qualified(reported)}],
    }
    result: dict[str, Any] = {
        "ruleId": reported.code,
        "ruleIndex": index,
        "level": _LEVELS[reported.severity],
        "message": {"text": _message(reported)},
        "locations": [location],
        "partialFingerprints": {"rlslint/v1": fingerprint},
        "properties": {"confidence": reported.confidence.name},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_physical(other.span, reported), "message": {"text": other.message}}
            for number, other in enumerate(finding.related, start=1)
        ]
    return result


def _qualified(reported: ReportedFinding) -> str:
    database, name = reported.finding.database, reported.finding.object
    return f"{database}/{name}" if database else name


def _message(reported: ReportedFinding) -> str:
    help = reported.finding.help
    return f"{reported.words}\n\n{help}" if help else reported.words


def _physical(span: Span | None, reported: ReportedFinding) -> dict[str, Any]:
    """Return where a file shows the span; else database and object in place of a file.

    GitHub refuses the whole log where one location has no file.
    """
    found = in_repository(place(span)) if span is not None else None
    region: dict[str, Any] = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    if found is not None:
        path = found.path
        region = {
            "startLine": found.start.row,
            "startColumn": found.start.column,
            "endLine": found.end.row,
            "endColumn": found.end.column,
        }
    else:
        path = _qualified(reported)
        if span is not None:
            region["snippet"] = {"text": shown_sql(span)}
    uri = quote(path.encode("utf-8", "surrogateescape"))
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
