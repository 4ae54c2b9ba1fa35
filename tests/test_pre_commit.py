"""The hook, run by pre-commit on Git repositories, with the fields that it offers.

Only `language` differs: `system` runs this environment's rlslint instead of installing one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from rlslint.files.walk import kind

ROOT = Path(__file__).parent.parent
HOOKS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
)
TABLE = """CREATE TABLE {0} (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON {0} (tenant_id);
"""
PROTECTION = """ALTER TABLE {0} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {0} TO app_user
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""
GRANT = "GRANT SELECT ON {0} TO app_user;\n"


def git(repository: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=tester", "-c", "user.email=tester@example.com")
    completed = subprocess.run(
        ["git", *identity, *arguments], cwd=repository, capture_output=True, text=True, check=True
    )
    return completed.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose history is good: one protected table, one that nobody may use."""
    repository = tmp_path / "repository"
    migrations = repository / "migrations"
    migrations.mkdir(parents=True)
    protected = TABLE + PROTECTION + GRANT
    (migrations / "0001_docs.sql").write_text(
        "CREATE ROLE app_user LOGIN;\n" + protected.format("docs")
    )
    (migrations / "0002_notes.sql").write_text(TABLE.format("notes"))
    local = [
        {**hook, "language": "system", "entry": f"{sys.executable} -m {hook['entry']}"}
        for hook in HOOKS
    ]
    configuration = {"repos": [{"repo": "local", "hooks": local}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration))
    git(repository, "init", "-q")
    commit(repository)
    return repository


def commit(repository: Path) -> None:
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "change", "--no-verify")


def add(repository: Path, name: str, content: str) -> None:
    (repository / name).parent.mkdir(parents=True, exist_ok=True)
    (repository / name).write_text(content)
    git(repository, "add", "-A")


def pre_commit(
    repository: Path, *arguments: str, hook: str = "rlslint"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", hook, "--verbose", *arguments],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PRE_COMMIT_HOME": str(repository.parent / "cache")},
    )


def test_a_good_history_passes(repository: Path) -> None:
    run = pre_commit(repository, "--all-files")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Checked 2 migrations" in run.stdout
    assert "passed over" not in run.stdout


def test_a_bad_history_fails(repository: Path) -> None:
    bad = PROTECTION.format("notes").replace("ENABLE ROW LEVEL SECURITY, ", "")
    add(repository, "migrations/0003_bad.sql", bad + GRANT.format("notes"))
    run = pre_commit(repository, "--all-files")
    assert run.returncode == 1
    assert "force-without-enable" in run.stdout


def test_a_change_fails_whose_fault_shows_in_another_file(repository: Path) -> None:
    add(repository, "migrations/0003_grant.sql", GRANT.format("notes"))
    run = pre_commit(repository)
    assert run.returncode == 1
    assert "rls-not-enabled" in run.stdout
    assert "--> migrations/0002_notes.sql:1:1" in run.stdout
    assert "::: migrations/0003_grant.sql:1:1" in run.stdout


def test_a_fault_in_an_untouched_file_holds_up_no_other_change(repository: Path) -> None:
    add(repository, "migrations/0003_grant.sql", GRANT.format("notes"))
    commit(repository)
    add(repository, "migrations/0004_more.sql", TABLE.format("more"))
    assert pre_commit(repository).returncode == 0


def test_a_commit_may_be_checked_for_what_it_adds(repository: Path) -> None:
    add(repository, "migrations/0003_grant.sql", GRANT.format("notes"))
    run = pre_commit(repository, hook="rlslint-new")
    assert run.returncode == 1
    assert "rls-not-enabled" in run.stdout
    commit(repository)
    add(repository, "migrations/0003_grant.sql", GRANT.format("notes") + "\n")
    assert pre_commit(repository).returncode == 1
    run = pre_commit(repository, hook="rlslint-new")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Since HEAD: 0 new findings, 0 mended, 1 as before" in run.stdout


def test_settings_and_code_are_looked_at(repository: Path) -> None:
    add(repository, ".env", "DATABASE_URL=postgresql://postgres:secret@db.example/app\n")
    run = pre_commit(repository)
    assert run.returncode == 1
    assert "app-role-superuser" in run.stdout
    assert "secret" not in run.stdout
    commit(repository)
    code = 'def enter(cursor, tenant):\n    cursor.execute("SET app.tenant_id = " + tenant)\n'
    add(repository, "app/sessions.py", f"import psycopg\n\n\n{code}")
    run = pre_commit(repository)
    assert run.returncode == 1
    assert "set-string-interpolation" in run.stdout


def test_other_files_start_nothing(repository: Path) -> None:
    add(repository, "notes.md", "SET app.tenant_id = 1\n")
    run = pre_commit(repository)
    assert run.returncode == 0
    assert "Checked" not in run.stdout


@pytest.mark.parametrize(
    "name",
    [
        "0001_docs.sql", "docs.PSQL", "roles.ddl", "docs.pgsql", "models.py", "models.pyi",
        "sqitch.plan", ".env", ".env.production", "web.env", ".envrc", "compose.yaml",
        "docker-compose.prod.yml", "application.yml", "application-dev.properties", "database.yml",
        "alembic.ini", "pgbouncer.ini", "postgrest.conf", "main.tf", "prod.tfvars", "values.yaml",
        "shop-deployment.yml", "k8s.prod.yaml", "secrets.yaml", "tox.ini", "mkdocs.yml",
        "deployments.json", "web-deployment.json", "patches.json", "dispatch.json",
        "pyproject.toml", "notes.md", "main.go", "page.tsx", "jquery.min.js",
        "pool.js", "Dockerfile", "web.Dockerfile", "Procfile", "fly.toml", "wrangler.jsonc",
        "appsettings.Production.json", "web.config", "knexfile.json", "web-task-definition.json",
        "package.json", "web.service", "Makefile",
    ],
)  # fmt: skip
def test_the_hook_asks_for_the_files_that_rlslint_reads(name: str) -> None:
    asked = re.search(HOOKS[0]["files"], f"deploy/{name}") is not None
    assert asked == (kind(name) is not None)


def test_an_excluded_file_stays_excluded_though_the_hook_names_it(repository: Path) -> None:
    add(repository, "rlslint.toml", 'extend-exclude = ["scratch"]\n')
    add(repository, "scratch/try.sql", "CREATE POLICY IF NOT EXISTS p ON docs USING (true);\n")
    run = pre_commit(repository)
    assert run.returncode == 0, run.stdout
