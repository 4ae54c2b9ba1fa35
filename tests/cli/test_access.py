"""`rlslint access` as a user meets it: formats, filters, exit statuses, input that is not clean."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.command_line import rlslint
from tests.postgres import Database

SHOP = """CREATE ROLE app LOGIN;
CREATE ROLE auditor LOGIN BYPASSRLS;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, is_open boolean NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY open ON docs FOR SELECT USING (is_open);
CREATE TABLE prices (id int PRIMARY KEY);
GRANT SELECT, UPDATE ON docs TO app;
GRANT SELECT ON docs, prices TO auditor;
GRANT SELECT ON prices TO PUBLIC;
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_shop.sql").write_text(SHOP)
    return tmp_path


def test_rows_are_told_in_words_and_the_condition_in_sql(project: Path) -> None:
    run = rlslint("access", "--table", "docs", "--role", "app", cwd=project, COLUMNS="200")
    assert run.returncode == 0
    assert "rows whose tenant_id is app.tenant_id and rows where is_open" in run.stdout
    assert "(is_open)" in run.stdout
    assert "nullif(current_setting('app.tenant_id', true), '')::int" in run.stdout
    assert "none: no privilege" in run.stdout
    assert run.stderr == "1 table, 1 role, 5 answers, none of them unknown.\n"


def test_no_line_is_wider_than_the_terminal_and_equal_tables_stand_together(project: Path) -> None:
    more = "".join(
        f"CREATE TABLE {name} (LIKE docs); GRANT SELECT ON {name} TO app;\n"
        for name in ("first_of_many", "second_of_many")
    )
    (project / "migrations" / "0002_more.sql").write_text(more)
    run = rlslint("access", cwd=project, COLUMNS="80")
    assert max(map(len, run.stdout.splitlines())) <= 80
    assert "public.first_of_many, public.second_of_many" in run.stdout


def test_json_tells_for_each_role_and_command(project: Path) -> None:
    run = rlslint("access", "--output-format", "json", cwd=project)
    document = json.loads(run.stdout)
    assert document["version"] == 1
    (only,) = document["projects"]
    roles = {role["name"]: role for role in only["roles"]}
    assert roles["public"]["needs_no_password"]
    assert roles["auditor"]["parts"][0] == "bypassing"
    docs, prices = only["tables"]
    assert (docs["name"], docs["row_security"], docs["location"]["row"]) == ("public.docs", True, 3)
    answers = {
        (role, command): answer
        for answer in docs["access"]
        for role in answer["roles"]
        for command in answer["commands"]
    }
    read, changed = answers["app", "select"], answers["app", "update"]
    assert (read["rows"], read["decided_by"]) == ("some", "policies")
    assert [kind["form"] for kind in read["kinds"]] == ["equality", "row flag"]
    assert {policy["name"] for policy in read["policies"]} == {"tenant", "open"}
    assert changed["rows"] == "own"
    assert changed["with_where_or_returning"]["rows"] == "some"
    assert answers["auditor", "select"]["decided_by"] == "BYPASSRLS"
    assert answers["public", "select"]["rows"] == "none"
    assert prices["access"][0]["rows"] == "every"


def test_csv_has_a_line_for_each_answer(project: Path) -> None:
    run = rlslint("access", "--output-format", "csv", "--command", "select,insert", cwd=project)
    lines = list(csv.DictReader(run.stdout.splitlines()))
    assert {line["command"] for line in lines} == {"select", "insert"}
    (found,) = (
        line
        for line in lines
        if (line["table"], line["role"], line["command"]) == ("public.docs", "app", "select")
    )
    assert found["rows"] == "some"
    assert found["condition"].endswith("OR (is_open)")


def test_markdown_has_a_table_for_each_kind_of_tables(project: Path) -> None:
    run = rlslint("access", "--output-format", "markdown", "-o", "out.md", cwd=project)
    assert run.stdout == ""
    written = (project / "out.md").read_text()
    assert "### public.docs" in written
    assert "| app | SELECT | rows whose tenant\\_id is app.tenant\\_id" in written


