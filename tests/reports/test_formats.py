from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from rlslint.config import Severity
from rlslint.config.options import OUTPUT_FORMATS
from rlslint.project import Finding
from rlslint.reports import Database, ReportedFinding, in_order
from rlslint.reports.formats import render
from tests.reports.examples import audited, live, related, reported, result, shadowed, span

CARD = "# policy-column-shadowed (RLS103)\n\n```toml\ncode = 1\n```\n\nA name\nis captured.\n"


def lines(name: str, *findings: ReportedFinding) -> list[str]:
    return list(render(name, result(*findings), card=lambda rule: CARD))


@pytest.mark.parametrize("name", OUTPUT_FORMATS)
def test_every_format_prints_nothing_found_and_findings_of_every_shape(name: str) -> None:
    lines(name)
    text = "\n".join(lines(name, related(), live()))
    assert "policy-column-shadowed" in text or "RLS103" in text


@pytest.mark.parametrize("name", OUTPUT_FORMATS)
def test_no_format_lets_an_escape_sequence_through(name: str) -> None:
    assert "\x1b" not in "\n".join(lines(name, shadowed(message="a\x1b[2Jb", object="\x1b")))


@pytest.mark.parametrize("name", OUTPUT_FORMATS)
def test_every_format_names_the_database_and_the_object(name: str) -> None:
    placed = shadowed(database="shop on db1")
    for finding in (audited(), placed):
        text = "\n".join(lines(name, finding)).replace("%20", " ").replace("\\", "")
        assert "shop on db1" in text or (name == "full" and finding is placed)
        assert finding.finding.object in text


def test_concise_is_one_line_per_finding() -> None:
    assert lines("concise", shadowed(), live()) == [
        "migrations/0007_members.sql:4:26: RLS103 [policy-column-shadowed] "
        "any member of any tenant can read every row of public.docs",
        "public.notes: RLS006 [rls-not-forced] the owner can read every row of public.notes",
    ]


def test_json_has_the_documented_fields() -> None:
    document = json.loads("".join(lines("json", related(), live())))
    first, second = document["findings"]
    assert document["version"] == 1
    assert document["checked"]["statements"] == 310
    assert first["filename"] == "migrations/0007_members.sql"
    assert first["location"] == {"row": 4, "column": 26}
    assert first["end_location"] == {"row": 4, "column": 35}
    assert (first["severity"], first["confidence"], first["fix"]) == ("error", "high", None)
    assert first["related"][0]["filename"] == "migrations/0001.sql"
    assert second["filename"] is second["location"] is None


def test_json_lines_are_the_findings_of_json() -> None:
    findings = (shadowed(), live())
    whole = json.loads("".join(lines("json", *findings)))["findings"]
    assert [json.loads(line) for line in lines("json-lines", *findings)] == whole


def test_github_escapes_what_would_end_a_property_or_a_message() -> None:
    odd = shadowed(message="100% of\nrows", span=span("SELECT x", "x", "a,b:c.sql"))
    assert lines("github", odd) == [
        "::error title=rlslint (RLS103),file=a%2Cb%3Ac.sql,line=1,col=8,endLine=1,endColumn=9"
        "::a,b:c.sql:1:8: RLS103 [policy-column-shadowed] 100%25 of%0Arows"
    ]


def test_github_gets_no_columns_for_several_lines() -> None:
    line = lines("github", shadowed(span=span("SELECT\nx", "SELECT\nx")))[0]
    assert "line=1,endLine=2::" in line


def test_gitlab_fingerprints_differ_though_the_statement_is_the_same() -> None:
    first, second = json.loads("".join(lines("gitlab", shadowed(), shadowed())))
    assert first["fingerprint"] != second["fingerprint"]
    assert first["severity"] == "critical"
    assert first["location"]["positions"]["begin"] == {"line": 4, "column": 26}


def test_junit_is_xml_that_names_every_finding() -> None:
    source = "\n".join(lines("junit", shadowed(message='<a> & "b" \x00'), live()))
    suites = ElementTree.fromstring(source.encode())
    assert suites.get("failures") == "2"
    assert [suite.get("name") for suite in suites] == [
        "migrations/0007_members.sql",
        "public.notes",
    ]
    failure = suites.find(".//failure")
    assert failure is not None
    assert failure.get("message") == '<a> & "b" ␀'


def test_rdjson_counts_columns_in_bytes() -> None:
    wide = shadowed(span=span("SELECT 'ä', x", "x"))
    diagnostic = json.loads("".join(lines("rdjson", wide)))["diagnostics"][0]
    assert diagnostic["location"]["range"]["start"] == {"line": 1, "column": 14}
    assert diagnostic["severity"] == "ERROR"


def test_markdown_keeps_its_table_whole() -> None:
    row = next(
        line for line in lines("markdown", shadowed(message="a | b <img>\n@x")) if "RLS" in line
    )
    assert row.endswith("| a \\| b \\<img\\>␊\\@x |")


def test_findings_are_sorted_by_place_and_those_without_one_come_last() -> None:
    later = reported(Finding("b", "m", span("a\nb", "b", "b.sql")))
    earlier = reported(Finding("a", "m", span("a\nb", "a", "b.sql")), Severity.info)
    first = reported(Finding("c", "m", span("a\nb", "b", "a.sql")))
    assert in_order((live(), later, earlier, first), []) == (first, earlier, later, live())


def test_json_tells_which_databases_were_audited() -> None:
    audit = result(audited())._replace(databases=(Database("shop on db1", "18.1", "auditor"),))
    document = json.loads("".join(render("json", audit, card=lambda rule: CARD)))
    assert document["databases"] == [
        {"name": "shop on db1", "server_version": "18.1", "role": "auditor"}
    ]
    assert document["findings"][0]["database"] == "shop on db1"
