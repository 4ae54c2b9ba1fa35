"""A catalog whose names want to be more than names is printed harmlessly in every format."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from rlslint.config import Severity
from rlslint.config.options import OUTPUT_FORMATS, Config
from rlslint.engine import audit
from rlslint.project.database import Request
from rlslint.reports import Result
from rlslint.reports.formats import render
from rlslint.rules import card
from tests.postgres import Server
from tests.reports.test_sarif import validated

EVIL = (
    "\x1b]0;owned\x07",
    "a\r\n::error file=x::owned",
    "\u202edrow\u2066",
    "tab\tquote\"'`",
    "]]><b>&amp;%0A%s{}",
    "| x |[a](b)<!--",
    "\x9b2J\u2028\x7f",
    "🐘" * 15,
    "n" * 63,
    "-- rlslint: file-ignore[all]",
    "$$;DROP--\\",
)
"""Each may be the name of a table, a column, a policy, a role, a function or a schema."""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def statements(prefix: str) -> Iterator[str]:
    for number, evil in enumerate(EVIL):
        name = quoted(evil)
        role = quoted(f"{prefix}{number}{evil}"[:15])
        text = "'" + evil.replace("'", "''") + "'"
        yield f"CREATE ROLE {role} LOGIN"
        yield f"CREATE SCHEMA {name}"
        yield f"CREATE TABLE {name}.{name} (tenant_id int, {name} text)"
        yield f"ALTER TABLE {name}.{name} OWNER TO {role}"
        yield f"ALTER TABLE {name}.{name} ENABLE ROW LEVEL SECURITY"
        yield f"CREATE POLICY {name} ON {name}.{name} USING ({name} = {text} OR true)"
        yield (
            f"CREATE POLICY other ON {name}.{name}"
            " USING (tenant_id = current_setting('app.tenant_id')::int)"
        )
        yield f"CREATE VIEW {name}.listed AS SELECT {name}, {text} AS said FROM {name}.{name}"
        yield (
            f"CREATE FUNCTION {name}.{name}({name} text) RETURNS SETOF {name}.{name} LANGUAGE sql"
            f" SECURITY DEFINER AS $body$SELECT * FROM {name}.{name} WHERE {text} <> ''$body$"
        )
        yield f"GRANT USAGE ON SCHEMA {name} TO PUBLIC"
        yield f"GRANT ALL ON ALL TABLES IN SCHEMA {name} TO PUBLIC"


class Audited(NamedTuple):
    alone: Result
    with_migrations: Result


@pytest.fixture(scope="module")
def audited(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    script = "".join(f"{each};\n" for each in statements("r"))
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "migrations").mkdir()
    (folder / "migrations" / "0001_all.sql").write_text(script, newline="")
    config = Config(min_severity=Severity.info)
    with server.database() as one, server.database() as other:
        for database in (one, other):
            refused = [str(error) for error in database.run(script).errors]
            assert all("role" in error and "already exists" in error for error in refused), refused
        hostile = quoted(EVIL[0] + EVIL[1])
        one.run(f"CREATE DATABASE {hostile} TEMPLATE {other.name}")
        third = one.conninfo().replace(f"dbname={one.name}", f"dbname='{EVIL[0] + EVIL[1]}'")
        asked = (one.conninfo(), other.conninfo(), third)
        yield Audited(
            audit(Request(asked), config, lambda sentence: None),
            audit(Request(asked[:1], (), str(folder), True), config, lambda sentence: None),
        )


@pytest.fixture(params=["alone", "with_migrations"])
def result(request: pytest.FixtureRequest, audited: Audited) -> Result:
    found: Result = getattr(audited, request.param)
    assert not found.errors
    assert len({reported.name for reported in found.findings}) > 3
    return found


def printed(name: str, result: Result) -> list[str]:
    return list(render(name, result, card=lambda rule: card(rule).text))


@pytest.mark.parametrize("name", OUTPUT_FORMATS)
def test_nothing_that_a_terminal_obeys_is_printed(name: str, result: Result) -> None:
    for line in printed(name, result):
        acting = {c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")}
        assert acting <= ({"\n"} if name in ("json", "sarif") else set())
    text = "\n".join(printed(name, result))
    assert "owned" in text


def test_json_of_all_kinds_can_be_read(result: Result) -> None:
    count = len(result.findings)
    for name in ("json", "sarif", "gitlab", "rdjson"):
        json.loads("\n".join(printed(name, result)))
    assert len([json.loads(line) for line in printed("json-lines", result)]) == count


def test_sarif_keeps_to_its_schema(result: Result) -> None:
    run = validated("\n".join(printed("sarif", result)))
    assert len(run["results"]) == len(result.findings)


def test_junit_can_be_read(result: Result) -> None:
    suites = ElementTree.fromstring("\n".join(printed("junit", result)).encode())
    assert len(suites.findall(".//failure")) == len(result.findings)


def test_github_gets_its_own_commands_and_no_others(result: Result) -> None:
    lines = printed("github", result)
    assert len(lines) == len(result.findings)
    for line in lines:
        assert re.match(r"::(error|warning|notice) title=rlslint \(RLS\d+\)[:,]", line)


def test_a_row_of_the_markdown_table_stays_one_row(result: Result) -> None:
    rows = [line for line in printed("markdown", result) if line.startswith("|")]
    assert len(rows) == len(result.findings) + 2
    for row in rows:
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 5
        assert not re.search(r"(?<!\\)[<`]", row)


def test_one_line_of_the_concise_format_is_one_finding(result: Result) -> None:
    assert len(printed("concise", result)) == len(result.findings)


def test_the_path_of_a_migration_is_shown_for_what_it_made(audited: Audited) -> None:
    made = [found for found in audited.with_migrations.findings if found.place is not None]
    assert len(made) > len(EVIL)
