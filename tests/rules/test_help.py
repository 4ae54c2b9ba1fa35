"""Every help that is SQL is run: alone, in pairs and with all others of its run."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

import pytest

from rlslint.reports import Result
from rlslint.reports.edits import fix_of
from rlslint.reports.mends import is_mend
from rlslint.rules import Card, card
from tests.advice import (
    advice_of,
    complaints,
    complaints_of_migration,
    loaded,
    shown_by,
    unreadable,
)
from tests.command_line import rlslint
from tests.linting import findings_of, lint
from tests.postgres import Database, Server
from tests.projects import (
    history_of,
    linted,
    prelude_of,
    scripts_of,
    with_migration,
)
from tests.reach import Reach
from tests.rules.test_cards import Situation, files_of, is_live, situations
from tests.test_fixtures import PROJECTS, skip_where_refused

BAD = [
    one for one in situations(("bad",)) if one.example.language == "sql" and not is_live(one.card)
]
REFUSED = [one for one in BAD if one.card.name == "invalid-rls-ddl"]

MIGRATED = [one for one in BAD if one.number == 0][::5]
"""Examples whose next migration, which `rlslint fix` writes, is run as well."""


def mended(project: Path) -> str:
    """Return the migration that `rlslint fix` writes."""
    made = rlslint("fix", "--isolated", "--min-severity", "info", cwd=project)
    if not made.stdout:
        assert "left out" in made.stderr
        return ""
    (path,) = made.stdout.splitlines()
    sql = (project / path).read_text(encoding="utf-8")
    (project / path).unlink()
    return sql


def good_of(one: Card) -> Situation | None:
    good = (situation for situation in situations(("good",)) if situation.card is one)
    return next((one for one in good if one.example.language == "sql"), None)


@cache
def shown_where_good(rule: str, server: Server) -> frozenset[Reach] | None:
    good = good_of(card(rule))
    if good is None:
        return None
    with loaded(server, [good.script]) as one:
        return shown_by(one)


@pytest.mark.parametrize("situation", BAD, ids=str)
def test_what_a_bad_example_suggests_is_safe_to_run(
    situation: Situation, tmp_path: Path, server: Server
) -> None:
    files = files_of(situation)
    result = lint(tmp_path / "before", files)
    for reported in result.findings:
        if is_mend(reported):
            assert card(reported.name).fix == "migration"
        elif fix_of(reported) is not None:
            assert card(reported.name).fix == "edit"
    if not advice_of(result):
        assert unreadable(result) == []
        return
    shown = shown_where_good(situation.card.name, server)
    with loaded(server, [situation.script]) as one:
        if situation in MIGRATED:
            migration = mended(tmp_path / "before")
            assert complaints_of_migration(one, migration, result, shown) == []
        found = complaints(one, result, partial(_with_help, tmp_path / "after", files), shown)
    assert found == []


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_what_a_project_is_told_is_safe_to_run(
    project: Path, tmp_path: Path, server: Server
) -> None:
    result, history = linted(project), history_of(project)
    assert history is not None
    if not advice_of(result):
        assert unreadable(result) == []
        return
    scripts = scripts_of(project, history)
    skip_where_refused(scripts, server)
    with loaded(server, scripts, prelude_of(scripts)) as one:
        found = complaints(one, result, partial(with_migration, project, tmp_path / project.name))
    assert found == []


def _with_help(folder: Path, files: dict[str, str], help: str) -> Result:
    return lint(folder, {**files, "migrations/0002_help.sql": help})


@pytest.mark.parametrize("situation", REFUSED, ids=str)
def test_a_refused_statement_is_shown_as_it_was_meant(
    situation: Situation, tmp_path: Path, database: Database
) -> None:
    (found,) = findings_of(lint(tmp_path / "before", files_of(situation)), "invalid-rls-ddl")
    span = found.finding.span
    assert span is not None
    data = span.text.data
    mended = (data[: span.start] + found.finding.help.encode() + data[span.end :]).decode()
    assert database.run(mended).errors == ()
    after = lint(tmp_path / "after", {"migrations/0001_example.sql": mended})
    assert findings_of(after, "invalid-rls-ddl") == []
    assert after.uses_row_security


OPEN = """
CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON docs USING (true);
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
MENDED = "ALTER POLICY everyone ON docs USING (tenant_id = current_setting('app.tenant')::int);"


