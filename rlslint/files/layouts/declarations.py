"""Schemas that a tool brings a database to, where no migrations make its tables.

They are Drizzle's beside its configuration, Prisma's with all files of its directory, and the one
that Rails keeps of what its migrations have made.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from rlslint import Pattern
from rlslint.files import disk
from rlslint.files.contents import Note
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import DECLARATION, Claim, History, Migration, history
from rlslint.files.walk import folders_above
from rlslint.text.budget import LARGEST_FILE
from rlslint.text.sentences import listed

_MAKES_TABLES = Pattern(rb"\bcreate\s+(?:\w+\s+)?table\b", re.IGNORECASE)
_IN_PROGRAMS = Pattern(rb"drizzle-orm/(?:pg-core|neon|supabase)")
_CONFIGURATIONS = tuple(f"drizzle.config.{ending}" for ending in ("ts", "js", "mjs", "cjs", "json"))
_OF_ANOTHER_SERVER = Pattern(rb"dialect[\"']?\s*:\s*[\"'](?!postgres)")
_SERVER = Pattern(
    rb"\bdatasource\s+\w+\s*\{(?:\s*//[^\n]*\n|[^}\n]*\n)*?\s*provider\s*=\s*\"(\w+)\""
)
_SCRIPTS = (".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", ".tsx")


def claim_declarations(
    programs: Sequence[SourceFile], schemas: Sequence[SourceFile], made: Sequence[History]
) -> Claim:
    """Claim the schemas that are declared in programs, unless migrations make tables.

    The SQL of the one history that is `made` beside the one schema, and makes no tables, runs after
    it. Beside several, nobody knows which of them it is for.
    """
    found = (*_of_drizzle(programs), *_of_prisma(schemas), *_of_rails(programs))
    if not found or any(map(_makes_tables, made)):
        return Claim()
    if not made:
        return Claim(found)
    if len(made) > 1 or len(found) > 1:
        unread = tuple(file.shown for declared in found for file in declared.migrations)
        return Claim(notes=(_undecided(found, made),), unread=unread)
    (own,), (other,) = found, made
    return Claim((other._replace(migrations=(*own.migrations, *other.migrations)),))


def _undecided(found: Sequence[History], made: Sequence[History]) -> Note:
    """Return the note that nobody knows what runs after a schema that is declared."""
    first = found[0].migrations[0].shown
    if len(found) > 1:
        others = f"{found[1].migrations[0].shown} declares tables as well"
        why = f"{others}, and {made[0].root} may be for either"
    else:
        roots = sorted(history.root for history in made)
        why = f"{listed(roots)} may be for it, and nothing tells which of them is"
    return Note(first, f"{first} declares tables that are not read: {why}.")


def _makes_tables(made: History) -> bool:
    return any(map(_makes_table, made.migrations))


def _makes_table(migration: Migration) -> bool:
    if not migration.path.endswith(".sql"):
        return True
    data = _content(migration.path)
    return data is None or _MAKES_TABLES().search(data) is not None


def _of_drizzle(programs: Iterable[SourceFile]) -> Iterator[History]:
    """Yield what stands below each configuration of drizzle-kit and uses the words of a schema."""
    by_root: dict[str, list[SourceFile]] = {}
    roots: dict[str, str | None] = {}
    for file in programs:
        if not file.name.endswith(_SCRIPTS):
            continue
        root = _configured(file.folder, roots)
        if root is None:
            continue
        data = _content(file.path)
        if data is not None and _IN_PROGRAMS().search(data):
            by_root.setdefault(root, []).append(file)
    for root, files in by_root.items():
        yield history(root, DECLARATION, files)


def _of_prisma(schemas: Iterable[SourceFile]) -> Iterator[History]:
    """Yield the files below each one that names PostgreSQL as its server."""
    files = tuple(schemas)
    servers = {file.shown: _SERVER().search(_content(file.path) or b"") for file in files}
    for first in files:
        server = servers[first.shown]
        if server is None or not server[1].startswith(b"postgres"):
            continue
        beside = [f for f in files if servers[f.shown] is None and _is_below(f, first)]
        yield history(first.folder, DECLARATION, (first, *beside))


def _is_below(file: SourceFile, other: SourceFile) -> bool:
    return file.folder == other.folder or file.folder.startswith(other.folder + os.sep)


def _of_rails(programs: Iterable[SourceFile]) -> Iterator[History]:
    for file in programs:
        if file.name != "schema.rb" or os.path.basename(file.folder) != "db":
            continue
        if not disk.is_file(os.path.join(file.folder, "structure.sql")):
            yield history(file.folder, DECLARATION, (file,))


def _configured(folder: str, known: dict[str, str | None]) -> str | None:
    """Return the nearest directory above that configures drizzle-kit for PostgreSQL."""
    if folder not in known:
        known[folder] = None
        for above in folders_above(folder):
            path = next(
                (
                    path
                    for name in _CONFIGURATIONS
                    if disk.is_file(path := os.path.join(above, name))
                ),
                None,
            )
            if path is not None:
                data = _content(path)
                is_other = data is None or _OF_ANOTHER_SERVER().search(data)
                known[folder] = None if is_other else above
                break
            if disk.exists(os.path.join(above, ".git")) or not disk.may_be_read(above):
                break
    return known[folder]


def _content(path: str) -> bytes | None:
    try:
        data = disk.read(path)
    except OSError:
        return None
    return None if len(data) > LARGEST_FILE or b"\0" in data else data