def test_public_shows_what_needs_no_password(project: Path) -> None:
    run = rlslint("access", "--public", "--output-format", "csv", cwd=project)
    lines = list(csv.DictReader(run.stdout.splitlines()))
    assert {line["role"] for line in lines} == {"public"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--role", "ap"), 'There is no role "ap" (did you mean "app"?).'),
        (("--table", "dosc"), 'There is no table "dosc" (did you mean "docs"?).'),
        (("--command", "selekt"), 'did you mean "select"?'),
        (("nowhere",), "nowhere"),
    ],
)
def test_what_is_not_there_ends_with_2(
    project: Path, arguments: tuple[str, ...], said: str
) -> None:
    run = rlslint("access", *arguments, cwd=project)
    assert run.returncode == 2
    assert said in run.stderr


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    run = rlslint("access", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    assert "nothing to tell" in run.stderr


def test_programs_get_an_empty_document_where_there_is_nothing(tmp_path: Path) -> None:
    run = rlslint("access", "--output-format", "json", cwd=tmp_path)
    assert json.loads(run.stdout) == {"version": 1, "not_checked": [], "projects": []}


def test_two_histories_are_told_apart(tmp_path: Path) -> None:
    for name, command in (("billing", "SELECT"), ("shipping", "INSERT")):
        (tmp_path / name / "migrations").mkdir(parents=True)
        sql = f"CREATE ROLE app LOGIN; CREATE TABLE x (id int); GRANT {command} ON x TO app;"
        (tmp_path / name / "migrations" / "0001_x.sql").write_text(sql)
    words = ("access", "explain", "x", "--as", "app")
    run = rlslint(*words, "--output-format", "json", cwd=tmp_path)
    told = {one["project"]: one["rows"] for one in json.loads(run.stdout)["answers"]}
    assert told == {
        "billing/migrations/0001_x.sql": "every",
        "shipping/migrations/0001_x.sql": "none",
    }
    lines = rlslint(*words, cwd=tmp_path).stdout.splitlines()
    assert [line for line in lines if line in told] == list(told)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('{"n": true}', "public.kinds.n is of type numeric, which does not hold true."),
        ('{"tags": "app"}', 'public.kinds.tags is of type text[], which does not hold "app".'),
        ('{"u": "x"}', 'public.kinds.u is of type uuid, which does not hold "x".'),
        ('{"n": 6}', "such a row passes"),
        ('{"n": 1, "tags": ["x"], "u": null, "j": {"o": "x"}}', "no such row passes"),
        ('{"n": null, "tags": null, "u": null, "j": {"o": "app"}}', "such a row passes"),
    ],
)
def test_a_row_has_values_of_its_types(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_kinds.sql").write_bytes(
        b"CREATE ROLE app LOGIN;\r\n"
        b"CREATE TABLE kinds (n numeric, tags text[], u uuid, j jsonb);\r\n"
        b"ALTER TABLE kinds ENABLE ROW LEVEL SECURITY; GRANT SELECT ON kinds TO app;\r\n"
        b"CREATE POLICY p ON kinds USING (n > 5 OR 'app' = ANY (tags) OR j ->> 'o' = 'app'\r\n"
        b" OR u = nullif(current_setting('app.u', true), '')::uuid);\r\n"
    )
    words = ("access", "explain", "kinds", "--as", "app", "--row", row, "--set", "app.u=")
    run = rlslint(*words, cwd=tmp_path)
    assert said in " ".join((run.stdout + run.stderr).split())


def test_what_is_unknown_is_told_with_its_reason(project: Path) -> None:
    (project / "migrations" / "0002_loop.sql").write_text(
        "DO $$ BEGIN EXECUTE 'CREATE POLICY x ON docs USING (' || random() || ')'; END $$;"
    )
    run = rlslint("access", "--table", "docs", "--role", "app", cwd=project)
    assert "unknown: it is not known which policies there are" in " ".join(run.stdout.split())
    assert "migrations/0002_loop.sql:1" in run.stdout
    assert "2 of them unknown" in run.stderr


def test_who_may_be_the_owner_is_told_with_what_says_so(project: Path) -> None:
    (project / ".env").write_text("DATABASE_URL=postgres://shop@db.internal/shop\n")
    run = rlslint("access", "--table", "docs", "--role", "shop", cwd=project)
    said = " ".join(run.stdout.split())
    assert "shop serves requests (named by the connection string in .env): gets every" in said
    assert "if it owns the table, for the migrations grant shop nothing" in said
    explained = rlslint("access", "explain", "docs", "--as", "shop", cwd=project)
    assert "shop is granted nothing, but has what an owner has if" in explained.stdout


