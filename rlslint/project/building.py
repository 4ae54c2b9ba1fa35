"""From files to projects: each history replayed, with the application code around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.platforms import SUPABASE_DEFAULTS, SUPABASE_MIGRATION_ROLE
from rlslint.code.migrations import MigrationReader, Reader, module_reader
from rlslint.code.sites import CodeFile
from rlslint.config.options import Config, anchored
from rlslint.files.connections import Connection
from rlslint.files.discovery import Found, SourceFile
from rlslint.files.histories import Histories, histories
from rlslint.files.ignores import ignores_in_host
from rlslint.files.layouts.history import History
from rlslint.files.python_source import ReadModule
from rlslint.files.settings.files import is_settings_file, read_settings
from rlslint.project.project import Project
from rlslint.project.sessions import read_sites, traces
from rlslint.replay import HANDLED_KINDS, Ending, Replay, end_script
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.psql import INCLUDE
from rlslint.sql.statements import BrokenStatement
from rlslint.text import Statement, open_holes

_ENDINGS = {
    **dict.fromkeys(("alembic", "dbmate", "diesel", "django", "drizzle", "flyway"), Ending.commit),
    **dict.fromkeys(("goose", "graphile-migrate", "hasura", "liquibase", "rails"), Ending.commit),
    **dict.fromkeys(("pg_dump", "sqitch"), Ending.roll_back),
}
"""By layout, whether a tool puts each file into a transaction of its own, or psql runs it."""


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
    """What there is to judge; `are_all` is False where files without a part in it were not read."""

    built: tuple[Built, ...]
    code: Code
    are_all: bool


class Code(NamedTuple):
    """Application code and settings, read once for all histories."""

    files: tuple[CodeFile, ...]
    connections: tuple[Connection, ...]
    settings_files: int


def build(found: Found, config: Config, reader: Reader) -> Projects:
    """Replay the histories that the files to report on have a part in, and join their code.

    A finding counts where it stands in such a file. No history has a part in the findings of
    another one, so one without such a file is left alone, its code and settings included.
    """
    sorted_files = histories(found, anchored(config, config.migrations))
    reader.notes += [note.message for note in sorted_files.notes]
    read_module = module_reader(found)
    code = _read_code(found, sorted_files, reader, read_module)
    built = []
    are_all = True
    shares = [(share, False) for share in _beside(sorted_files.histories, code)]
    shares += [(Code((), (), 0), True) for _ in sorted_files.loose]
    for history, (mine, loose) in zip(
        (*sorted_files.histories, *sorted_files.loose), shares, strict=True
    ):
        if found.reported.isdisjoint(_parts(history, mine)):
            are_all = False
            continue
        replayed = replay_history(history, config, reader, read_module)
        built.append(_join(replayed, config, mine, loose))
    if not built:
        built.append(_join(Replayed(Replay(), (), 0, 0), config, code, False))
    return Projects(tuple(built), code, are_all)


def _parts(history: History, code: Code) -> Iterator[str]:
    """Yield the files that a finding of a history can stand in."""
    yield from (migration.shown for migration in history.migrations)
    yield from (file.path for file in code.files)
    yield from (connection.span.text.path for connection in code.connections)


def _join(replayed: Replayed, config: Config, code: Code, loose: bool) -> Built:
    catalog = replayed.replay.catalog
    sites = (site for file in code.files for site in file.sites)
    defaults = [default for file in code.files for default in file.defaults]
    queries = read_sites(sites, catalog, defaults)
    project = Project(catalog, config, queries, traces(code.files, queries), code.connections)
    return Built(project, replayed.broken, replayed.files, replayed.statements, loose)


def _beside(histories: Sequence[History], code: Code) -> list[Code]:
    """Give each history the code and the settings that lie nearer to it than to another one."""
    if len(histories) < 2:
        return [code] * len(histories)
    shares: list[tuple[list[CodeFile], list[Connection]]] = [([], []) for _ in histories]
    for file in code.files:
        for place in _nearest(file.path, histories):
            shares[place][0].append(file)
    for connection in code.connections:
        for place in _nearest(connection.span.text.path, histories):
            shares[place][1].append(connection)
    return [
        Code(tuple(files), tuple(connections), code.settings_files) for files, connections in shares
    ]


def _nearest(path: str, histories: Sequence[History]) -> list[int]:
    depths = [_common_depth(path, history.root) for history in histories]
    deepest = max(depths)
    return [place for place, depth in enumerate(depths) if depth == deepest]


def _common_depth(path: str, root: str) -> int:
    depth = 0
    for one, other in zip(path.split("/"), root.split("/"), strict=False):
        if one != other:
            break
        depth += 1
    return depth


def replay_history(
    history: History, config: Config, reader: Reader, read_module: ReadModule
) -> Replayed:
    """Replay the migrations of a history, first to last."""
    replay = Replay()
    ending = _ENDINGS.get(history.layout, Ending.unknown)
    replay.one_transaction_a_script = ending is Ending.commit
    if "supabase" in (history.layout, config.platform):
        replay.catalog.defaults = SUPABASE_DEFAULTS
        replay.migration_roles = (SUPABASE_MIGRATION_ROLE,)
    kinds = HANDLED_KINDS | {INCLUDE}
    broken: list[BrokenStatement] = []
    files = statements = 0
    migrations = MigrationReader(kinds, reader, read_module)
    for migration in history.migrations:
        files += 1
        dialect = None
        follows_broken = False
        last: Statement | None = None
        for item in migrations.statements(migration):
            statements += 1
            match item:
                case ParsedStatement(statement) if _is_interpolated(statement):
                    from rlslint.replay.doubt import carry_out_interpolated

                    carry_out_interpolated(replay, statement)
                case ParsedStatement(statement, node) if statement.kind == INCLUDE:
                    row = statement.text.location(statement.start).row
                    reader.notes.append(
                        f"{migration.shown}:{row} runs {node['file']}, which is not read there: "
                        "what it changes is unknown."
                    )
                case ParsedStatement():
                    _carry_out(replay, item)
                case BrokenStatement(statement):
                    from rlslint.replay.doubt import carry_out_broken
                    from rlslint.sql.dialects import looks_like_other_dialect
                    from rlslint.sql.intent import is_debris

                    dialect = looks_like_other_dialect(statement.text.data, migration.shown)
                    if dialect is not None:
                        reader.notes.append(f"{migration.shown} was passed over: it is {dialect}.")
                        break
                    refused = carry_out_broken(replay, item)
                    if refused and not (follows_broken and is_debris(statement)):
                        broken.append(item)
                case None:
                    pass
            follows_broken = isinstance(item, BrokenStatement)
            last = item.statement if item is not None else last
        end_script(replay, ending, last)
    return Replayed(replay, tuple(broken), files, statements)


def _carry_out(replay: Replay, parsed: ParsedStatement) -> None:
    """Carry out a statement, or make unknown what it changes where it cannot be followed."""
    try:
        replay.run(parsed)
    except (RecursionError, UnknownFact) as error:
        from rlslint.replay.doubt import carry_out_broken

        statement = parsed.statement
        is_deep = isinstance(error, RecursionError)
        problem = "the statement is nested too deeply" if is_deep else f"{error}"
        carry_out_broken(replay, BrokenStatement(statement, problem, statement.start, False))


def _is_interpolated(statement: Statement) -> bool:
    """Tell whether a part of the statement is known only when the program runs."""
    return bool(statement.text.holes) and any(True for _ in open_holes(statement))


def _read_code(
    found: Found, sorted_files: Histories, reader: Reader, read_module: ReadModule
) -> Code:
    migrations = {
        migration.shown for history in sorted_files.histories for migration in history.migrations
    }
    files = tuple(_code_files(found, migrations, reader, read_module))
    connections = [c for file in files for c in file.connections]
    connections += _connections((*found.settings, *found.python), reader)
    return Code(files, tuple(connections), len(found.settings))


def _code_files(
    found: Found, migrations: set[str], reader: Reader, read_module: ReadModule
) -> Iterable[CodeFile]:
    from rlslint.code.python import may_hold_sql

    for file in found.python:
        if file.shown in migrations:
            continue
        text = reader.text(file.path, file.shown)
        if text is None or not may_hold_sql(text.data):
            continue
        from rlslint.code.python.application import read_application

        code = read_application(file.shown, text.data.decode(), read_module)
        if code.problem:
            reader.notes.append(code.problem)
        reader.ignores += ignores_in_host(text, "#")
        yield code


def _connections(files: Iterable[SourceFile], reader: Reader) -> Iterator[Connection]:
    for file in files:
        if not is_settings_file(file.path):
            continue
        text = reader.text(file.path, file.shown)
        if text is None:
            continue
        settings = read_settings(file.path, file.shown, text.data)
        if settings.note:
            reader.notes.append(settings.note)
        yield from settings.connections
