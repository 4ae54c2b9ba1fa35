"""From what a user names, files or databases, to projects that can be asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.code.migrations import Reader
from rlslint.config.options import Config
from rlslint.files import disk
from rlslint.files.discovery import Found, found_at
from rlslint.project import NotChecked
from rlslint.project.not_checked import not_followed, unread_files
from rlslint.project.project import Project
from rlslint.text.budget import CONTENTS_KEPT
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.project.building import Projects


class Opened(NamedTuple):
    """A project and what it is called: the folder of its history, the script, or the database."""

    name: str
    project: Project
    not_checked: tuple[NotChecked, ...]


class Opening(NamedTuple):
    """The projects that could be read, and what went wrong with others.

    `unread` are files with signs of row security that nothing read, `scripts_left` is how many
    scripts beside the histories were left out.
    """

    projects: tuple[Opened, ...]
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    unread: tuple[NotChecked, ...] = ()
    scripts_left: int = 0


def open_files(paths: Sequence[str | os.PathLike[str]], config: Config) -> Opening:
    """Read the projects that lie in some paths; scripts by themselves where nothing else does."""
    from rlslint.project.building import build

    with disk.Kept(CONTENTS_KEPT):
        reader = Reader()
        found = found_at(paths, config)
        projects = build(found, config, reader)
        return opening_of(found, projects, reader)


def opening_of(found: Found, projects: Projects, reader: Reader) -> Opening:
    """Return what was read of some files as projects that can be asked."""
    unread = _unread(found, projects, reader)
    built = projects.built
    read = [one for one in built if one.files]
    histories = [one for one in read if not one.loose]
    opened = [
        Opened(_place(one.project), one.project, tuple(_not_followed(one.project)))
        for one in histories or read
    ]
    return Opening(
        tuple(opened),
        tuple(reader.notes),
        tuple(reader.errors),
        tuple(reader.faults),
        unread,
        len(read) - len(opened),
    )


def _unread(found: Found, projects: Projects, reader: Reader) -> tuple[NotChecked, ...]:
    """Return the files that may say more than was read; a fault in looking for them is told."""
    uses = any(one.project.uses_row_security for one in projects.built)
    try:
        return unread_files(found, projects, uses).told
    except Exception as error:
        reader.faults.append(Fault("searched for row security", "files", "not read", error))
        return ()


def open_databases(databases: Iterable[str], config: Config) -> Opening:
    """Read the catalogs of live databases; nothing is changed, and no row of a table is read."""
    from rlslint.project.database import Request, read_database
    from rlslint.server.snapshot import LiveProblem

    projects: list[Opened] = []
    errors: list[str] = []
    faults: list[Fault] = []
    for conninfo in databases:
        request = Request((conninfo,))
        try:
            audited = read_database(conninfo, request, config, None, _unheard, _nothing)
        except LiveProblem as problem:
            errors.append(str(problem))
            continue
        unseen = (*audited.unseen, *_not_followed(audited.project))
        projects.append(Opened(audited.server.database, audited.project, unseen))
        errors += audited.problems
        faults += audited.faults
    return Opening(tuple(projects), errors=tuple(errors), faults=tuple(faults))


def _not_followed(project: Project) -> Iterator[NotChecked]:
    # Roles of which rules are silent have their answers here.
    return (one for one in not_followed(project) if one.kind != "role")


def is_connection_string(word: str) -> bool:
    """Tell whether a word names a database: a URL of PostgreSQL's, or libpq's keywords."""
    if word.startswith(("postgresql://", "postgres://")):
        return True
    return "=" in word and not disk.exists(word)


def _unheard(sentence: str) -> None:
    """Take notice of no progress."""
    del sentence


def _nothing() -> None:
    """Do nothing while a server works."""


def _place(project: Project) -> str:
    """Return the folder or the file in which what a history makes is written."""
    paths = sorted(set(_paths(project)))
    return os.path.commonpath(paths) if paths else "."


def _paths(project: Project) -> Iterator[str]:
    for relation in project.catalog.relations.known():
        if relation.created is not None:
            yield relation.created.span.text.path
