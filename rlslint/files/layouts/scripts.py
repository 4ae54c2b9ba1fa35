"""Plain SQL files in a project without a history.

Each is a history of its own, as a linter of single files would see it, save for files that need
each other: where `policies.sql` names tables that `tables.sql` beside it creates, the two are one
history, and what creates runs before what uses. So are a script and those that it runs. Two files
of a directory that create the same object are alternatives (an old and a new version, a right and
a wrong example), so that nothing there is put together.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterator
from typing import Any

from rlslint import NamedTuple, Pattern
from rlslint.files.contents import Unreadable, read_text
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import Folders, History, history, natural
from rlslint.files.walk import folders_above
from rlslint.text.budget import LARGEST_FILE, SCRIPTS_TOGETHER

_INCLUSIONS = Pattern(rb"^[ \t]*\\i(?:r|nclude|nclude_relative)?[ \t]+([^\r\n]+)", re.MULTILINE)
_CREATING = frozenset({"CreateStmt", "ViewStmt", "CreateTableAsStmt", "CreateForeignTableStmt"})
_USING = frozenset(
    {"AlterTableStmt", "CreatePolicyStmt", "AlterPolicyStmt", "GrantStmt", "IndexStmt"}
    | {"CreateTrigStmt", "DropStmt", "RenameStmt", "RuleStmt", "AlterOwnerStmt"}
)


class _Script(NamedTuple):
    file: SourceFile
    created: frozenset[str]
    used: frozenset[str]


def scripts(folders: Folders, asked: frozenset[str] | None) -> tuple[History, ...]:
    """Return the histories that the files of each directory make.

    Where all of the files `asked` about are here, no other directory than theirs is looked into:
    its files stay alone. None asks about all.
    """
    here = {file.shown for files in folders.values() for file in files}
    if asked is None or not asked <= here:
        asked = frozenset(here)
    made = [
        one
        for files in folders.values()
        for one in _of_folder(files, any(file.shown in asked for file in files))
    ]
    if len(here) > SCRIPTS_TOGETHER:
        return tuple(made)
    around = {
        folder
        for files in folders.values()
        for file in files
        if file.shown in asked
        for folder in folders_above(file.folder)
    }
    return _with_included(made, around)


def _with_included(made: list[History], around: Container[str]) -> tuple[History, ...]:
    """Put what a script runs with psql's `\\i` into its history, behind it.

    Only scripts in the directories `around` are looked into.
    """
    of_file = {migration.path: one for one in made for migration in one.migrations}
    runs = {
        path: found
        for path in of_file
        if os.path.dirname(path) in around and (found := _run_by(path, of_file))
    }
    if not runs:
        return tuple(made)
    joined: dict[History, set[History]] = {one: {one} for one in made}
    for path, included in runs.items():
        together = set().union(*(joined[of_file[each]] for each in (path, *included)))
        joined |= dict.fromkeys(together, together)
    run = frozenset(each for included in runs.values() for each in included)
    histories = []
    for one in made:
        together = joined.pop(one, set())
        if not together or one is not min(together, key=made.index):
            continue
        migrations = [m for other in made if other in together for m in other.migrations]
        if len(together) > 1:
            migrations.sort(key=lambda m: (m.path in run, m.path not in runs))
        histories.append(one._replace(migrations=tuple(migrations)))
    return tuple(histories)


def _run_by(path: str, known: Container[str]) -> list[str]:
    """Return the known files that a script runs, from its own directory or from one above."""
    text = read_text(path, path)
    if isinstance(text, Unreadable) or b"\\i" not in text.data:
        return []
    found = []
    for written in _INCLUSIONS().findall(text.data):
        name = written.decode().strip().strip("'\"")
        for folder in folders_above(os.path.dirname(path)):
            if (full := os.path.normpath(os.path.join(folder, name))) in known:
                found.append(full)
                break
    return found


def _of_folder(files: tuple[SourceFile, ...], is_asked: bool) -> Iterator[History]:
    groups = [[file] for file in files]
    if is_asked and 1 < len(files) <= SCRIPTS_TOGETHER:
        groups = _groups([_script(file) for file in sorted(files, key=lambda f: natural(f.name))])
    for group in groups:
        yield history(group[0].folder, "script", group)


def _groups(found: list[_Script]) -> list[list[SourceFile]]:
    creators: dict[str, _Script] = {}
    for script in found:
        for name in script.created:
            if creators.setdefault(name, script) is not script:
                return [[script.file] for script in found]
    groups: list[list[_Script]] = []
    for script in found:
        needs = {creators[name].file for name in script.used if name in creators}
        related = [
            group
            for group in groups
            if any(
                other.file in needs or not other.used.isdisjoint(script.created) for other in group
            )
        ]
        groups = [group for group in groups if group not in related]
        groups.append([*(other for group in related for other in group), script])
    return [_ordered(group, creators) for group in groups]


def _ordered(group: list[_Script], creators: dict[str, _Script]) -> list[SourceFile]:
    """Put creators first; in a circle the names decide."""
    ordered: list[SourceFile] = []
    entered: set[SourceFile] = set()

    def place(script: _Script) -> None:
        if script.file in entered:
            return
        entered.add(script.file)
        for needed in sorted(
            {creators[name] for name in script.used if name in creators},
            key=lambda other: natural(other.file.name),
        ):
            place(needed)
        ordered.append(script.file)

    for script in sorted(group, key=lambda script: natural(script.file.name)):
        place(script)
    return ordered


def _script(file: SourceFile) -> _Script:
    """Read which relations a file creates and which it needs; nothing from one that is broken."""
    from rlslint.sql.parser import SyntaxProblem, parsed_statements

    created: set[str] = set()
    used: set[str] = set()
    text = read_text(file.path, file.shown)
    if isinstance(text, Unreadable) or len(text.data) > LARGEST_FILE:
        return _Script(file, frozenset(), frozenset())
    try:
        for parsed in parsed_statements(text, _CREATING | _USING):
            if parsed is None:
                continue
            names = set(_relations(parsed.node))
            if parsed.statement.kind in _CREATING:
                target = _target(parsed.node)
                created |= {target} if target else set()
            used |= names
    except SyntaxProblem:
        pass
    return _Script(file, frozenset(created), frozenset(used - created))


def _target(node: dict[str, Any]) -> str | None:
    """Return the relation that a statement creates."""
    inner = node.get("base", node)
    into = inner.get("into", {}).get("rel")
    relation = inner.get("relation") or inner.get("view") or into
    return _name(relation) if relation else None


def _relations(node: Any) -> Iterator[str]:
    waiting = [node]
    while waiting:
        match waiting.pop():
            case {"relname": str()} as relation:
                yield _name(relation)
            case dict() as fields:
                waiting.extend(fields.values())
            case list() as items:
                waiting.extend(items)


def _name(relation: dict[str, Any]) -> str:
    return f"{relation.get('schemaname', 'public')}.{relation['relname']}"