def test_who_runs_the_migrations_owns_what_they_make(project: Path) -> None:
    (project / "rlslint.toml").write_text('owner-roles = ["deployer"]\n')
    run = rlslint("access", "--output-format", "csv", cwd=project)
    found = {
        (line["role"], line["command"]): line
        for line in csv.DictReader(run.stdout.splitlines())
        if line["table"] == "public.docs"
    }
    assert found["deployer", "delete"]["rows"] == "every"
    assert (
        "if it owns the table, for deployer runs the migrations"
        in (found["deployer", "delete"]["words"])
    )


def test_long_names_leave_room_for_words(project: Path) -> None:
    name = "a_role_whose_name_is_as_long_as_postgresql_lets_it_be_and_not_more"[:63]
    (project / "migrations" / "0002_long.sql").write_text(
        f"CREATE ROLE {name} LOGIN; GRANT SELECT ON docs TO {name};"
    )
    run = rlslint("access", cwd=project, COLUMNS="80")
    assert max(map(len, run.stdout.splitlines())) <= 80


def test_what_may_be_called_or_not_is_told_with_the_doubt(project: Path) -> None:
    (project / "migrations" / "0002_function.sql").write_text(
        "CREATE FUNCTION all_docs() RETURNS SETOF docs LANGUAGE sql SECURITY DEFINER AS "
        "'SELECT * FROM docs';\n"
        "DO $$ BEGIN EXECUTE 'REVOKE ALL ON FUNCTION all_docs() FROM ' || current_user; END $$;"
    )
    run = rlslint("access", "--table", "docs", "--role", "public", cwd=project)
    assert run.returncode == 0
    assert "through the function public.all_docs" in " ".join(run.stdout.split())


def test_names_and_conditions_that_anybody_wrote_do_no_harm(project: Path) -> None:
    (project / "migrations" / "0002_bad.sql").write_text(
        'CREATE TABLE "=evil\x1b[31m" (id int);\n'
        'GRANT SELECT ON "=evil\x1b[31m" TO app;\n'
        "CREATE POLICY secret ON docs FOR DELETE TO app USING "
        "(current_setting('app.url') = 'postgres://u:s3cretpassword@h/db');\n"
        "GRANT DELETE ON docs TO app;\n"
    )
    for output_format in ("text", "json", "csv", "markdown"):
        run = rlslint("access", "--output-format", output_format, cwd=project)
        assert run.returncode == 0
        assert "\x1b" not in run.stdout
        assert "s3cretpassword" not in run.stdout


def test_what_where_leaves_is_told_only_if_that_is_less(project: Path) -> None:
    more = project / "migrations" / "0002_more.sql"
    more.write_text(
        """
        CREATE ROLE clerk LOGIN;
        CREATE TABLE drafts (tenant_id int, kind text);
        ALTER TABLE drafts ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON drafts FOR SELECT TO clerk
          USING (tenant_id = current_setting('app.tenant_id')::int);
        CREATE POLICY less ON drafts FOR DELETE TO clerk
          USING (tenant_id = current_setting('app.tenant_id')::int AND kind = 'draft');
        CREATE POLICY other ON drafts FOR UPDATE TO clerk USING (kind = 'draft');
        GRANT SELECT, UPDATE, DELETE ON drafts TO clerk;
        """
    )
    run = rlslint("access", "--output-format", "csv", "--role", "clerk", cwd=project)
    said = {
        (one["table"], one["command"]): one["words"]
        for one in csv.DictReader(run.stdout.splitlines())
    }
    assert "with WHERE" not in said["public.drafts", "delete"]
    assert "with WHERE" in said["public.drafts", "update"]


def test_a_live_database_is_asked_as_it_is(database: Database, tmp_path: Path) -> None:
    assert database.run(SHOP).errors == ()
    run = rlslint(
        "access", database.conninfo(), "--role", "app", "--output-format", "csv", cwd=tmp_path
    )
    assert run.returncode == 0
    found = {
        (line["table"], line["command"]): line["rows"]
        for line in csv.DictReader(run.stdout.splitlines())
    }
    assert found["public.docs", "select"] == "some"
    assert found["public.docs", "update"] == "own"
    assert found["public.docs", "delete"] == "none"


