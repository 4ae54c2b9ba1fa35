"""From files to projects: each history replayed, with the application code around it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Set
from functools import partial
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.platform_defaults import end_default_grants, settle_on
from rlslint.code.migrations import MigrationReader, ModuleReader, Reader
from rlslint.config.options import Config, anchored
from rlslint.config.platforms import (
    CONTAINERS,
    PLATFORMS,
    POSTGRES,
    SUPABASE,
    Platform,
    platform_named,
    platform_of_folder,
)
from rlslint.files import disk
from rlslint.files.connections import platform_of
from rlslint.files.contents import read_text
from rlslint.files.discovery import Found, SourceFile
from rlslint.files.histories import Histories, histories
from rlslint.files.ignores import ignores_in_host
from rlslint.files.layouts.history import History, Migration
from rlslint.files.unread import Sign, makes_row_security, settings_named
from rlslint.project.project import Project
from rlslint.replay import HANDLED_KINDS, Ending, Replay, end_script
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.psql import INCLUDE
from rlslint.sql.statements import BrokenStatement
from rlslint.text import Statement, Text, open_holes
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.catalog.catalog import Catalog
    from rlslint.code.sites import CodeFile
    from rlslint.files.connections import Connection
    from rlslint.files.python_source import ReadModule
    from rlslint.files.settings.api import Api
    from rlslint.files.settings.files import Settings
    from rlslint.project.sessions import QuerySite, SessionTrace

_ENDINGS = {
    **dict.fromkeys(("alembic", "dbmate", "diesel", "django", "drizzle", "flyway"), Ending.commit),
    **dict.fromkeys(("goose", "graphile-migrate", "hasura", "liquibase", "rails"), Ending.commit),
    **dict.fromkeys(("pg_dump", "sqitch"), Ending.roll_back),
}
"""By layout, whether a tool puts each file into a transaction of its own, or psql runs it."""


_KINDS_BY_WORD = {CONTAINERS[1].encode(): frozenset(("InsertStmt", "UpdateStmt"))}
"""What changes rows counts where a file speaks of the containers of a platform."""


class Built(NamedTuple):
    """A project, ready for its rules.

    `broken` are the statements that PostgreSQL's grammar refuses, `files` and `statements` how
    many were replayed. `loose` marks a script beside the histories.
    """

    project: Project
    broken: tuple[BrokenStatement, ...]
    files: int
    statements: int
    loose: bool


class Replayed(NamedTuple):
    """A history that was replayed, with what the grammar refused of it and how much was read."""

    replay: Replay
    broken: tuple[BrokenStatement, ...]
    files: int
    statements: int


class Projects(NamedTuple):
    """What there is to judge; `are_all` is False where files without a part in it were not read.

    `left_out` are the SQL files that count for nothing: those of tests, seeds, ways down.
    """

    built: tuple[Built, ...]
    code: Code
    are_all: bool
    left_out: tuple[SourceFile, ...]


Nearest = Callable[[str], Set[str]]
"""Returns the roots of the histories to which a path lies nearest."""


class Program(NamedTuple):
    """A program that makes row security itself; `is_apart` tells that it makes its own tables."""

    migration: Migration
    is_apart: bool


class Code(NamedTuple):
    """Application code and settings, read once for all histories; tests are no part of it.

    `programs` make row security themselves, of `unread` ones it cannot be told what they make.
    `apis` are those that settings files are about, each with the path of its file. `others` are
    the paths of all files that are not read as SQL.
    """

    files: tuple[CodeFile, ...]
    connections: tuple[Connection, ...]
    settings_files: int
    others: tuple[str, ...] = ()
    programs: tuple[Program, ...] = ()
    unread: tuple[Sign, ...] = ()
    apis: tuple[tuple[str, Api], ...] = ()


def build(found: Found, config: Config, reader: Reader) -> Projects:
    """Replay the histories that the files to report on have a part in, and join their code.

    A finding counts where it stands in such a file. No history has a part in the findings of
    another one, so one without such a file is left alone, its code and settings included.
    """
    all_files = histories(found, anchored(config, config.migrations), found.reported)
    reader.notes += [note.message for note in all_files.notes]
    modules_of_code, modules = ModuleReader(found), ModuleReader(found)
    nearest = _nearest_roots(all_files.histories)
    read = _with_a_part_of(found.reported, all_files, nearest)
    code = _read_code(_code_of(read, found, nearest), all_files, reader, modules_of_code, modules)
    built = []
    wanted = _with_programs(read, code.programs, nearest)
    configured = _configured_platform(found, all_files)
    for history in wanted.histories:
        around = _beside(history, code, nearest) if read.histories else code
        hosting = _hosting_platform(around.connections) or configured
        replayed = _replayed(history, config, reader, modules, hosting)
        around = around._replace(apis=_apis(history, around))
        built.append(_join(replayed, config, around, False, reader))
    for history in wanted.loose:
        replayed = _replayed(history, config, reader, modules)
        built.append(_join(replayed, config, Code((), (), 0, others=code.others), True, reader))
    if not built:
        built.append(_join(Replayed(Replay(), (), 0, 0), config, code, False, reader))
    # What a migration or a program imports, it was read with.
    unread = tuple(sign for sign in code.unread if sign.path not in modules.read)
    code = code._replace(unread=unread)
    return Projects(tuple(built), code, read == all_files, all_files.left_out)


def _with_programs(read: Histories, programs: tuple[Program, ...], nearest: Nearest) -> Histories:
    """Let programs run after the migrations of the one history that they lie nearest to.

    Where there is none, they are the history; others tell of themselves alone.
    """
    if not read.histories and not read.loose and programs:
        migrations = tuple(program.migration for program in programs)
        return read._replace(histories=(History(".", "program", migrations),))
    histories = {history.root: history for history in read.histories}
    loose = list(read.loose)
    for program in programs:
        roots = nearest(program.migration.shown) & histories.keys()
        if len(roots) == 1 and len(histories) == len(read.histories) and not program.is_apart:
            (root,) = roots
            later = (*histories[root].migrations, program.migration)
            histories[root] = histories[root]._replace(migrations=later)
        else:
            loose.append(History(".", "program", (program.migration,)))
    made = tuple(histories.values()) if len(histories) == len(read.histories) else read.histories
    return read._replace(histories=made, loose=tuple(loose))


def _replayed(
    history: History,
    config: Config,
    reader: Reader,
    read_module: ReadModule,
    hosting: Platform | None = None,
) -> Replayed:
    try:
        return replay_history(history, config, reader, read_module, hosting)
    except Exception as error:
        name = f"from {history.migrations[0].shown} on"
        reader.faults.append(Fault("replayed", "history", name, error))
        return Replayed(Replay(), (), 0, 0)


def _with_a_part_of(named: frozenset[str], sorted_files: Histories, nearest: Nearest) -> Histories:
    """Leave the histories that named files have a part in: their own, and those they lie beside.

    A script beside the histories tells of itself alone.
    """
    loose = tuple(h for h in sorted_files.loose if h.migrations[0].shown in named)
    own = [h for h in sorted_files.histories if any(m.shown in named for m in h.migrations)]
    if len(own) == len(sorted_files.histories):
        return sorted_files._replace(loose=loose)
    scripts = {m.shown for h in (*own, *loose) for m in h.migrations if not m.path.endswith(".py")}
    roots = {root for path in named - scripts for root in nearest(path)}
    wanted = tuple(h for h in sorted_files.histories if h in own or h.root in roots)
    return sorted_files._replace(histories=wanted, loose=loose)


def _nearest_roots(made: Iterable[History]) -> Nearest:
    """Return a function that gives the roots of the histories to which a path lies nearest."""
    leading_to: dict[tuple[str, ...], set[str]] = {}
    for history in made:
        folders = tuple(history.root.split("/"))
        for depth in range(len(folders) + 1):
            leading_to.setdefault(folders[:depth], set()).add(history.root)

    def nearest(path: str) -> set[str]:
        folders = tuple(path.split("/"))
        while folders and folders not in leading_to:
            folders = folders[:-1]
        return leading_to.get(folders, set())

    return nearest


def _join(replayed: Replayed, config: Config, code: Code, loose: bool, reader: Reader) -> Built:
    catalog = replayed.replay.catalog
    queries, traces = _read_sessions(code.files, catalog, reader) if code.files else ((), ())
    apis = tuple(api for _, api in code.apis)
    elsewhere = partial(settings_named, paths=code.others, base=os.getcwd())
    project = Project(catalog, config, queries, traces, code.connections, apis, elsewhere)
    return Built(project, replayed.broken, replayed.files, replayed.statements, loose)


def _read_sessions(
    files: tuple[CodeFile, ...], catalog: Catalog, reader: Reader
) -> tuple[tuple[QuerySite, ...], tuple[SessionTrace, ...]]:
    from rlslint.project.sessions import read_sites, traces

    defaults = [default for file in files for default in file.defaults]
    queries: list[QuerySite] = []
    for file in files:
        try:
            queries += read_sites(file.sites, catalog, defaults)
        except Exception as error:
            reader.faults.append(Fault("searched for SQL", "file", file.path, error))
    try:
        return tuple(queries), traces(files, queries)
    except Exception as error:
        reader.faults.append(Fault("followed", "sessions", "of the application", error))
        return tuple(queries), ()


def _beside(history: History, code: Code, nearest: Nearest) -> Code:
    """Keep the code and the settings that lie nearer to this history than to another one."""
    return code._replace(
        files=tuple(file for file in code.files if history.root in nearest(file.path)),
        connections=tuple(c for c in code.connections if history.root in nearest(c.span.text.path)),
        apis=tuple(one for one in code.apis if history.root in nearest(one[0])),
    )


def _apis(history: History, code: Code) -> tuple[tuple[str, Api], ...]:
    """Return what is known of the API over a history's database: its platform tells it first."""
    if history.layout != SUPABASE.name:
        return code.apis
    from rlslint.files.settings.api import api_of_supabase

    folder = os.path.dirname(history.migrations[0].path)
    while os.path.basename(folder) not in ("", *SUPABASE.folders):
        folder = os.path.dirname(folder)
    path = os.path.join(folder, "config.toml")
    try:
        api = api_of_supabase(disk.read(path).decode())
    except (OSError, UnicodeDecodeError):
        api = None
    return ((path, api),) if api is not None else code.apis


