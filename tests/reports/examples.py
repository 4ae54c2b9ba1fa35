"""Findings for the tests of the formats."""

from __future__ import annotations

from typing import Any

from rlslint.config import Confidence, Severity
from rlslint.project import Finding, NotChecked
from rlslint.reports import Checked, ReportedFinding, Result
from rlslint.text import CatalogText, Related, Span, Text

POLICY = """CREATE POLICY p ON docs USING (EXISTS (
    SELECT FROM members m
     WHERE m.user_id = current_user
       AND m.tenant_id = tenant_id));
"""


def span(source: str, marked: str, path: str = "migrations/0007_members.sql") -> Span:
    start = source.encode().rindex(marked.encode())
    return Span(Text(path, source.encode()), start, start + len(marked.encode()))


def reported(
    finding: Finding,
    severity: Severity = Severity.error,
    name: str = "policy-column-shadowed",
    code: str = "RLS103",
) -> ReportedFinding:
    return ReportedFinding(finding._replace(rule=name), code, severity, Confidence.high)


def shadowed(**changes: Any) -> ReportedFinding:
    finding = Finding(
        "public.docs",
        "any member of any tenant can read every row of public.docs",
        span(POLICY, "tenant_id"),
        "resolves to m.tenant_id",
        "qualify the outer column:  m.tenant_id = docs.tenant_id",
    )
    return reported(finding._replace(**changes))


def live() -> ReportedFinding:
    finding = Finding("public.notes", "the owner can read every row of public.notes", None)
    return reported(finding, Severity.warning, "rls-not-forced", "RLS006")


def audited() -> ReportedFinding:
    """A finding of a live database, which has SQL to show and no file."""
    shown = b"CREATE TABLE public.notes (id int8);\nALTER ROLE app PASSWORD 'hunter2'"
    finding = live().finding._replace(
        span=Span(CatalogText("shop on db1", shown), 0, len(shown)),
        label="is not forced",
        related=(Related(Span(CatalogText("shop on db1", shown), 13, 25), "made here"),),
        database="shop on db1",
    )
    return reported(finding, Severity.warning, "rls-not-forced", "RLS006")


def result(*findings: ReportedFinding) -> Result:
    return Result(
        findings,
        Checked(migrations=42, statements=310, queries=118, code_files=60, tables=9, policies=12),
    )


def related() -> ReportedFinding:
    table = span("CREATE TABLE docs ();\n", "docs", "migrations/0001.sql")
    return shadowed(related=(Related(table, "the table is made here"),))


UNCHECKED = (
    NotChecked("query", "app.py:3", "built at run time"),
    NotChecked("table", "public.a", "behind dynamic SQL", ("rls-not-enabled", "rls-not-forced")),
    NotChecked("table", "public.b", "behind dynamic SQL", ("rls-not-enabled", "rls-not-forced")),
)
