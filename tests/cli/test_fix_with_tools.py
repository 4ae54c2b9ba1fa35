"""`rlslint fix` where the tool itself applies what it writes, takes it back and applies it again.

Each test starts the tool in a process of its own, as a project does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from tests.cli.test_fix import LAYOUTS, fixed, written
from tests.postgres import Database

ENVIRONMENT = """from alembic import context
from sqlalchemy import create_engine

with create_engine("postgresql+psycopg://").connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
ALEMBIC = """from alembic.config import main

for way in (["upgrade", "head"], ["downgrade", "-2"], ["upgrade", "head"]):
    main(argv=way)
"""
DJANGO = """import os

import django
from django.conf import settings
from django.core.management import call_command

engine = {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"]}
settings.configure(INSTALLED_APPS=["shop"], DATABASES={"default": engine})
django.setup()
for way in ("0004", "0002", "0004"):
    call_command("migrate", "shop", way)
"""
PROTECTED = """SELECT relrowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = notes.oid),
  (SELECT count(*) FROM pg_index WHERE indrelid = notes.oid AND indisvalid AND NOT indisprimary)
  FROM pg_class AS notes WHERE relname = 'notes'"""


def applied(folder: Path, layout: str, files: dict[str, str], database: Database) -> str:
    """Mend a project, let its tool apply it, and return what then protects the table."""
    given = next(one.files for one in LAYOUTS if one.name == layout)
    given = {path: text for path, text in given.items() if not path.startswith("other/")}
    written(folder, given | files)
    run = fixed(folder)
    assert run.returncode == 0, run
    parameters = conninfo_to_dict(database.conninfo())
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    where = {names[key]: str(value) for key, value in parameters.items() if key in names}
    tool = subprocess.run(
        [sys.executable, "apply.py"],
        cwd=folder,
        env={**os.environ, **where},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tool.returncode == 0, tool.stderr
    return database.run(PROTECTED).output


def test_alembic_applies_it_and_takes_it_back(tmp_path: Path, database: Database) -> None:
    files = {
        "alembic.ini": "[alembic]\nscript_location = alembic\n",
        "alembic/env.py": ENVIRONMENT,
        "apply.py": ALEMBIC,
    }
    assert applied(tmp_path, "alembic", files, database) == "t|1|1"


def test_django_applies_it_and_takes_it_back(tmp_path: Path, database: Database) -> None:
    files = {"shop/__init__.py": "", "shop/migrations/__init__.py": "", "apply.py": DJANGO}
    assert applied(tmp_path, "django", files, database) == "t|1|1"