def replay_history(
    history: History,
    config: Config,
    reader: Reader,
    read_module: ReadModule,
    hosting: Platform | None = None,
) -> Replayed:
    """Replay the migrations of a history, first to last.

    `hosting` is the platform that connections or its own configuration beside the history name.
    """
    replay = Replay()
    ending = _ENDINGS.get(history.layout, Ending.unknown)
    replay.one_transaction_a_script = ending is Ending.commit
    platform = _platform(history, config)
    if platform is None and hosting is not None and config.platform == "auto":
        platform, doubt = hosting, f"{hosting.title} grants it where the project's API is on"
        settle_on(replay.catalog, platform, doubt)
    elif platform is not None:
        settle_on(replay.catalog, platform)
    if platform is not None:
        replay.migration_roles = (platform.owner,) if platform.owner else ()
    kinds = HANDLED_KINDS | {INCLUDE}
    broken: list[BrokenStatement] = []
    statements = 0
    migrations = MigrationReader(kinds, reader, read_module, _KINDS_BY_WORD)
    for migration in history.migrations:
        if platform is not None and platform.default_grants_end is not None:
            end_default_grants(replay.catalog, _day(migration, config))
        dialect = None
        follows_broken = False
        last: Statement | None = None
        for item in migrations.statements(migration):
            statements += 1
            follows_broken, was_broken = isinstance(item, BrokenStatement), follows_broken
            if item is None:
                continue
            last = item.statement
            match item:
                case ParsedStatement(statement, node) if statement.kind == INCLUDE:
                    row = statement.text.location(statement.start).row
                    path = migrations.included(migration, node["file"])
                    end = _include(replay, statement, path, history)
                    reader.notes.append(f"{migration.shown}:{row} runs {node['file']}, which {end}")
                    continue
                case BrokenStatement(statement) if item.refused:
                    from rlslint.sql.dialects import looks_like_other_dialect
                    from rlslint.sql.intent import is_debris

                    dialect = looks_like_other_dialect(statement.text.data, migration.shown)
                    if dialect is not None:
                        reader.notes.append(f"{migration.shown} was passed over: it is {dialect}.")
                        break
                    is_refused = item.refused and not _is_interpolated(statement)
                    if is_refused and not (was_broken and is_debris(statement)):
                        broken.append(item)
            _carry_out(replay, item, reader)
        end_script(replay, ending, last)
    return Replayed(replay, tuple(broken), migrations.files, statements)


