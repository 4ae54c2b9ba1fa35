"""Scripts beside a history that protect its tables, and whether something is seen to run them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable
from pathlib import PurePosixPath

from rlslint import NamedTuple, Pattern
from rlslint.catalog import Catalog
from rlslint.catalog.model import Relation
from rlslint.files.unread import content
from rlslint.text import Statement

_ASIDE = frozenset(
    ("archive", "backup", "backups", "declarative", "demo", "demos", "draft", "drafts", "example",
     "examples", "old", "sample", "samples", "schema", "schemas", "seed", "seeds", "snippet",
     "snippets", "structure", "template", "templates")
)  # fmt: skip
"""What folders and files are called that are not meant to run, or that tools compare with."""

_WHAT_IS_DONE = frozenset(("schema", "schemas"))

_DOCUMENTS = frozenset(("doc", "docs", "documentation", "notes", "wiki"))

_CATALOGS = (b"information_schema.", b"pg_class", b"pg_tables", b"pg_catalog.")

_RUNS_NOTHING = Pattern(
    rb"^\s*(?:#|--(?![a-z])|//|/\*|\*\s|<!--|rem\s)|\b(?:rm|del|unlink|remove-item)\s"
)
"""Lines that only speak of a script, or remove it."""


class Protection(NamedTuple):
    """That a script enables row security of a table which the history leaves without."""

    table: Relation
    statement: Statement


class OutsideScript(NamedTuple):
    """A script beside a history, and what it protects that the history does not."""

    path: str
    protections: tuple[Protection, ...]

    def __str__(self) -> str:
        return self.path

    @property
    def is_document(self) -> bool:
        """Whether it lies among documents, so that what it says need not be what was run."""
        return not _DOCUMENTS.isdisjoint(self.path.lower().split("/")[:-1])


class OutsideScripts(NamedTuple):
    """The scripts that belong to a history without being part of it.

    `before` make the roles that its migrations speak of, `after` protect its tables; a file of the
    project names both. `unnamed` protect its tables, and nothing is seen to run them.
    """

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unnamed: tuple[OutsideScript, ...] = ()

    @property
    def last(self) -> tuple[str, ...]:
        """What is run after the migrations, by a file of the project or by somebody's hand."""
        by_hand = (script.path for script in self.unnamed if not script.is_document)
        return (*self.after, *by_hand)


def outside_scripts(
    catalog: Catalog,
    scripts: Iterable[tuple[str, Catalog]],
    files: Collection[str],
    migration: str,
    behind: Callable[[str], Catalog | None] = lambda path: None,
) -> OutsideScripts:
    """Return the scripts, by their paths, that make the roles of a history or protect its tables.

    `files` are the paths of all files that could run a script, `migration` that of one of the
    history. `behind` returns what the history and a script after it lead to.
    """
    before: list[str] = []
    after: list[str] = []
    unnamed = []
    for path, script in scripts:
        protections = tuple(_protections(catalog, script))
        if not protections and not _is_aside(path, migration) and _sweeps(path):
            protections = tuple(_newly_protected(catalog, behind(path)))
        makes_roles = _makes_its_roles(catalog, script)
        if not (protections or makes_roles) or _is_aside(path, migration):
            continue
        if _is_named(path, files):
            (before if makes_roles else after).append(path)
        elif protections:
            unnamed.append(OutsideScript(path, protections))
    return OutsideScripts(tuple(before), tuple(after), tuple(unnamed))


def _makes_its_roles(catalog: Catalog, script: Catalog) -> bool:
    """Tell whether a script makes roles that a history names, and needs no table to be there."""
    if script.unknown_relations:
        return False
    return any(
        role.declared and (known := catalog.roles.get(name)) is not None and not known.declared
        for name, role in script.roles.items()
    )


def _protections(catalog: Catalog, script: Catalog) -> Iterable[Protection]:
    for (schema, name), relation in script.unknown_relations.items():
        table = catalog.names.get((schema, name))
        if table is None or not table.is_table or not relation.knows("rls_enabled"):
            continue
        statement = relation.statements.get("rls_enabled")
        if statement is None or not relation.rls_enabled or not table.knows("rls_enabled"):
            continue
        if not table.rls_enabled:
            yield Protection(table, statement)


def _sweeps(path: str) -> bool:
    """Tell whether a script looks up in the catalogs whose row security it enables."""
    data = content(path).lower()
    return b"enable row level security" in data and any(word in data for word in _CATALOGS)


def _newly_protected(catalog: Catalog, swept: Catalog | None) -> Iterable[Protection]:
    for (schema, name), relation in swept.names.items() if swept is not None else ():
        table = catalog.names.get((schema, name))
        if table is None or not table.is_table or not table.knows("rls_enabled"):
            continue
        statement = relation.statements.get("rls_enabled")
        if statement is None or not relation.knows("rls_enabled") or not relation.rls_enabled:
            continue
        if not table.rls_enabled:
            yield Protection(table, statement)


def _is_aside(path: str, migration: str) -> bool:
    """Tell whether a path says so, behind what it has in common with that of a migration."""
    common = os.path.commonpath([path, migration])
    words = re.split(r"[^a-z0-9]+", path.removeprefix(common).lower())
    stem = re.split(r"[^a-z0-9]+", PurePosixPath(path).stem.lower())
    # What does something to schemas is no schema: `extend_to_new_schemas_and_tables`.
    done = _WHAT_IS_DONE.intersection(stem[1:-1])
    return not _ASIDE.isdisjoint(word for word in words if word not in done)


def _is_named(path: str, files: Collection[str]) -> bool:
    """Tell whether a file names a script, or all scripts of its folder, as what is to run."""
    file = PurePosixPath(path.lower())
    folder = file.parent.name
    words = [file.name]
    if folder:
        words += [f"{folder}/*", f"{folder}:/", f"{folder}/:/", f"{folder}/$", f"{folder}/{{"]
    sought = Pattern(rb"(?<![\w.-])(?:" + "|".join(map(re.escape, words)).encode() + rb")")
    return any(
        sought().search(line) is not None and _RUNS_NOTHING().search(line) is None
        for other in sorted(files)
        if not other.lower().endswith(f"/{file}")
        for line in _naming(content(other).lower(), words)
    )


def _naming(data: bytes, words: Iterable[str]) -> Iterable[bytes]:
    return data.splitlines() if any(word.encode() in data for word in words) else ()
