"""A baseline: what was there before is not reported, what is new is, and what is mended is said."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Run, rlslint

FIRST = """CREATE ROLE app_user LOGIN;
CREATE ROLE reporting LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE good (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON good (tenant_id);
ALTER TABLE good ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON good TO app_user
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
GRANT SELECT ON docs, notes, good TO app_user;
"""
PROTECTION = """CREATE INDEX ON {0} (tenant_id);
ALTER TABLE {0} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {0} TO app_user
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""
FILE = "old.toml"


class Project:
    """A folder of migrations with two tables without row security, and a baseline of these."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.migration("0001_first.sql", FIRST)

    def migration(self, name: str, sql: str) -> None:
        path = self.root / "migrations" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(sql)

    def check(self, *arguments: str, cwd: str = ".") -> Run:
        concise = ("--baseline", FILE, "--output-format", "concise", "--no-cache")
        return rlslint("check", *concise, *arguments, cwd=self.root / cwd)

    def entries(self) -> dict[str, dict[str, Any]]:
        listed = tomllib.loads((self.root / FILE).read_text())["finding"]
        return {entry["object"]: entry for entry in listed}

    def edit(self, old: str, new: str) -> None:
        path = self.root / FILE
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    run = made.check("--write-baseline")
    assert (run.returncode, run.stdout) == (0, "")
    assert "Wrote old.toml, with 2 entries." in run.stderr
    return made


def found(run: Run) -> list[str]:
    """Return the rules and tables of the findings."""
    lines = (line.split() for line in run.stdout.splitlines())
    return [f"{line[2].strip('[]')} {next(w for w in line if 'public.' in w)}" for line in lines]


def test_what_was_there_before_is_not_reported(project: Project) -> None:
    run = project.check()
    assert (run.returncode, run.stdout) == (0, "")
    assert "No new findings." in run.stderr
    assert "2 findings of the baseline are not shown." in run.stderr


def test_the_file_is_sorted_and_says_who_reaches_what(project: Project) -> None:
    assert list(project.entries()) == ["public.docs", "public.notes"]
    assert project.entries()["public.docs"] == {
        "rule": "rls-not-enabled",
        "object": "public.docs",
        "severity": "error",
        "reason": "",
        "reach": {"app_user": ["SELECT"]},
        "statements": ["made"],
    }


NEW_ROLE = "CREATE ROLE fresh LOGIN;\nGRANT {0} TO fresh;\n"


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT SELECT ON docs TO reporting;",
        "GRANT INSERT ON docs TO app_user;",
        "GRANT UPDATE (body) ON docs TO app_user;",
        "GRANT SELECT (id) ON docs TO reporting;",
        "GRANT SELECT ON docs TO PUBLIC;",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reporting;",
        NEW_ROLE.format("app_user"),
        "CREATE ROLE fresh LOGIN NOINHERIT;\nGRANT app_user TO fresh;",
        "DO $$ BEGIN EXECUTE 'GRANT DELETE ON docs TO app_user'; END $$;",
        "ALTER TABLE docs OWNER TO reporting;",
        "CREATE VIEW shown AS SELECT body FROM docs;\nGRANT SELECT ON shown TO reporting;",
        "CREATE VIEW written AS SELECT * FROM docs;\nGRANT INSERT ON written TO app_user;",
    ],
)
def test_a_new_way_to_an_old_table_is_new(project: Project, sql: str) -> None:
    project.migration("0002_more.sql", sql)
    run = project.check()
    assert run.returncode == 1
    assert "rls-not-enabled public.docs" in found(run)


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT SELECT ON docs TO app_user;",
        "GRANT SELECT (id) ON docs TO app_user;",
        "CREATE ROLE admin SUPERUSER;",
        "REVOKE SELECT ON docs FROM app_user; GRANT SELECT ON docs TO app_user;",
        "ALTER TABLE docs ADD COLUMN title text;",
        "CREATE INDEX ON docs (body);",
        "ALTER TABLE docs RENAME COLUMN body TO content;",
        "CREATE ROLE idle LOGIN;",
        "CREATE VIEW shown AS SELECT body FROM docs;\nGRANT SELECT ON shown TO app_user;",
        "CREATE VIEW own WITH (security_invoker) AS SELECT * FROM docs;\n"
        "GRANT SELECT ON own TO reporting;",
    ],
)
def test_what_shows_nobody_more_is_not_new(project: Project, sql: str) -> None:
    project.migration("0002_more.sql", sql)
    run = project.check()
    assert found(run) == []
    assert run.returncode == 0


def test_lines_files_and_spelling_make_nothing_new(project: Project) -> None:
    first = project.root / "migrations" / "0001_first.sql"
    text = first.read_text().replace("CREATE TABLE docs (", "\n\n/* x */ create   table docs(")
    text = text.replace("GRANT SELECT ON docs, notes, good", "grant select on good, notes, docs")
    first.unlink()
    project.migration("0001_renamed.sql", "-- a comment\n" + text.replace("\n", "\r\n"))
    assert project.check().returncode == 0


def test_a_column_in_the_statement_that_makes_a_table_is_not_new(project: Project) -> None:
    project.migration("0001_first.sql", FIRST.replace("body text", "body text, title text"))
    assert project.check().returncode == 0


def test_another_fault_of_an_old_table_is_new(project: Project) -> None:
    project.migration(
        "0002.sql",
        "CREATE VIEW all_docs AS SELECT * FROM good;\n"
        "GRANT SELECT ON all_docs TO app_user;\n"
        "CREATE POLICY everything ON good TO app_user USING (true);\n",
    )
    run = project.check()
    assert run.returncode == 1
    assert "policy-using-true" in run.stdout


def test_a_policy_that_is_wider_than_it_was_is_new(project: Project) -> None:
    project.migration(
        "0002.sql", "CREATE POLICY wide ON good FOR SELECT TO app_user USING (true);\n"
    )
    assert project.check("--write-baseline", "--add").returncode == 0
    assert project.check().returncode == 0
    project.migration("0003.sql", "GRANT SELECT ON good TO reporting;\n")
    assert "policy-using-true" not in project.check().stdout
    project.migration("0004.sql", "ALTER POLICY wide ON good TO app_user, reporting;\n")
    assert "policy-using-true" in project.check().stdout


def test_a_graver_finding_is_new(project: Project) -> None:
    project.edit('severity = "error"', 'severity = "warning"')
    assert found(project.check()) == ["rls-not-enabled public.docs"]


def test_copies_of_a_statement_are_counted(tmp_path: Path) -> None:
    project = Project(tmp_path)
    code = 'def {0}(cursor, tenant):\n    cursor.execute("SET app.tenant_id = " + tenant)\n'
    (tmp_path / "app.py").write_text(f"import psycopg\n\n\n{code.format('enter')}")
    project.check("--write-baseline")
    assert project.check().returncode == 0
    (tmp_path / "app.py").rename(tmp_path / "renamed.py")
    assert project.check().returncode == 0
    (tmp_path / "b.py").write_text(f"import psycopg\n\n\n{code.format('enter_as_well')}")
    run = project.check()
    assert run.returncode == 1
    assert run.stdout.count("set-string-interpolation") == 1


def test_what_is_mended_is_said_and_taken_out(project: Project) -> None:
    project.edit('reason = ""', 'reason = "the old shop; \\"tickets\\" 12"')
    project.migration("0002_mend.sql", PROTECTION.format("notes"))
    run = project.check()
    assert found(run) == ["stale-baseline-entry public.notes"]
    assert run.returncode == 1
    assert run.stdout.startswith(f"{FILE}:17:1: RLS915")
    run = project.check("--prune-baseline")
    assert (run.returncode, run.stdout) == (0, "")
    assert "Wrote old.toml, with 1 entry (1 taken out)." in run.stderr
    assert project.entries()["public.docs"]["reason"] == 'the old shop; "tickets" 12'
    again = project.check("--prune-baseline")
    assert "old.toml is as it was, with 1 entry." in again.stderr


@pytest.mark.parametrize("flag", ["--write-baseline", "--prune-baseline"])
def test_writing_again_only_shrinks(project: Project, flag: str) -> None:
    project.migration("0002.sql", "GRANT SELECT, INSERT ON docs TO reporting, app_user;\n")
    before = (project.root / FILE).read_text()
    run = project.check(flag)
    assert run.returncode == 1
    assert found(run) == ["rls-not-enabled public.docs"]
    assert (project.root / FILE).read_text() == before
    run = project.check("--write-baseline", "--add")
    assert run.returncode == 0
    reach = {"app_user": ["INSERT", "SELECT"], "reporting": ["INSERT", "SELECT"]}
    assert project.entries()["public.docs"]["reach"] == reach
    project.migration("0003.sql", "REVOKE ALL ON docs FROM reporting;\n")
    assert project.check(flag).returncode == 0
    assert project.entries()["public.docs"]["reach"] == {"app_user": ["INSERT", "SELECT"]}
    project.migration("0004.sql", "GRANT SELECT ON docs TO reporting;\n")
    assert project.check().returncode == 1


def test_an_entry_hides_until_it_expires(project: Project) -> None:
    project.edit('reason = ""', 'reason = "soon"\nexpires = 2999-12-31')
    assert project.check().returncode == 0
    project.edit("2999-12-31", "2020-01-31")
    run = project.check()
    assert found(run) == ["rls-not-enabled public.docs"]
    assert (
        "old.toml: the entry of rls-not-enabled on public.docs has expired on 2020-01-31."
        in run.stderr
    )
    project.check("--write-baseline", "--add")
    assert project.check().returncode == 1, "only whoever writes another day prolongs it"


def test_a_kept_run_is_not_printed_again_on_a_day_after_the_expiry(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.edit('reason = ""', 'reason = "soon"\nexpires = 2026-05-31')
    kept = ("check", "--baseline", FILE, "--output-format", "concise")
    for day, status in (("2026-05-31", 0), ("2026-05-31", 0), ("2026-06-01", 1)):
        monkeypatch.setattr("time.strftime", lambda form, day=day: day)
        assert rlslint(*kept, cwd=project.root).returncode == status


def test_a_change_of_the_baseline_is_seen_by_a_run_that_is_kept(project: Project) -> None:
    kept = ("check", "--baseline", FILE, "--output-format", "concise")
    assert rlslint(*kept, cwd=project.root).returncode == 0
    project.edit("app_user", "somebody")
    assert rlslint(*kept, cwd=project.root).returncode == 1


def test_part_of_a_project_makes_no_entry_stale(project: Project) -> None:
    project.migration("0002_mend.sql", PROTECTION.format("notes"))
    other = project.root / "other" / "migrations"
    other.mkdir(parents=True)
    (other / "0001.sql").write_text("CREATE TABLE lone (id int);\n")
    assert found(project.check("other")) == []
    assert found(project.check("--select", "policy-using-true")) == []
    before = (project.root / FILE).read_text()
    run = project.check("other", "--prune-baseline")
    assert "Only a part of the project was read, so nothing was taken out." in run.stderr
    assert (project.root / FILE).read_text() == before


def test_what_could_not_be_judged_is_not_stale(project: Project) -> None:
    project.migration("0002.sql", "ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW;\n")
    run = project.check()
    assert "stale-baseline-entry" not in run.stdout


def test_the_configuration_names_the_file(project: Project, tmp_path: Path) -> None:
    (tmp_path / "rlslint.toml").write_text(f'baseline = "{FILE}"\n')
    for folder in (".", "migrations"):
        run = rlslint("check", tmp_path / "migrations", cwd=tmp_path / folder)
        assert (run.returncode, run.stdout) == (0, "")
    (tmp_path / FILE).unlink()
    run = rlslint("check", cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith("there is no baseline old.toml; `--write-baseline` makes it")
    assert rlslint("check", "--write-baseline", cwd=tmp_path / "migrations").returncode == 0
    assert list(project.entries()) == ["public.docs", "public.notes"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"version = 2\n", "old.toml:1:1: the baseline is of version 2, and this rlslint reads"),
        (b"", "old.toml is no baseline: it has no `version = 1`"),
        (b"version = 1\n<<<<<<< HEAD\n", "old.toml:2: the baseline has a merge conflict"),
        (b"version = 1\n=======\n", "old.toml:2: the baseline has a merge conflict"),
        (b"version = 1\n# \xff\n", "old.toml:2:3: the baseline is no TOML: the file is not UTF-8"),
        (b"\xff\xfev\0", "old.toml:1:1: the baseline is no TOML: the file is not UTF-8"),
        (b"version = 1\nfinding = 3\n", "old.toml:2:1: expected tables written [[finding]]"),
        (b'version = 1\n[[finding]]\nrule = "x"\n', 'an entry of the baseline needs "object"'),
        (
            b'version = 1\n[[finding]]\nrule = "x"\nobject = "y"\nseverity = "error"\nexpire = 1\n',
            'unknown key "expire" in the baseline',
        ),
        (
            b'version = 1\n[[finding]]\nrule = "x"\nobject = "y"\nseverity = "error"\n'
            b'expires = "soon"\n',
            "expires: expected a day such as 2026-12-31",
        ),
        (
            b'version = 1\n[[finding]]\nrule = "x"\nobject = "y"\nseverity = "bad"\n',
            "severity: expected",
        ),
    ],
)
@pytest.mark.parametrize("flags", [(), ("--write-baseline", "--add"), ("--prune-baseline",)])
def test_a_file_that_is_no_baseline_is_said_and_kept(
    project: Project, content: bytes, sentence: str, flags: tuple[str, ...]
) -> None:
    (project.root / FILE).write_bytes(content)
    run = project.check(*flags)
    assert (run.returncode, run.stdout) == (2, "")
    assert sentence in run.stderr.splitlines()[0]
    assert (project.root / FILE).read_bytes() == content


def test_a_directory_is_no_baseline(project: Project) -> None:
    (project.root / FILE).unlink()
    (project.root / FILE).mkdir()
    for flags in ((), ("--write-baseline",)):
        run = project.check(*flags)
        assert run.returncode == 2
        assert run.stderr == "Error: The baseline old.toml cannot be read: Is a directory.\n"


def test_a_baseline_that_cannot_be_written_is_as_it_was(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (project.root / FILE).read_text()
    project.migration("0002_mend.sql", PROTECTION.format("notes"))

    def refuse(source: str, target: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    run = project.check("--prune-baseline")
    assert run.returncode == 2
    assert run.stderr.endswith("Error: old.toml cannot be written: Permission denied.\n")
    assert (project.root / FILE).read_text() == before
    assert sorted(os.listdir(project.root)) == ["migrations", FILE]


def test_permissions_and_links_stay(project: Project) -> None:
    real = project.root / "real.toml"
    (project.root / FILE).rename(real)
    (project.root / FILE).symlink_to(real)
    real.chmod(0o640)
    project.migration("0002_mend.sql", PROTECTION.format("notes"))
    assert project.check("--prune-baseline").returncode == 0
    assert (project.root / FILE).is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert list(project.entries()) == ["public.docs"]


def test_a_configuration_cannot_lead_out_of_its_project(tmp_path: Path) -> None:
    inner = tmp_path / "project"
    inner.mkdir()
    (inner / ".git").mkdir()
    Project(inner)
    (tmp_path / "outside.toml").write_text("version = 1\n")
    (inner / "rlslint.toml").write_text('baseline = "../outside.toml"\n')
    for flags in ((), ("--write-baseline", "--add")):
        run = rlslint("check", *flags, cwd=inner)
        assert run.returncode == 2
        assert "the baseline ../outside.toml lies outside of the project" in run.stderr
    assert (tmp_path / "outside.toml").read_text() == "version = 1\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--write-baseline",), "--write-baseline needs to know the file: --baseline, or"),
        (("--prune-baseline",), "--prune-baseline needs to know the file: --baseline, or"),
        (("--baseline", "x", "--add"), "--add says what --write-baseline writes."),
        (("--baseline", "x", "--write-baseline", "--prune-baseline"), "exclude each other."),
        (("--baseline", "x", "--write-baseline", "-"), "nor with -."),
        (("--baseline", "x", "--write-baseline", "--watch"), "--watch changes no file"),
        (("--add-ignore", "x", "--watch"), "--watch changes no file"),
        (("--add-ignore", "x", "--fix"), "--add-ignore comes after --fix"),
        (("--baseline", "x"), "there is no baseline x; `--write-baseline` makes it"),
        (("--baseline", ""), "The name of the baseline is empty."),
    ],
)
def test_what_does_not_go_together_is_said(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    run = rlslint("check", *arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert sentence in run.stderr


def test_what_is_new_of_an_old_finding_is_said(project: Project) -> None:
    project.migration("0002.sql", "GRANT SELECT, INSERT ON docs TO reporting;\n")
    run = project.check()
    assert (
        "public.docs had rls-not-enabled before; new is who reaches it: reporting (INSERT, SELECT)."
        in run.stderr
    )
    project.edit('severity = "error"', 'severity = "warning"')
    run = project.check()
    assert "before; new is that its severity is error, not warning." in run.stderr


def test_the_words_of_a_baseline_are_no_sign_of_row_security(project: Project) -> None:
    project.edit('reason = ""', 'reason = "CREATE POLICY x ON docs comes in spring"')
    for name in (FILE, "rlslint-baseline.toml"):
        (project.root / FILE).rename(project.root / name)
        run = rlslint("check", "--baseline", name, cwd=project.root)
        assert run.returncode == 0
        assert "in a form that is not read" not in run.stderr
        (project.root / name).rename(project.root / FILE)


RENAMES = (
    "ALTER TABLE docs RENAME TO papers;",
    "ALTER TABLE docs RENAME TO sheets; ALTER TABLE sheets RENAME TO papers;",
    "CREATE SCHEMA old; GRANT USAGE ON SCHEMA old TO app_user; ALTER TABLE docs SET SCHEMA old;",
    "ALTER SCHEMA public RENAME TO shop;",
)


@pytest.mark.parametrize("sql", RENAMES)
def test_a_table_with_another_name_is_the_table_that_it_was(project: Project, sql: str) -> None:
    project.migration("0002_renamed.sql", sql)
    run = project.check()
    assert (run.returncode, run.stdout) == (0, ""), run.stdout
    assert "2 findings of the baseline are not shown." in run.stderr


def test_the_file_gets_the_name_that_a_table_has_now(project: Project) -> None:
    project.edit('reason = ""', 'reason = "goes with the shop"')
    project.migration("0002_renamed.sql", RENAMES[0])
    run = project.check("--prune-baseline")
    assert "Wrote old.toml, with 2 entries." in run.stderr
    assert list(project.entries()) == ["public.notes", "public.papers"]
    assert project.entries()["public.papers"]["reason"] == "goes with the shop"
    assert project.check().returncode == 0


def test_what_takes_the_name_of_another_table_is_new(project: Project) -> None:
    project.migration(
        "0002_renamed.sql",
        "ALTER TABLE docs RENAME TO papers;\n"
        "CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);\n"
        "GRANT SELECT ON docs TO app_user;",
    )
    assert found(project.check()) == ["rls-not-enabled public.papers"]


def test_who_reaches_a_renamed_table_for_the_first_time_is_new(project: Project) -> None:
    project.migration("0002.sql", f"{RENAMES[0]}\nGRANT SELECT ON papers TO reporting;")
    assert found(project.check()) == ["rls-not-enabled public.papers"]


def test_a_mended_table_of_another_name_is_mended(project: Project) -> None:
    project.migration("0002.sql", f"{RENAMES[0]}\n{PROTECTION.format('papers')}")
    assert "stale-baseline-entry" in project.check().stdout
    assert "with 1 entry (1 taken out)." in project.check("--prune-baseline").stderr


def test_a_fault_that_is_copied_into_a_file_that_is_named_is_new(project: Project) -> None:
    from tests.cli.test_since import PROGRAM

    (project.root / "m_middle.py").write_text(PROGRAM)
    assert project.check("--write-baseline", "--add").returncode == 0
    for name in ("a_first.py", "z_last.py"):
        copy = project.root / name
        copy.write_text(PROGRAM)
        assert "set-string-interpolation" in project.check(name).stdout
        copy.unlink()