def _include(replay: Replay, statement: Statement, path: str | None, history: History) -> str:
    """Make unknown what a file changes that a script runs, and return what is said of it."""
    from rlslint.replay.doubt import carry_out_inclusion

    if any(migration.path == path for migration in history.migrations):
        return "is read as a migration of its own."
    text = read_text(path, path) if path is not None else None
    sql = text.data.decode() if isinstance(text, Text) else None
    carry_out_inclusion(replay, statement, sql)
    return "is not read there: what it changes is unknown."


def _platform(history: History, config: Config) -> Platform | None:
    """Return whose database a history is for: the configuration says so, or where its files lie."""
    if config.platform != "auto":
        return platform_named(config.platform) or POSTGRES
    return platform_named(history.layout) or platform_of_folder(
        os.path.dirname(history.migrations[0].shown)
    )


def _hosting_platform(connections: Iterable[Connection]) -> Platform | None:
    """Return the platform with an API of its own on which a connection leads to the database."""
    for connection in connections:
        platform = platform_of(connection)
        if platform is not None and platform.default_grants:
            return platform
    return None


def _configured_platform(found: Found, all_files: Histories) -> Platform | None:
    """Return the platform whose configuration lies here, where no history is kept in its folder."""
    for platform in PLATFORMS:
        if not platform.configuration or any(
            history.layout == platform.name for history in all_files.histories
        ):
            continue
        if disk.is_file(os.path.join(found.root, platform.configuration)):
            return platform
    return None