def test_explain_tells_each_step_with_its_place(project: Path) -> None:
    run = rlslint("access", "explain", "docs", "--as", "app", cwd=project, COLUMNS="200")
    assert run.returncode == 0
    for words in (
        "app, SELECT on public.docs: rows whose tenant_id is app.tenant_id and rows where is_open",
        "granted to app (migrations/0001_shop.sql:9)",
        "row security of public.docs is enabled (migrations/0001_shop.sql:4)",
        "app is no superuser, has no BYPASSRLS and does not own public.docs: policies apply",
        "one of 2 permissive has to be met",
        "tenant (permissive, for ALL, to app): tenant_id = (SELECT nullif(",
    ):
        assert words in " ".join(run.stdout.split())


@pytest.mark.parametrize(
    ("tenant", "said"),
    [("5", "such a row passes"), ("6", "no such row passes"), ("", "no such row passes")],
)
def test_explain_works_conditions_out_for_a_row_and_a_session(
    project: Path, tenant: str, said: str
) -> None:
    row = json.dumps({"tenant_id": 5, "is_open": False})
    run = rlslint(
        *("access", "explain", "public.docs", "--as", "app", "--row", row),
        *("--set", f"app.tenant_id={tenant}"),
        cwd=project,
    )
    assert f"Given this row and session, {said}." in run.stdout


def test_what_takes_too_long_to_work_out_for_a_row_is_not_known(project: Path) -> None:
    condition = "is_open"
    for number in range(24):
        condition = f"NOT ({condition} AND (id > {number} OR tenant_id = {number}))"
    (project / "migrations" / "0002_deep.sql").write_text(
        f"CREATE POLICY deep ON docs FOR DELETE TO app USING ({condition});"
        "DROP POLICY tenant ON docs; GRANT DELETE ON docs TO app;"
    )
    run = rlslint(
        *("access", "explain", "docs", "--as", "app", "--command", "delete"),
        *("--row", '{"id": 3}', "--set", "app.tenant_id=1"),
        cwd=project,
    )
    assert "whether such a row passes is not known." in " ".join(run.stdout.split())


def test_explain_tells_of_owners_and_what_would_change_it(project: Path) -> None:
    more = "CREATE ROLE keeper LOGIN; CREATE ROLE boss LOGIN; GRANT keeper TO boss;\n"
    more += "ALTER TABLE docs OWNER TO keeper;"
    (project / "migrations" / "0002_owner.sql").write_text(more)
    run = rlslint("access", "explain", "docs", "--as", "boss", cwd=project, COLUMNS="200")
    assert "boss as a member of keeper has the rights of keeper, the owner" in run.stdout
    assert "> for fewer rows: ALTER TABLE public.docs FORCE ROW LEVEL SECURITY;" in run.stdout
    assert "(migrations/0002_owner.sql:2)" in run.stdout


def test_explain_agrees_with_what_a_platform_says_of_a_role(project: Path) -> None:
    (project / "rlslint.toml").write_text('platform = "supabase"\n')
    run = rlslint("access", "explain", "docs", "--as", "service_role", cwd=project)
    told = " ".join(run.stdout.split())
    assert "has BYPASSRLS if the platform or the configuration is right" in told
    assert "policies apply" not in told and "none passes" not in told


def test_explain_as_json_has_the_same_steps(project: Path) -> None:
    run = rlslint(
        *("access", "explain", "docs", "--as", "app", "--command", "update"),
        *("--output-format", "json"),
        cwd=project,
    )
    (answer,) = json.loads(run.stdout)["answers"]
    assert (answer["role"], answer["command"], answer["rows"]) == ("app", "update", "own")
    steps = [step["step"] for step in answer["steps"]]
    assert steps == ["privilege", "schema", "row security", "exemption", *["policies"] * 3]
    assert answer["steps"][0]["parts"][0]["location"] == {"row": 9, "column": 1}


def test_explain_tells_of_a_view_on_the_way(project: Path) -> None:
    (project / "migrations" / "0002_view.sql").write_text(
        "CREATE VIEW all_docs AS SELECT * FROM docs; GRANT SELECT ON all_docs TO app;"
    )
    run = rlslint("access", "explain", "docs", "--as", "app", cwd=project, COLUMNS="200")
    assert (
        "through the view public.all_docs, as the role of the migrations, every row" in run.stdout
    )
    assert "ALTER VIEW public.all_docs SET (security_invoker);" in run.stdout


