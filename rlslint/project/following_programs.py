"""What programs do with databases, and what migrations among them run, told to all histories."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.code import RowSecurityProgram
from rlslint.code.migrations import Reader
from rlslint.files import disk
from rlslint.files.contents import UTF16_MARKS
from rlslint.files.deployment import (
    NO_DEPLOYMENT,
    Deployment,
)
from rlslint.files.discovery import Found, SourceFile
from rlslint.files.histories import Histories
from rlslint.files.ignores import ignores_in_host, ignores_in_sql
from rlslint.files.layouts import PROGRAM, History, Migration
from rlslint.files.unread import Sign, content, makes_row_security, tells_of_row_security
from rlslint.files.walk import shown_path
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.code.evaluation.program import Programs
    from rlslint.code.forms import Forms
    from rlslint.code.interest import Signs
    from rlslint.code.sites import CodeFile, SqlSite
    from rlslint.files.connections import Connection, ConnectionDefaults
    from rlslint.project.sifting import Sifted


def named_files(found: Found) -> frozenset[str]:
    """Return the files that the user named, as they are shown; tests are no part of them."""
    return (found.reported | found.reported_others) - found.tests


class Followed(NamedTuple):
    """What programs tell.

    `told` are those, as they are shown, of which nothing about row security is left unread;
    `unread` are migrations, and `programs` that make it, of which something is. `seen` are the
    signs of its context in those that were `searched`, by their paths. `passed` are those that
    query tables with policies and were not followed.
    """

    files: tuple[CodeFile, ...] = ()
    programs: tuple[RowSecurityProgram, ...] = ()
    unread: tuple[Sign, ...] = ()
    told: frozenset[str] = frozenset()
    connections: tuple[Connection, ...] = ()
    defaults: tuple[ConnectionDefaults, ...] = ()
    deployment: Deployment = NO_DEPLOYMENT
    searched: frozenset[str] = frozenset()
    seen: tuple[Sign, ...] = ()
    passed: tuple[str, ...] = ()


def follow_programs(found: Found, sorted_files: Histories, reader: Reader) -> Followed:
    """Follow programs that are no tests, and search them."""
    files = (*found.programs, *found.python)
    listed = {
        file.shown: file
        for file in files
        if file.shown not in found.tests and _is_text(file, reader)
    }
    if not listed and not _declaring(sorted_files.histories):
        return Followed()
    from rlslint.code.forms import Forms
    from rlslint.project.searching_programs import search_programs
    from rlslint.project.sifting import sifted

    migrations = {
        m.shown for h in sorted_files.histories for m in h.migrations if not m.is_declaration
    }
    signs = _signs(found, listed.values())
    in_order = [file for _, file in sorted(listed.items())]
    programs = sifted(in_order, signs, migrations, named_files(found), reader)
    forms = Forms()
    followed = _follow(found, sorted_files, listed, programs, signs, reader, forms)
    told = search_programs(programs.values(), forms, reader)
    return followed._replace(
        connections=told.connections,
        defaults=told.defaults,
        deployment=NO_DEPLOYMENT._replace(keys=told.keys, options=told.options),
        searched=frozenset(one.file.path for one in programs.values()),
        seen=tuple(one.sign for one in programs.values() if one.sign and not one.makes),
    )


def _is_text(file: SourceFile, reader: Reader) -> bool:
    """Tell whether a program can be read; the reader is told of one that cannot."""
    data = reader.content(file.path)
    if data and b"\0" not in data and not data.startswith(UTF16_MARKS):
        return True
    # A film in an MPEG transport stream has the ending of TypeScript.
    is_film = data[:1] == data[_PACKET : _PACKET + 1] == b"G"
    return not is_film and reader.text(file.path, file.shown) is not None


_PACKET = 188
"""Bytes between two marks of an MPEG transport stream."""


def _follow(
    found: Found,
    sorted_files: Histories,
    listed: Mapping[str, SourceFile],
    sifted: Mapping[str, Sifted],
    signs: Signs,
    reader: Reader,
    forms: Forms,
) -> Followed:
    """Follow programs that say something; what migrations run is given to the reader."""
    from rlslint.code.adapters import comment_mark
    from rlslint.code.coverage import covered_by, is_uncovered
    from rlslint.code.evaluation.program import Readers

    migrations = _migrations_in_programs(sorted_files.histories, listed)
    declaring = _declaring(sorted_files.histories)
    all_migrations = {m.shown for h in sorted_files.histories for m in h.migrations}
    starts: dict[str, bytes] = {}
    making: dict[str, bytes] = {}
    readers: dict[str, bytes] = {}
    lenders: list[str] = []
    dumped = _dumped(sifted)
    for shown, one in sifted.items():
        if shown in all_migrations or shown in dumped:
            continue
        if one.makes:
            making[shown] = reader.content(one.file.path)
        if one.tells:
            starts[shown] = reader.content(one.file.path)
        elif one.reads:
            readers[shown] = reader.content(one.file.path)
        elif one.opens:
            lenders.append(shown)
    if not (starts or readers or migrations or declaring or making):
        return Followed(told=dumped)
    programs = _followed_together(found, listed, signs, reader, forms, making)
    unread = (
        *_follow_migrations(programs, migrations, listed, reader),
        *_follow_declarations(programs, sorted_files.histories, listed, reader),
    )
    started, not_read = _start(programs, making, listed, reader)
    # What a migration imports, or a program that was followed, it was read with.
    imported = programs.imported_by((*migrations, *(each.migration.shown for each in started)))
    unread = (*unread, *(sign for sign in not_read if sign.path not in imported))
    with_library = {shown for shown in readers if sifted[shown].has_library}
    followed = programs.followed(
        dict(sorted(starts.items())), Readers(readers, with_library, lenders)
    )
    sites = [site for shown in (*migrations, *making) for site in reader.sites.get(shown, ())]
    written_in = {site.text.path for site in sites} & listed.keys()
    paths = declaring | {shown: file.path for shown, file in listed.items()}
    told_of = {*migrations, *declaring, *written_in, *(code.path for code in followed)}
    for shown in sorted(told_of):
        text = reader.text(paths[shown], shown)
        if text is not None:
            mark = comment_mark(shown)
            reader.keep_ignores(text, partial(ignores_in_host, text, mark))
    for sql in dict.fromkeys(site.text for code in followed for site in code.sites):
        if b"rlslint:" in sql.data:
            reader.keep_ignores(sql, partial(ignores_in_sql, sql))
    problems = [code.problem for code in followed if code.problem]
    reader.notes += dict.fromkeys((*programs.notes, *problems))
    told = {*migrations, *declaring, *imported, *dumped}.difference(sign.path for sign in unread)
    covered = covered_by([site for code in followed for site in code.sites if not _makes(site)])
    for code in followed:
        data = reader.content(listed[code.path].path)
        parts = covered.get(code.path, ())
        if not code.problem and not is_uncovered(data, parts, (), code.path, tells_of_row_security):
            told.add(code.path)
    return Followed(followed, started, unread, frozenset(told), passed=programs.passed)


def _dumped(sifted: Mapping[str, Sifted]) -> frozenset[str]:
    """Return the migrations of Rails of which `structure.sql` says what they leave."""
    from rlslint.files.layouts.programs import is_dumped

    return frozenset(
        shown
        for shown, one in sifted.items()
        if one.file.name.endswith(".rb") and os.path.basename(one.file.folder) == "migrate"
        if is_dumped(one.file.folder)
    )


def _start(
    programs: Programs,
    making: Mapping[str, bytes],
    listed: Mapping[str, SourceFile],
    reader: Reader,
) -> tuple[tuple[RowSecurityProgram, ...], tuple[Sign, ...]]:
    """Give the reader what programs run that make row security; return what of them is unread."""
    from rlslint.code.coverage import covered_by, is_uncovered
    from rlslint.code.evaluation.starting import needs_no_history

    found, unread = [], []
    for shown, data in sorted(making.items()):
        sites, told = programs.run_when_started(shown)
        if sites:
            reader.sites[shown] = sites
            migration = Migration(listed[shown].path, shown, PROGRAM)
            found.append(RowSecurityProgram(migration, needs_no_history(sites)))
        covered = covered_by(told).get(shown, ())
        if is_uncovered(data, covered, (), shown, makes_row_security):
            unread.append(Sign(shown, makes=True, is_test=False))
    return tuple(found), tuple(unread)


def follow_mappers(found: Found, reader: Reader) -> Iterator[CodeFile]:
    """Yield what mappers in XML send; tests are no part of the program."""
    paths = [path for path in found.others if path.endswith(".xml")]
    if not paths:
        return
    from rlslint.code.mappers import is_mapper, read_mapper

    signs = None
    for path in sorted(paths):
        shown = shown_path(path, found.root)
        data = content(path)
        if shown in found.tests or not is_mapper(data):
            continue
        signs = signs or _signs(found, ())
        try:
            read = read_mapper(shown, data, signs)
        except Exception as error:
            reader.faults.append(Fault("searched for SQL", "file", shown, error))
            continue
        if read.sites:
            yield read


def follow_migrations(found: Found, chosen: History, reader: Reader) -> None:
    """Give the reader what the migrations of a history run that are written as programs.

    Those of which something cannot be told are among the files that were left unread.
    """
    listed = {file.shown: file for file in (*found.programs, *found.python)}
    migrations = _migrations_in_programs((chosen,), listed)
    if migrations or any(each.is_declaration for each in chosen.migrations):
        from rlslint.code.forms import Forms

        programs = _followed_together(found, listed, _signs(found, ()), reader, Forms())
        unread = (
            *_follow_migrations(programs, migrations, listed, reader),
            *_follow_declarations(programs, (chosen,), listed, reader),
        )
        reader.left_unread += [sign.path for sign in unread]


def _signs(found: Found, programs: Iterable[SourceFile]) -> Signs:
    from rlslint.code.interest import (
        functions_that_set,
        guarded_tables,
        signs_of,
        tells_of_session,
    )

    tables = guarded_tables(map(_content, (*found.sql, *programs)))
    settings = signs_of()
    scripts = [
        f.name.lower().encode() for f in found.sql if tells_of_session(_content(f), settings)
    ]
    return signs_of((*functions_that_set(map(_content, found.sql)), *scripts), tables)


def _followed_together(
    found: Found,
    listed: Mapping[str, SourceFile],
    signs: Signs,
    reader: Reader,
    forms: Forms,
    starting: Container[str] = (),
) -> Programs:
    from rlslint.code.evaluation.program import Programs
    from rlslint.code.libraries import MANIFESTS

    settings = [_content(file) for file in found.settings]
    settings += [content(path) for path in found.others if os.path.basename(path) in MANIFESTS]

    scripts = {file.shown: file for file in found.sql}

    def read(shown: str) -> bytes | None:
        file = listed.get(shown) or scripts[shown]
        return reader.content(file.path)

    def says(word: str) -> bool:
        return any(word.encode() in data for data in settings)

    def failed(shown: str, error: Exception) -> None:
        reader.faults.append(Fault("followed", "file", shown, error))

    return Programs(tuple(listed), read, signs, says, failed, tuple(scripts), forms, starting)


def _migrations_in_programs(histories: Iterable[History], listed: Container[str]) -> dict[str, str]:
    """Return the migrations that are listed in the order in which they run, with their history."""
    return {
        migration.shown: f"{history.root} {history.layout}"
        for history in histories
        for migration in history.migrations
        if migration.is_program and not migration.is_declaration and migration.shown in listed
    }


def _follow_migrations(
    programs: Programs,
    migrations: Mapping[str, str],
    listed: Mapping[str, SourceFile],
    reader: Reader,
) -> tuple[Sign, ...]:
    """Give the reader what migrations run; return those of which something cannot be told.

    What a migration does to row security in words of its framework is unknown from there on.
    """
    from rlslint.code.coverage import covered_by, is_uncovered, untold_site

    unread = []
    for shown, history in migrations.items():
        data = reader.content(listed[shown].path)
        sites = programs.run_by_migration(shown, history)
        if sites is None:
            reader.left_unread.append(shown)
            reader.notes += [note for note in (programs.problem(shown),) if note]
        covered = covered_by(sites or ()).get(shown, ())
        back, doubted = programs.ways_back(shown), programs.calls_in_doubt(shown)
        if is_uncovered(data, covered, back, shown, makes_row_security):
            covered = [*covered, *covered_by(programs.run_by_way_back(shown)).get(shown, ())]
        if is_uncovered(data, covered, back, shown, makes_row_security):
            unread.append(Sign(shown, makes=True, is_test=False))
            if is_uncovered(data, covered, (*back, *doubted), shown, makes_row_security):
                sites = (*(sites or ()), untold_site(shown, data))
        reader.sites[shown] = sites or ()
    return tuple(unread)


def _declaring(histories: Iterable[History]) -> dict[str, str]:
    """Return the paths of the files that declare schemas, by how they are shown."""
    return {m.shown: m.path for h in histories for m in h.migrations if m.is_declaration}


def _follow_declarations(
    programs: Programs,
    histories: Iterable[History],
    listed: Mapping[str, SourceFile],
    reader: Reader,
) -> tuple[Sign, ...]:
    """Give the reader what files declare; return those of which something cannot be told.

    Where anything else in the program makes row security, all of it is unknown: nobody knows when
    that runs.
    """
    from rlslint.code.coverage import is_uncovered, untold_site

    unread = []
    for history in histories:
        paths = _declaring((history,))
        declaring = list(paths)
        if not declaring:
            continue
        if any(shown in listed for shown in declaring):
            sites = programs.declared(declaring)
        else:
            sites = _declared({shown: reader.content(paths[shown]) for shown in paths}, reader)
        if sites is None:
            reader.left_unread += declaring
        untold: list[SqlSite] = []
        for shown in listed:
            data = reader.content(listed[shown].path)
            told = programs.said_in_words(shown)
            if is_uncovered(data, (), told, shown, makes_row_security):
                untold.append(untold_site(shown, data))
                unread += [Sign(shown, makes=True, is_test=False)] if shown in declaring else []
        for shown in declaring:
            reader.sites[shown] = sites[shown] if sites is not None else ()
        reader.sites[declaring[-1]] += tuple(untold)
    return tuple(unread)


def _declared(files: Mapping[str, bytes], reader: Reader) -> dict[str, tuple[SqlSite, ...]] | None:
    """Return the SQL of a schema in a language of its own, None where it cannot be read."""
    from rlslint.code.prisma import declared

    try:
        return declared(files)
    except Exception as error:
        reader.faults.append(Fault("read", "schema", min(files), error))
        return None


def _makes(site: SqlSite) -> bool:
    return makes_row_security(site.text.data)


def _content(file: SourceFile) -> bytes:
    """Return the content of a file, nothing where it cannot be read."""
    try:
        return disk.read(file.path)
    except OSError:
        return b""