def _day(migration: Migration, config: Config) -> str:
    """Return the day of a migration as its name tells it, "" where nothing tells."""
    if config.platform_default_grants != "auto":
        return "" if config.platform_default_grants == "granted" else "99991231"
    name = os.path.basename(migration.path)
    return name[:8] if name[:8].isdecimal() and name.startswith("20") else ""


def _carry_out(replay: Replay, item: ParsedStatement | BrokenStatement, reader: Reader) -> None:
    """Carry out a statement, or make unknown what it changes where it cannot be followed.

    What goes wrong costs this statement alone.
    """
    statement = item.statement
    try:
        if isinstance(item, BrokenStatement):
            _leave_undone(replay, item)
        elif _is_interpolated(statement):
            from rlslint.replay.doubt import carry_out_interpolated

            carry_out_interpolated(replay, statement)
        else:
            replay.run(item)
    except UnknownFact as unknown:
        _leave_undone(replay, _not_followed(statement, f"{unknown}"))
    except RecursionError:
        _leave_undone(replay, _not_followed(statement, "the statement is nested too deeply"))
    except MemoryError:
        _leave_undone(replay, _not_followed(statement, "there is not enough memory for it"))
    except Exception as error:
        row = statement.text.location(statement.start).row
        place = f"{statement.text.path}:{row}"
        reader.faults.append(Fault("carried out", "statement", place, error, span=statement.span))
        _leave_undone(replay, _not_followed(statement, "rlslint has a fault of its own"))


def _not_followed(statement: Statement, problem: str) -> BrokenStatement:
    return BrokenStatement(statement, problem, statement.start, False)


def _leave_undone(replay: Replay, item: BrokenStatement) -> None:
    from rlslint.replay.doubt import carry_out_broken

    carry_out_broken(replay, item)


def _is_interpolated(statement: Statement) -> bool:
    """Tell whether a part of the statement is known only when the program runs."""
    return bool(statement.text.holes) and any(True for _ in open_holes(statement))


def _code_of(read: Histories, found: Found, nearest: Nearest) -> Found:
    """Leave the code and the settings that lie beside the histories that are read."""
    roots = {history.root for history in read.histories}

    def tells(file: SourceFile) -> bool:
        beside = nearest(file.shown)
        return not beside or not roots.isdisjoint(beside)

    return found._replace(
        python=tuple(filter(tells, found.python)), settings=tuple(filter(tells, found.settings))
    )


