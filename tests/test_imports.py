"""The common path is light: `rlslint check` on SQL files imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("psycopg", "sqlglot", "tree_sitter", "pygls", "yaml", "pglast.ast", "jsonschema")


def test_sql_files_need_nothing_heavy(tmp_path: Path) -> None:
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    (migrations / "0001_docs.sql").write_text(
        "CREATE TABLE docs (id int); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY p ON docs USING (id = current_setting('app.id', true)::int);"
    )
    program = (
        "import sys; sys.argv = ['rlslint', 'check', '--isolated', sys.argv[1]]\n"
        "from rlslint.cli.commands import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    completed = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert completed.stdout.splitlines()[-1] == "[]"