@pytest.mark.parametrize(
    "help",
    [
        MENDED.replace("tenant_id", "org_id"),
        MENDED.replace("everyone", "nobody"),
        f"BEGIN; CREATE FUNCTION tenant() RETURNS int LANGUAGE sql AS 'SELECT 2'; {MENDED} COMMIT;",
        f"BEGIN; CREATE POLICY everyone ON docs USING (true); {MENDED} COMMIT;",
    ],
)
def test_what_the_server_refuses_mends_nothing(
    help: str, tmp_path: Path, database: Database
) -> None:
    assert database.run(OPEN).errors == ()
    assert database.run(help).errors
    after = lint(tmp_path, {"migrations/1.sql": OPEN, "migrations/2.sql": help})
    assert findings_of(after, "policy-using-true")
    mended = lint(tmp_path, {"migrations/1.sql": OPEN, "migrations/2.sql": MENDED})
    assert not findings_of(mended, "policy-using-true")


@pytest.mark.parametrize(
    ("program", "parameter"),
    [
        ("import psycopg\nc = psycopg.connect()\nc.execute('SET app.tenant = %s', [t])\n", "%s"),
        (
            "import asyncpg\nasync def f(t):\n    c = await asyncpg.connect()\n"
            "    await c.execute('SET app.tenant = $1', t)\n",
            "$1",
        ),
    ],
)
def test_a_parameter_is_written_as_the_library_wants_it(
    program: str, parameter: str, tmp_path: Path
) -> None:
    files = {"migrations/1.sql": OPEN + MENDED, "app.py": program}
    (found,) = findings_of(lint(tmp_path, files), "set-bind-parameter")
    assert f"set_config('app.tenant', {parameter}, false)" in found.finding.help


def test_what_would_let_nobody_pass_is_not_suggested(tmp_path: Path) -> None:
    own = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::int"
    tables = "".join(
        f"CREATE TABLE {name} (id int PRIMARY KEY, tenant_id int NOT NULL);"
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY own ON {name} USING ({condition});"
        for name, condition in (("docs", own), ("notes", own.replace("=", "<>", 1)))
    )
    result = lint(tmp_path, {"migrations/0001_docs.sql": tables})
    (found,) = findings_of(result, "policy-inequality-on-tenant")
    assert found.finding.help == f"ask for the caller's own rows in its place: {own}"


GUARDED = """
CREATE ROLE web LOGIN;
CREATE SCHEMA rights;
CREATE FUNCTION rights.tenant() RETURNS int LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('app.tenant', true), '')::int $$;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY base ON docs USING (true);
CREATE POLICY guard ON docs AS RESTRICTIVE USING (tenant_id = rights.tenant());
"""


def test_a_policy_is_not_made_again_with_a_function_that_is_gone(tmp_path: Path) -> None:
    dropped = lint(tmp_path / "1", {"migrations/1.sql": GUARDED + "DROP POLICY guard ON docs;"})
    (found,) = findings_of(dropped, "drop-restrictive-policy")
    assert found.finding.help.endswith("USING (tenant_id = rights.tenant());")
    gone = lint(tmp_path / "2", {"migrations/1.sql": GUARDED + "DROP SCHEMA rights CASCADE;"})
    (found,) = findings_of(gone, "cascade-drops-policy")
    assert found.finding.help == "make policy guard of public.docs again"


@pytest.mark.parametrize(
    ("place", "help"),
    [
        ("", "ALTER ROLE web RESET row_security;"),
        ("IN DATABASE shop", "reset row_security with ALTER ROLE web IN DATABASE, where it is set"),
    ],
)
def test_a_setting_is_taken_back_where_it_is(place: str, help: str, tmp_path: Path) -> None:
    history = GUARDED + f"ALTER ROLE web {place} SET row_security = off;"
    (found,) = findings_of(
        lint(tmp_path, {"migrations/1.sql": history}), "role-setting-row-security-off"
    )
    assert found.finding.help == help


@pytest.mark.parametrize(
    ("expression", "is_indexable"),
    [("lower(tenant)", True), ("coalesce(tenant, 'x')", False), ("concat(tenant, 'x')", False)],
)
def test_an_index_is_of_what_immutable_functions_make(
    expression: str, is_indexable: bool, tmp_path: Path
) -> None:
    history = (
        "CREATE ROLE web LOGIN; CREATE TABLE docs (id int PRIMARY KEY, tenant text NOT NULL);"
        "GRANT SELECT ON docs TO web; ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY own ON docs USING ({expression} = current_setting('app.tenant', true));"
    )
    (found,) = findings_of(lint(tmp_path, {"migrations/1.sql": history}), "policy-casts-column")
    assert found.finding.help.startswith("CREATE INDEX") is is_indexable
