"""The order in which Alembic and Django run migrations."""

from __future__ import annotations

from pathlib import Path

from rlslint.files.layouts.python_order import order_alembic, order_django


def test_order_of_alembic() -> None:
    def revision(name: str, down: str) -> tuple[Path, str]:
        return Path(f"v/{name}.py"), f"revision: str = {name!r}\ndown_revision = {down}\n"

    files = [
        revision("a", "('c', 'd')"),
        revision("b", "None"),
        revision("c", "'b'"),
        revision("d", "'b'"),
        (Path("v/env.py"), "x = 1\n"),
        (Path("v/zz.py"), "revision = (\n"),
    ]
    assert [path.stem for path in order_alembic(files)] == ["b", "c", "d", "a", "zz"]


def test_order_of_django() -> None:
    def migration(path: str, body: str) -> tuple[Path, str]:
        return Path(path), f"class Migration(m.Migration):\n    {body}\n"

    files = [
        migration("a/migrations/0001.py", "dependencies = [('b', '0002'), ('auth', '0001')]"),
        migration("b/migrations/0001.py", "dependencies = []"),
        migration("b/migrations/0002.py", "dependencies = [('b', '0001')]"),
        migration("b/migrations/0003_squashed.py", "replaces = [('b', '0001'), ('b', '0002')]"),
        migration("c/migrations/0001.py", "run_before = [('b', '0003_squashed')]"),
        (Path("a/migrations/__init__.py"), ""),
        migration("0/migrations/0001.py", "dependencies = [('last', '0001')]"),
        migration("z/migrations/0001.py", "dependencies = [('a', '0001')]"),
    ]
    assert [str(path) for path in order_django(files, {Path("z"): "last"})] == [
        "c/migrations/0001.py",
        "b/migrations/0003_squashed.py",
        "a/migrations/0001.py",
        "z/migrations/0001.py",
        "0/migrations/0001.py",
    ]
