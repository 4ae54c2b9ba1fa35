"""Whole projects whose migrations a server can carry out, and that can get one more migration."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from rlslint.code.migrations import MigrationReader, Reader
from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.engine import check
from rlslint.files.discovery import discover
from rlslint.files.histories import histories
from rlslint.files.layouts import History
from rlslint.project.following_programs import follow_migrations
from rlslint.reports import Result
from rlslint.text import open_holes

FIXTURES = Path(__file__).parent.parent / "fixtures"
_NUMBERED = re.compile(r"(V?)(\d+)")


class _Everything(frozenset[str]):
    """The kinds of all statements."""

    def __contains__(self, kind: object) -> bool:
        return True


def linted(project: Path) -> Result:
    """Return all that is found in a project, infos included."""
    return check([str(project)], Config(min_severity=Severity.info))


def history_of(project: Path) -> History | None:
    """Return the migrations of a project, else its scripts; None where it has several of them."""
    found = histories(discover([project], root=project))
    match (*found.histories, *(() if found.histories else found.loose)):
        case (only,):
            return only
        case _:
            return None


def scripts_of(project: Path, history: History) -> list[str]:
    """Return the statements of a history as SQL, whatever it is written in."""
    found = discover([project], root=project)
    sites = Reader()
    follow_migrations(found, history, sites)
    reader = MigrationReader(
        lambda _: (_Everything(),) * 2, lambda: False, sites, history.migrations
    )
    return [
        "\n;\n".join(
            item.statement.sql
            for item in reader.statements(migration)
            if item is not None
            # Rows are no part of a history.
            and item.statement.kind != "CopyStmt"
            and not any(True for _ in open_holes(item.statement))
        )
        for migration in history.migrations
    ]


def prelude_of(scripts: list[str]) -> str:
    """Return what a platform has made before the first migration."""
    text = "\n".join(scripts)
    if re.search(r"\bauth\.|\bstorage\.|\bauthenticated\b|\banon\b", text):
        return (FIXTURES / "supabase-platform.sql").read_text(encoding="utf-8")
    return ""


def with_migration(project: Path, folder: Path, sql: str) -> Result | None:
    """Return what is found in a copy of a project with one more migration, None for Python's."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(project, folder)
    history = history_of(folder)
    assert history is not None
    last = Path(history.migrations[-1].path)
    if last.suffix != ".sql":
        return None
    numbered = _NUMBERED.match(last.name)
    if last.name == "migration.sql":
        behind = last.parent.parent / "99999999999999_help" / "migration.sql"
    elif numbered is not None:
        behind = last.parent / _renumbered(last.name, numbered)
    else:
        last.write_bytes(last.read_bytes() + f"\n;\n{sql}\n".encode())
        return linted(folder)
    behind.parent.mkdir(exist_ok=True)
    head = "-- +goose Up\n" if b"+goose" in last.read_bytes() else ""
    behind.write_text(f"{head}{sql}\n", encoding="utf-8")
    return linted(folder)


def _renumbered(name: str, numbered: re.Match[str]) -> str:
    tail = name[numbered.end() :]
    separator = re.match(r"_+|-", tail)
    up = ".up" if ".up." in name else ""
    return f"{numbered[1]}{'9' * len(numbered[2])}{separator[0] if separator else '_'}help{up}.sql"
