"""The common path is light: `rlslint check` on SQL files imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = (
    "ast", "click", "dataclasses", "json", "jsonschema", "pathlib", "pathspec", "pglast.ast",
    "psycopg", "pygls", "sqlglot", "tomllib", "tree_sitter", "yaml",
)  # fmt: skip
MOST_MODULES = 116
"""How many modules of rlslint a small file with policies takes."""

MOST_CHECKS = 10
"""How many of them are checks, however many rules there are."""

PROGRAM = f"""
import re._compiler, sys
compile = re._compiler.compile

def watched(pattern, flags=0):
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    if frame is not None and frame.f_globals["__name__"].startswith("rlslint"):
        compiled.append(frame.f_globals["__name__"])
    return compile(pattern, flags)

compiled = []
re._compiler.compile = watched
sys.argv = ["rlslint", "check", "--no-cache", "--isolated", sys.argv[1]]
from rlslint.cli.main import main
try:
    main()
except SystemExit:
    pass
print([name for name in {HEAVY!r} if name in sys.modules])
print(compiled)
print(sum(name.startswith("rlslint") for name in sys.modules))
print(sum(name.startswith("rlslint.rules.checks.") for name in sys.modules))
"""


def test_sql_files_need_nothing_heavy(tmp_path: Path) -> None:
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    (migrations / "0001_docs.sql").write_text(
        "CREATE TABLE docs (id int); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY p ON docs USING (id = current_setting('app.id', true)::int);"
    )
    completed = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, check=True
    )
    heavy, compiled, modules, checks = completed.stdout.splitlines()[-4:]
    assert heavy == "[]"
    assert compiled == "[]", "regular expressions that are compiled at import"
    assert int(modules) <= MOST_MODULES
    assert int(checks) <= MOST_CHECKS
