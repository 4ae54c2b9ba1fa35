"""guc-reserved-word: SET takes no name of which a part is one of SQL's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import Pattern
from rlslint.code.sites import Runs
from rlslint.config import Confidence
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.sessions import QuerySite
from rlslint.project.setting_writes import setting_call
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier
from rlslint.sql.parser import BrokenStatement, ParsedStatement
from rlslint.sql.statements import read
from rlslint.text import Span, Text

_SET = Pattern(
    r"\s*SET\s+(?:LOCAL\s+|SESSION\s+)?(?P<name>\w+(?:\s*\.\s*[\w-]+)+)\s*(?:=|TO\b)",
    re.IGNORECASE,
)
_WORD = Pattern(r"[^\W\d]\w*")


@rule
def guc_reserved_word(query: QuerySite, project: Project) -> Iterator[Finding]:
    for broken in query.broken:
        written = _SET().match(broken.statement.sql)
        if written is not None and _only_the_name_is_wrong(broken, written):
            yield _finding(query, broken, written)


def _only_the_name_is_wrong(broken: BrokenStatement, written: re.Match[str]) -> bool:
    """Tell whether the statement can be read once each part of the name stands in quotes."""
    sql = broken.statement.sql
    quoted = ".".join(f'"{part.strip()}"' for part in written["name"].split("."))
    mended = sql[: written.start("name")] + quoted + sql[written.end("name") :]
    found = list(read(Text("", mended.encode()), ("VariableSetStmt",), application=True))
    return len(found) == 1 and isinstance(found[0], ParsedStatement)


def _finding(query: QuerySite, broken: BrokenStatement, written: re.Match[str]) -> Finding:
    parts = [part.strip() for part in written["name"].split(".")]
    name, text = ".".join(parts), broken.statement.text
    start = broken.statement.start + len(broken.statement.sql[: written.start("name")].encode())
    odd = [part for part in parts if not _WORD().fullmatch(part)]
    reserved = [part for part in parts if quoted_identifier(part.lower()) != part.lower()]
    if odd:
        reason, help = f"{odd[0]} is no name", f"call it {name.replace('-', '_')} everywhere"
    else:
        word = reserved[0] if reserved else parts[-1]
        reason = f"{word} is one of SQL's own words"
        is_local = "local" in written[0].lower().split()
        help = setting_call(name.lower(), query.site.driver, is_local)
    return Finding(
        object=name,
        message=f"{name} is never set, because this statement always fails with a syntax error: "
        f"{reason}",
        span=Span(text, start, start + len(written["name"].encode())),
        label="no name that SET takes",
        help=help,
        confidence=None if query.site.runs is Runs.yes else Confidence.medium,
        statement=broken.statement,
    )
