"""A fault of rlslint's own costs one thing, which is said; the rest is reported."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rlslint.catalog.model import Policy, Relation
from rlslint.files.settings import files as settings_files
from rlslint.project import Finding
from rlslint.replay.state import Replay
from rlslint.rules.registry import Rule, rule, rules_for
from rlslint.text import Span, Text
from rlslint.text.faults import ISSUES
from tests.command_line import Run, rlslint
from tests.postgres import Database

MIGRATION = """\
CREATE ROLE app LOGIN;
CREATE TABLE docs (id int, tenant_id int);
ALTER TABLE docs OWNER TO app;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY docs_tenant ON docs USING (true);
CREATE TABLE mails (id int, tenant_id int);
ALTER TABLE mails OWNER TO app;
ALTER TABLE mails ENABLE ROW LEVEL SECURITY;
CREATE POLICY mails_tenant ON mails USING (true);
"""
INTERRUPTED = 130

Replace = Callable[..., None]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.parent / "cache"))
    folder = tmp_path / "project"
    (folder / "migrations").mkdir(parents=True)
    (folder / "migrations" / "0001_docs.sql").write_text(MIGRATION)
    return folder


@pytest.fixture
def replace() -> Iterator[Replace]:
    """Put a check in the place of a rule's own, as if it had been written like that."""
    replaced: list[Rule] = []

    def replace(subject: str, check: Any, where: Any = None) -> None:
        name = check.__name__.replace("_", "-")
        replaced.extend(own for own in rules_for(subject) if own.name == name)
        rule(where=where)(check)

    yield replace
    for own in replaced:
        _register(own.check, own.where)


def _register(check: Any, where: Any) -> None:
    rule(where=where)(check) if where is not None else rule(check)


def findings(run: Run) -> set[tuple[str, str]]:
    return {(found["name"], found["object"]) for found in json.loads(run.stdout)["findings"]}


def as_json(project: Path, *arguments: str) -> Run:
    return rlslint("check", "--output-format", "json", *arguments, cwd=project)


ALL = {
    ("rls-not-forced", "public.docs"),
    ("rls-not-forced", "public.mails"),
    ("policy-using-true", "public.docs.docs_tenant"),
    ("policy-using-true", "public.mails.mails_tenant"),
}


def test_a_rule_that_fails_on_one_table_costs_that_table_and_that_rule(
    project: Path, replace: Replace
) -> None:
    before = findings(as_json(project, "--no-cache"))
    assert before >= ALL
    (own,) = (own for own in rules_for("Table") if own.name == "rls-not-forced")

    def rls_not_forced(table: Relation, project: Any) -> Iterator[Finding]:
        if table.name == "docs":
            raise KeyError("password=hunter2")
        yield from own.check(table, project)

    rls_not_forced.__annotations__["table"] = "Table"
    replace("Table", rls_not_forced)
    for _ in range(2):
        run = as_json(project)
        assert run.returncode == 2
        assert findings(run) == before - {("rls-not-forced", "public.docs")}
        (sentence,) = (line for line in run.stderr.splitlines() if "fault of its own" in line)
        assert sentence.startswith("Not judged by rls-not-forced: table public.docs, for rlslint")
        assert "KeyError at test_faults.py:" in sentence
        assert sentence.endswith(f"Please report it: {ISSUES}")
        assert "hunter2" not in run.stderr
        assert "Not checked: 1 table because of a fault of rlslint's own" in run.stderr
        assert "Traceback" not in run.stderr
        assert json.loads(run.stdout)["errors"] == [sentence]
    log = json.loads(rlslint("check", "--output-format", "sarif", cwd=project).stdout)["runs"][0]
    assert log["invocations"][0]["executionSuccessful"] is False
    told = log["invocations"][0]["toolExecutionNotifications"]
    (notification,) = (each for each in told if each["level"] == "error")
    assert notification == {"level": "error", "message": {"text": sentence}}
    run = rlslint("check", "-v", "--exit-zero", cwd=project)
    assert run.returncode == 2
    assert "Traceback (most recent call last):" in run.stderr
    assert "hunter2" not in run.stderr


