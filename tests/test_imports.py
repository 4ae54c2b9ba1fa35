"""The common path is light: `rlslint check` on SQL files imports nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rlslint

HEAVY = ("click", "psycopg", "sqlglot", "tree_sitter", "pygls", "yaml", "pglast.ast", "jsonschema")


def test_sql_files_need_nothing_heavy(tmp_path: Path) -> None:
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    (migrations / "0001_docs.sql").write_text(
        "CREATE TABLE docs (id int); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY p ON docs USING (id = current_setting('app.id', true)::int);"
    )
    program = (
        "import sys; sys.argv = ['rlslint', 'check', '--no-cache', '--isolated', sys.argv[1]]\n"
        "from rlslint.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    completed = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert completed.stdout.splitlines()[-1] == "[]"


def compiled_at_import(source: str) -> list[int]:
    """Return the lines on which a module compiles a regular expression while it is imported."""
    waiting: list[ast.AST] = [ast.parse(source)]
    found: list[int] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            found.append(node.lineno)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize("folder", ["text", "sql", "replay/plpgsql"])
def test_no_regular_expression_is_compiled_before_it_is_used(folder: str) -> None:
    package = Path(rlslint.__file__).parent
    compiling = {
        path.relative_to(package).as_posix(): lines
        for path in sorted((package / folder).rglob("*.py"))
        if (lines := compiled_at_import(path.read_text(encoding="utf-8")))
    }
    assert compiling == {}


def test_a_regular_expression_in_the_body_of_a_class_is_seen() -> None:
    assert compiled_at_import("class A:\n    x = re.compile('a')\ndef f(): re.compile('b')") == [2]