def _read_code(
    found: Found,
    sorted_files: Histories,
    reader: Reader,
    read_module: ReadModule,
    modules_of_programs: ReadModule,
) -> Code:
    migrations = {
        migration.shown for history in sorted_files.histories for migration in history.migrations
    }
    files: list[CodeFile] = []
    connections: list[Connection] = []
    programs: list[Program] = []
    unread: list[Sign] = []
    for file in found.python:
        text = reader.text(file.path, file.shown)
        if text is None:
            continue
        is_test = file.shown in found.tests
        if file.shown not in migrations:
            if not is_test:
                files += _code_file(text, reader, read_module)
            if makes_row_security(text.data):
                made, sign = _startup(file, text, is_test, reader, modules_of_programs)
                programs += made
                unread += sign
        if not is_test:
            connections += _settings(file, text, reader).connections
    beside = [c for file in files for c in file.connections]
    apis = []
    settings_files = 0
    dotenvs = {file.folder: file for file in found.settings if file.name == ".env"}
    for file in found.settings:
        text = reader.text(file.path, file.shown)
        if text is None:
            continue
        settings_files += 1
        settings = _settings(file, text, reader, dotenvs.get(file.folder))
        beside += settings.connections
        if settings.api is not None:
            apis.append((file.shown, settings.api))
    return Code(
        tuple(files),
        (*beside, *connections),
        settings_files,
        (*found.others, *(file.path for file in (*found.python, *found.settings))),
        tuple(programs),
        tuple(unread),
        tuple(apis),
    )


def _startup(
    file: SourceFile, text: Text, is_test: bool, reader: Reader, read_module: ReadModule
) -> tuple[tuple[Program, ...], tuple[Sign, ...]]:
    """Return a program where it makes row security, or else what was not read of it.

    What tests make is gone when they end.
    """
    from rlslint.code.python.startup import (
        StartUp,
        needs_no_history,
        speaks_of_row_security,
        startup_sites,
    )

    source = text.data.decode()
    sign = Sign(file.shown, makes=True, is_test=is_test)
    try:
        sites, is_whole = (
            StartUp((), False) if is_test else startup_sites(file.shown, source, read_module)
        )
    except Exception as error:
        reader.faults.append(Fault("searched for row security", "file", file.shown, error))
        return (), (sign,)
    if sites:
        reader.sites[file.shown] = sites
        migration = Migration(file.path, file.shown, "program")
        return (Program(migration, needs_no_history(sites)),), () if is_whole else (sign,)
    return (), (sign,) if speaks_of_row_security(source) else ()


def _code_file(text: Text, reader: Reader, read_module: ReadModule) -> Iterator[CodeFile]:
    from rlslint.code.python import may_hold_sql

    if not may_hold_sql(text.data):
        return
    from rlslint.code.python.application import read_application

    try:
        code = read_application(text.path, text.data.decode(), read_module)
    except Exception as error:
        reader.faults.append(Fault("searched for SQL", "file", text.path, error))
        return
    if code.problem:
        reader.notes.append(code.problem)
    reader.keep_ignores(text, lambda: ignores_in_host(text, "#"))
    yield code


def _settings(
    file: SourceFile, text: Text, reader: Reader, dotenv: SourceFile | None = None
) -> Settings:
    """Return what a settings file tells, with the variables of the `.env` beside it."""
    from pathlib import PurePath

    from rlslint.files.settings.files import Settings, read_settings

    try:
        environment = _environment(dotenv, reader) if dotenv is not None else {}
        settings = read_settings(PurePath(file.name), file.shown, text.data, environment)
    except Exception as error:
        reader.faults.append(Fault("searched for connections", "file", file.shown, error))
        return Settings(())
    if settings.note:
        reader.notes.append(settings.note)
    return settings


def _environment(dotenv: SourceFile, reader: Reader) -> dict[str, str]:
    from rlslint.files.settings.name_value_files import variables_of

    text = reader.text(dotenv.path, dotenv.shown)
    return variables_of(text.data.decode()) if text is not None else {}