@pytest.mark.parametrize("error", [RecursionError("x"), AssertionError(), MemoryError()])
def test_a_rule_that_fails_at_the_terms_of_policies_costs_that_rule(
    project: Path, replace: Replace, error: Exception
) -> None:
    def fails(terms: object, project: object) -> bool:
        raise error

    def policy_using_true(policy: Policy, project: Any) -> Iterator[Finding]:
        yield from ()

    policy_using_true.__annotations__["policy"] = "Policy"
    replace("Policy", policy_using_true, fails)
    run = as_json(project)
    assert run.returncode == 2
    assert findings(run) >= {("rls-not-forced", "public.docs"), ("rls-not-forced", "public.mails")}
    assert "Not judged by policy-using-true: policy public.docs.docs_tenant, policy" in run.stderr
    assert type(error).__name__ in run.stderr


@pytest.mark.parametrize("form", ["full", "json", "sarif", "junit", "github"])
def test_a_finding_that_cannot_be_shown_is_named_and_the_others_are_shown(
    project: Path, replace: Replace, form: str
) -> None:
    def rls_not_forced(table: Relation, project: Any) -> Iterator[Finding]:
        nowhere: Any = "no offset"
        text = Text("migrations/0001_docs.sql", MIGRATION.encode())
        span = Span(text, nowhere, nowhere) if table.name == "docs" else Span(text, 0, 3)
        help: Any = "" if table.name == "docs" else ["not a text"]
        yield Finding(table.name, "it is read by all", span, help=help)

    rls_not_forced.__annotations__["table"] = "Table"
    replace("Table", rls_not_forced)
    run = rlslint("check", "--output-format", form, cwd=project)
    assert run.returncode == 2
    assert "policy-using-true" in run.stdout
    assert "finding rls-not-forced on docs" in run.stderr
    if form == "junit":
        assert '<error message="Not shown: finding rls-not-forced on docs' in run.stdout
    if form == "github":
        assert "\n::error title=rlslint::Not shown: finding rls-not-forced on docs" in run.stdout
    if form == "full":
        assert "finding rls-not-forced on mails" in run.stderr


def test_an_interrupt_in_a_rule_ends_the_run(project: Path, replace: Replace) -> None:
    def rls_not_forced(table: Relation, project: Any) -> Iterator[Finding]:
        raise KeyboardInterrupt

    rls_not_forced.__annotations__["table"] = "Table"
    replace("Table", rls_not_forced)
    assert rlslint("check", cwd=project).returncode == INTERRUPTED


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), RecursionError(), MemoryError()])
def test_a_statement_whose_replay_fails_costs_what_it_names(
    project: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    carry_out = Replay.carry_out

    def failing(replay: Replay, parsed: Any) -> None:
        if "docs FORCE" in parsed.statement.sql:
            raise error
        carry_out(replay, parsed)

    monkeypatch.setattr(Replay, "carry_out", failing)
    migration = project / "migrations" / "0001_docs.sql"
    migration.write_text(MIGRATION + "ALTER TABLE docs FORCE ROW LEVEL SECURITY;\n")
    run = as_json(project)
    assert findings(run) >= {one for one in ALL if "mails" in one[1]}
    assert ("rls-not-forced", "public.docs") not in findings(run)
    unchecked = {item["object"] for item in json.loads(run.stdout)["not_checked"]}
    assert "public.docs" in unchecked
    if isinstance(error, ZeroDivisionError):
        assert run.returncode == 2
        assert "migrations/0001_docs.sql:10" in unchecked
        assert "Not carried out: statement migrations/0001_docs.sql:10, for rlslint" in run.stderr


def test_a_settings_file_and_a_code_file_cost_themselves(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*arguments: object) -> None:
        raise LookupError("no such key")

    monkeypatch.setattr(settings_files, "_read", failing)
    monkeypatch.setattr("rlslint.code.evaluation.program.Programs._follow", failing)
    monkeypatch.setattr("rlslint.code.connecting._Connecting.found", failing)
    (project / ".env").write_text("DATABASE_URL=postgres://app@db/shop\n")
    (project / "app.py").write_text(
        "import psycopg\ndef f():\n"
        "    psycopg.connect('postgres://app@db').execute('SELECT * FROM docs')\n"
    )
    run = as_json(project)
    assert run.returncode == 2
    assert findings(run) >= ALL
    assert "Not searched for connections: file app.py, file .env, for rlslint" in run.stderr
    assert "Not followed: file app.py, for rlslint" in run.stderr


ALEMBIC = """\
from alembic import op
revision = 'b'
down_revision = 'a'
def upgrade():
    op.execute("CREATE POLICY more ON docs USING (true)")
"""
STARTING = """\
import psycopg
connection = psycopg.connect("dbname=app user=app")
connection.execute("CREATE POLICY more ON docs USING (true)")
"""


@pytest.mark.parametrize(
    ("path", "code"),
    [("versions/b.py", ALEMBIC), ("server/db.py", STARTING)],
    ids=["migration", "program"],
)
def test_programs_that_no_grammar_reads_cost_themselves(
    project: Path, monkeypatch: pytest.MonkeyPatch, path: str, code: str
) -> None:
    def failing(language: Any) -> Any:
        raise ModuleNotFoundError(f"No module named {language.name}")

    monkeypatch.setattr("rlslint.code.adapters.building._parser", failing)
    file = project / path
    file.parent.mkdir()
    file.write_text(code)
    run = rlslint("check", "--output-format", "json", cwd=project)
    assert run.returncode == 2
    assert ("policy-using-true", "public.docs.docs_tenant") in findings(run)
    assert "ModuleNotFoundError" in run.stderr
    assert any(path in each["object"] for each in json.loads(run.stdout)["not_checked"])


def test_ignore_comments_that_cannot_be_read_hide_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*arguments: object) -> None:
        raise LookupError("no such key")

    migration = project / "migrations" / "0001_docs.sql"
    migration.write_text("-- rlslint: file-ignore[rls-not-forced] not yet\n" + MIGRATION)
    monkeypatch.setattr("rlslint.files.ignores._ignores", failing)
    run = as_json(project)
    assert run.returncode == 2
    assert findings(run) >= ALL
    assert "Not searched for ignore comments: file migrations/0001_docs.sql" in run.stderr