def test_a_view_shows_rows_of_a_schema_that_its_reader_may_not_enter(project: Path) -> None:
    (project / "migrations" / "0002_view.sql").write_text(
        "CREATE ROLE reader; CREATE SCHEMA apart; CREATE TABLE apart.notes (id int);"
        "GRANT SELECT ON apart.notes TO reader; GRANT USAGE ON SCHEMA apart TO auditor;"
    )
    asked = ("access", "explain", "apart.notes", "--as", "reader")
    run = rlslint(*asked, cwd=project, COLUMNS="200")
    assert "none: no USAGE on its schema" in run.stdout
    assert "through the view" not in run.stdout
    (project / "migrations" / "0003_view.sql").write_text(
        "CREATE VIEW shown WITH (security_invoker) AS SELECT * FROM apart.notes;"
        "GRANT SELECT ON shown TO reader;"
    )
    run = rlslint(*asked, cwd=project, COLUMNS="200")
    assert "through the view public.shown, as reader, every row" in run.stdout


def test_explain_leads_from_a_view_to_its_tables(project: Path) -> None:
    (project / "migrations" / "0002_view.sql").write_text("CREATE VIEW v AS SELECT * FROM docs;")
    run = rlslint("access", "explain", "v", cwd=project)
    assert run.returncode == 2
    assert run.stderr == "public.v is a view: ask about the table public.docs.\n"


def test_names_are_read_as_sql_reads_them(project: Path) -> None:
    (project / "migrations" / "0002_names.sql").write_text(
        'CREATE SCHEMA other; CREATE TABLE other."Docs" (id int); CREATE TABLE other.docs (id int);'
    )
    for written, meant in (
        ("DOCS", "public.docs"),
        ('"Docs"', "other.Docs"),
        ('other."Docs"', "other.Docs"),
        ("other.docs", "other.docs"),
    ):
        run = rlslint("access", "explain", written, "--as", "app", cwd=project)
        assert f"SELECT on {meant}:" in run.stdout, run.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dcos",), 'There is no table "dcos" (did you mean "docs"?).'),
        (("docs", "--as", "ap"), 'There is no role "ap" (did you mean "app"?).'),
        (("docs", "--row", "{"), "--row is no JSON."),
        (("docs", "--row", "[]"), "--row wants a JSON object"),
        (("docs", "--row", '{"tenant": 1}'), 'has no column "tenant" (did you mean "tenant_id"?).'),
        (("docs", "--set", "x"), "--set wants NAME=VALUE"),
        (("docs", "nowhere"), "nowhere"),
    ],
)
def test_explain_ends_with_2_where_it_cannot_tell(
    project: Path, arguments: tuple[str, ...], said: str
) -> None:
    run = rlslint("access", "explain", *arguments, cwd=project)
    assert run.returncode == 2
    assert said in run.stderr


def test_circles_of_memberships_and_views_end(project: Path) -> None:
    circles = "CREATE ROLE a; CREATE ROLE b; GRANT a TO b; GRANT b TO a;\n"
    circles += "CREATE VIEW v AS SELECT * FROM docs; CREATE VIEW w AS SELECT * FROM v;\n"
    circles += "CREATE OR REPLACE VIEW v AS SELECT * FROM w; GRANT SELECT ON w TO a;"
    (project / "migrations" / "0002_circles.sql").write_text(circles)
    assert rlslint("access", cwd=project).returncode == 0
    assert rlslint("access", "explain", "docs", "--as", "b", cwd=project).returncode == 0


def test_a_predicate_that_is_too_large_is_unknown(project: Path) -> None:
    parts = " OR ".join(f"(id > {n} AND tenant_id = {n} AND is_open)" for n in range(600))
    (project / "migrations" / "0002_large.sql").write_text(
        f"CREATE POLICY large ON docs FOR DELETE TO app USING ({parts});\n"
        "GRANT DELETE ON docs TO app;"
    )
    run = rlslint(
        "access", "--role", "app", "--table", "docs", "--output-format", "csv", cwd=project
    )
    assert run.returncode == 0
    (deleted,) = (
        line for line in csv.DictReader(run.stdout.splitlines()) if line["command"] == "delete"
    )
    assert deleted["rows"] == "unknown"
    assert "too large" in deleted["words"]
    assert len(deleted["condition"]) < 10_000
