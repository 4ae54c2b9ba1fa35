"""What is read for the files that the user names: what can tell of them, nothing around it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.engine import check
from rlslint.files.disk import CONTENT, Questions
from rlslint.reports import Result

OWNED = (
    "CREATE TABLE {0} (id int, tenant_id int); ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY p ON {0} USING (tenant_id = current_setting('app.tenant')::int);"
    "CREATE ROLE {0}_app LOGIN; ALTER TABLE {0} OWNER TO {0}_app;"
)
CONNECTS = "import psycopg\npsycopg.connect('postgresql://{0}_app@db/shop')\n"

SEVERAL_HISTORIES = {
    "orders/migrations/0001_orders.sql": OWNED.format("orders"),
    "orders/migrations/0002_more.sql": "ALTER TABLE orders ADD COLUMN note text;",
    "orders/app.py": CONNECTS.format("orders"),
    "orders/.env": "DATABASE_URL=postgresql://orders_app@db/shop\n",
    "bills/migrations/0001_bills.sql": OWNED.format("bills"),
    "bills/migrations/0002_more.sql": "ALTER TABLE bills ADD COLUMN note text;",
    "bills/app.py": CONNECTS.format("bills"),
    "bills/.env": "DATABASE_URL=postgresql://bills_app@db/shop\n",
    "scripts/report.sql": OWNED.format("reports"),
    "scripts/other.sql": "SELECT 1;",
}
PLAIN_SCRIPTS = {
    "one/tables.sql": "CREATE TABLE docs (id int);",
    "one/policies.sql": "CREATE POLICY p ON docs USING (true);",
    "two/tables.sql": "CREATE TABLE notes (id int);",
    "two/policies.sql": "CREATE POLICY p ON notes USING (true);",
}
SHOWING_ALL = Config(min_severity=Severity.info)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")


def opened(path: str) -> tuple[Result, set[str]]:
    """Check a file; return the files whose content was read as well."""
    with Questions() as questions:
        result = check([path], SHOWING_ALL)
    contents = {full for question, full in questions.answers if question == CONTENT}
    return result, {os.path.relpath(full) for full in contents if Path(full).is_file()}


@pytest.mark.parametrize("named", SEVERAL_HISTORIES)
def test_other_histories_and_scripts_are_not_read(repository: Path, named: str) -> None:
    write(repository, SEVERAL_HISTORIES)
    folder = named.partition("/")[0]
    _, contents = opened(named)
    own = {name for name in SEVERAL_HISTORIES if name.startswith(f"{folder}/")}
    assert contents == ({named} if folder == "scripts" else own)


@pytest.mark.parametrize("files", [SEVERAL_HISTORIES, PLAIN_SCRIPTS], ids=["tools", "scripts"])
def test_what_is_found_in_a_file_is_what_all_together_find_there(
    repository: Path, files: dict[str, str]
) -> None:
    write(repository, files)
    whole = check(["."], SHOWING_ALL)
    assert whole.findings
    for named in files:
        result, _ = opened(named)
        assert [f.fingerprint for f in result.findings] == [
            f.fingerprint
            for f in whole.findings
            if named
            in (s.text.path for s in (f.finding.span, *(r.span for r in f.finding.related)) if s)
            or named in f.finding.files
        ]


@pytest.mark.parametrize("named", PLAIN_SCRIPTS)
def test_scripts_of_other_directories_are_not_read(repository: Path, named: str) -> None:
    write(repository, PLAIN_SCRIPTS)
    folder = named.partition("/")[0]
    result, contents = opened(named)
    assert contents == {f"{folder}/tables.sql", f"{folder}/policies.sql"}
    assert result.checked.migrations == 2