def test_faults_are_reported_where_the_package_says() -> None:
    pyproject = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
    assert pyproject["project"]["urls"]["Issues"] == ISSUES


REVISION = """\
from alembic import op
revision = "{number}"
down_revision = {after}
def upgrade():
    op.execute("CREATE TABLE mails{number} (id int, tenant_id int)")
"""


@pytest.mark.parametrize(
    "function", ["layouts.python_order.order_alembic", "layouts.python_files._may_be_migration"]
)
def test_python_migrations_that_cannot_be_put_in_order_cost_themselves(
    project: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    def failing(*arguments: object) -> None:
        raise LookupError("no such key")

    versions = project / "server" / "versions"
    versions.mkdir(parents=True)
    (versions / "1_mails.py").write_text(REVISION.format(number=1, after=None))
    (versions / "2_mails.py").write_text(REVISION.format(number=2, after="'1'"))
    before = findings(as_json(project))
    assert before >= ALL
    monkeypatch.setattr(f"rlslint.files.{function}", failing)
    run = as_json(project, "--no-cache")
    assert run.returncode == 2
    assert findings(run) >= ALL
    assert "Not put in order: " in run.stderr
    assert "No findings" not in run.stderr


def test_sql_migrations_that_cannot_be_put_in_order_cost_no_others(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*arguments: object) -> None:
        raise LookupError("no such key")

    monkeypatch.setattr("rlslint.files.histories._claim_dumps", failing)
    run = as_json(project)
    assert run.returncode == 2
    assert findings(run) >= ALL
    assert "Not put in order: files of pg_dump, for rlslint has a fault of its own" in run.stderr


@pytest.mark.parametrize(
    ("function", "told"),
    [
        ("project.replaying._platform", "Not replayed: history from "),
        ("files.layouts.numbered.claim", "Not put in order: files with numbers"),
        ("project.database.drifts_between", "Not compared with its migrations: database "),
    ],
)
def test_migrations_that_cannot_be_replayed_cost_an_audit_nothing_else(
    project: Path, database: Database, monkeypatch: pytest.MonkeyPatch, function: str, told: str
) -> None:
    def failing(*arguments: object) -> None:
        raise LookupError("no such key")

    transcript = database.run(MIGRATION)
    assert not transcript.errors
    compared = ("--migrations", "migrations", "--drift")
    audited = ("audit", database.conninfo(), "--output-format", "json", *compared)
    before = findings(rlslint(*audited, cwd=project))
    assert ("policy-using-true", "public.docs.docs_tenant") in before
    monkeypatch.setattr(f"rlslint.{function}", failing)
    run = rlslint(*audited, cwd=project)
    assert run.returncode == 2
    assert findings(run) == before
    assert told in run.stderr
