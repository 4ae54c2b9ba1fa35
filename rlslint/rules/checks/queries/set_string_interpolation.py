"""set-string-interpolation: a value that becomes part of a SET can name another tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import Pattern
from rlslint.code.sites import Runs
from rlslint.config import Confidence, Severity
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.sessions import QuerySite
from rlslint.project.setting_writes import SettingWrite, setting_call
from rlslint.rules.registry import rule
from rlslint.text import Hole, HoleValue

_SIGNED = Pattern(
    r"(?:\bjsonwebtoken\.verify|\bjose\.(?:\w+\.)?(?:jwtVerify|decode)|\bjwt\.decode)\(\)"
)
"""What libraries give that have checked the signature of a token; PyJWT does so in decode()."""
_STORED = Pattern(
    r"\b(?:executeTakeFirst(?:OrThrow)?|(?:First|Single)(?:OrDefault)?(?:Async)?|FindAsync"
    r"|find(?:Unique|First)(?:OrThrow)?|findOne(?:By|OrFail)*|find_by!?|fetch_one|fetchone|one_or_none"
    r"|scalar_one(?:_or_none)?)\(\)\.(?:id|Id|\w+Id|\w+_id)$"
)
"""Keys of a row that a query gave."""
_HARMLESS = (HoleValue.constant, HoleValue.quoted)


@rule
def set_string_interpolation(query: QuerySite, project: Project) -> Iterator[Finding]:
    reported = set()
    for write in query.writes:
        if write.name not in project.context_settings:
            continue
        for hole in query.holes_in(write.statement):
            if hole.binding or hole.value in _HARMLESS or hole in reported:
                continue
            reported.add(hole)
            yield about_context(_finding(query, write, hole), project)


def _finding(query: QuerySite, write: SettingWrite, hole: Hole) -> Finding:
    typed = hole.value in (HoleValue.typed, HoleValue.declared)
    checked = hole.value is HoleValue.checked
    stored = hole.value is HoleValue.anything and _STORED().search(hole.source) is not None
    but = (
        ", which only its type prevents"
        if typed
        else ", which only the test before it prevents"
        if checked
        else ", which only what the row holds prevents"
        if stored
        else ""
    )
    signed = _SIGNED().search(hole.source) is not None
    who = "whoever has a quote signed into a token" if signed else "a client"
    whose = "their" if signed else "the client's"
    return Finding(
        object=write.name,
        message=f"{who} can become another tenant{but}: {hole.source} is written into the SQL "
        f"that sets {write.name}, so a quote in it begins a statement of {whose} own",
        span=query.span_of(hole),
        label="becomes part of the SQL",
        help=f"{setting_call(write.name, query.site.driver)} -- with the value as a parameter",
        severity=Severity.info
        if typed or checked or stored
        else Severity.warning
        if signed
        else None,
        confidence=None if query.site.runs is Runs.yes else Confidence.medium,
        statement=write.statement,
    )
