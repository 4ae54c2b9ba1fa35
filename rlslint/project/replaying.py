"""The replay of one history, first migration to last."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress

from rlslint import NamedTuple, Pattern
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.provided import (
    end_default_grants,
    grant_elsewhere,
    settle_on,
)
from rlslint.code.migrations import MigrationReader, Reader
from rlslint.config.options import Config
from rlslint.config.platforms import (
    CONTAINERS,
    PLATFORMS,
    POSTGRES,
    Platform,
    platform_named,
    platform_of_folder,
)
from rlslint.files.contents import of_another_database
from rlslint.files.layouts import History, Migration
from rlslint.replay import DATA_KINDS, HANDLED_KINDS
from rlslint.replay.state import Replay
from rlslint.replay.transactions import Ending, end_script
from rlslint.sql import INCLUDE, has_marks, is_placeholder
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.statements import BrokenStatement
from rlslint.text import Statement, open_holes
from rlslint.text.budget import LARGEST_SCRIPT_TO_FAIL, SCRIPTS_INCLUDED, Budget, OutOfBudget
from rlslint.text.faults import Fault

_ENDINGS = {
    **dict.fromkeys(("alembic", "dbmate", "diesel", "django", "drizzle", "flyway"), Ending.commit),
    **dict.fromkeys(("goose", "graphile-migrate", "hasura", "liquibase", "rails"), Ending.commit),
    **dict.fromkeys(("pg_dump", "sqitch"), Ending.roll_back),
}
"""By layout, whether a tool puts each file into a transaction of its own, or psql runs it."""


_FORCES = Pattern(rb"f(?<!\wf)orce\s+row\b")
_COPIES = Pattern(rb"i(?<!\wi)nto\b(?:(?!\binto\b)[^;'])*?\bselect\b")
"""INSERT of what a query gives, and no INSERT of many values."""
_CHANGES_CATALOGS = Pattern(rb"\b(?:update|into|from)\s+(?:only\s+)?(?:pg_catalog\s*\.\s*)?pg_")
_SPEAKS_OF_ROW_SECURITY = Pattern(rb"r(?<!\wr)ow\s+level\s+security\b")
_CHANGES_ROWS = Pattern(
    rb"(?:i(?<!\wi)nsert\s+into|u(?<!\wu)pdate\s+[\w.\"]+\s+set|d(?<!\wd)elete\s+from)\b"
)
"""These are searched for in small letters, and begin with one, which is found ten times as fast."""

_OF_INTEREST = HANDLED_KINDS | {INCLUDE}
_OF_CONTAINERS = frozenset(("InsertStmt", "UpdateStmt"))
_WITH_DATA = _OF_INTEREST | DATA_KINDS
_CHANGING = DATA_KINDS - {"InsertStmt"}


class Replayed(NamedTuple):
    """A history that was replayed, with what the grammar refused of it and how much was read."""

    replay: Replay
    broken: tuple[BrokenStatement, ...]
    files: int
    statements: int


def replay_history(
    history: History,
    config: Config,
    reader: Reader,
    hosting: Platform | None = None,
) -> Replayed | None:
    """Replay the migrations of a history, first to last; None where that is beyond mending.

    `hosting` is the platform that connections or its own configuration beside the history name;
    without one, the functions that the history calls may tell.
    """
    try:
        if reader.replayed is not None:
            replayed: Replayed = reader.replayed(history, config, reader, hosting)
            return replayed
        course = HistoryReplay(history, config, reader, hosting)
        for migration in history.migrations:
            course.run(migration)
        course.migrations.end()
        return course.end()
    except Exception as error:
        name = f"from {history.migrations[0].shown} on"
        reader.faults.append(Fault("replayed", "history", name, error))
        return None


class HistoryReplay:
    """The replay of a history, which goes from migration to migration."""

    def __init__(
        self, history: History, config: Config, reader: Reader, hosting: Platform | None
    ) -> None:
        self.replay = replay = Replay()
        self.migrations = MigrationReader(
            _kinds_in, lambda: replay.has_forced, reader, history.migrations
        )
        self.history = history
        self._config = config
        self._ending = _ENDINGS.get(history.layout, Ending.unknown)
        replay.one_transaction_a_script = self._ending is Ending.commit
        self._platform = _settled(replay, history, config, reader, hosting)
        if self._platform is not None:
            owner = self._platform.owner
            replay.migration_roles = (owner,) if owner else ()
        self.scripts = RunScripts(replay, history, self.migrations, reader)

    def read_with(self, reader: Reader) -> None:
        """Tell another reader from now on what is to be said of the files."""
        self.migrations.reader = self.scripts.reader = reader

    def run(self, migration: Migration) -> None:
        """Carry out a migration, unless another one has run it."""
        platform = self._platform
        if platform is not None and platform.default_grants_end is not None:
            end_default_grants(self.replay.catalog, _day(migration, self._config))
        if not self.scripts.has_run(migration):
            self.outlive(migration)
            if self.history.search_path:
                session = self.replay.session
                session.connect(session.user, self.history.search_path)
            self.finish(migration, self.scripts.run(migration))

    def outlive(self, migration: Migration) -> None:
        """Note whether other migrations follow one."""
        layout, migrations = self.history.layout, self.history.migrations
        self.replay.was_outlived = layout != "script" and migration is not migrations[-1]

    def finish(self, migration: Migration, last: Statement | None) -> None:
        """End a migration whose statements were carried out."""
        end_script(self.replay, self._ending, last)
        _try_way_back(self.replay, self.migrations, migration, self.migrations.reader)

    def end(self) -> Replayed:
        """Return what the history has led to."""
        if any(migration.is_declaration for migration in self.history.migrations):
            grant_elsewhere(self.replay.catalog)
        scripts = self.scripts
        return Replayed(
            self.replay, tuple(scripts.broken), self.migrations.files, scripts.statements
        )


def _settled(
    replay: Replay, history: History, config: Config, reader: Reader, hosting: Platform | None
) -> Platform | None:
    """Return the platform of a history, on which its catalog begins, None where nothing tells."""
    platform = _platform(history, config)
    if platform is None and config.platform == "auto":
        declared = [
            site.text.data
            for migration in history.migrations
            if migration.is_declaration
            for site in reader.sites.get(migration.shown, ())
        ]
        hosting = hosting or _platform_called(history, reader.ahead, declared)
    if platform is None and hosting is not None and config.platform == "auto":
        doubt = f"{hosting.title} grants it where the project's API is on"
        settle_on(replay.catalog, hosting, doubt)
        return hosting
    if platform is not None:
        settle_on(replay.catalog, platform)
    return platform


Item = ParsedStatement | BrokenStatement | None


class RunScripts:
    """The scripts of a history while they are run, and what the grammar refused of them."""

    def __init__(
        self, replay: Replay, history: History, migrations: MigrationReader, reader: Reader
    ) -> None:
        self._replay = replay
        is_in_order = history.layout != "script"
        self._own = frozenset(m.path for m in history.migrations if is_in_order)
        self.run_by_others: set[str] = set()
        self._migrations = migrations
        self.reader = reader
        self._open: list[str] = []
        self.included = Budget(SCRIPTS_INCLUDED)
        self.broken: list[BrokenStatement] = []
        self.statements = 0
        self.watched: Callable[[Iterable[Item]], Iterable[Item]] = lambda items: items

    def has_run(self, migration: Migration) -> bool:
        """Tell whether another script has run a file already."""
        return migration.path in self.run_by_others

    def run(self, migration: Migration) -> Statement | None:
        """Carry out the statements of a migration, and return the last one."""
        return self.carry_out(migration, self.watched(self._migrations.statements(migration)))

    def carry_out(
        self,
        script: Migration,
        items: Iterable[Item],
        last: Statement | None = None,
        follows_broken: bool = False,
    ) -> Statement | None:
        """Carry out statements of a script and return the last one.

        `last` is the last of those before them, the one just before may be a broken one.
        """
        self._open.append(script.path)
        for item in items:
            self.statements += 1
            follows_broken, was_broken = isinstance(item, BrokenStatement), follows_broken
            if item is None:
                continue
            last = statement = item.statement
            if isinstance(item, BrokenStatement) and self._replay.is_run is False:
                continue
            if isinstance(item, ParsedStatement):
                if statement.kind == INCLUDE:
                    self._include(script, item)
                    continue
            elif item.refused:
                from rlslint.sql.dialects import looks_like_other_dialect
                from rlslint.sql.intent import is_debris

                dialect = looks_like_other_dialect(statement.text.data, script.shown)
                if dialect is not None:
                    self.reader.unreadable(of_another_database(script.shown, dialect))
                    break
                if not _is_interpolated(statement) and not (was_broken and is_debris(statement)):
                    self.broken.append(item)
            _carry_out(self._replay, item, self.reader)
        self._open.pop()
        return last

    def _include(self, script: Migration, parsed: ParsedStatement) -> None:
        """Run a file that a script runs; where it is not at hand, what it changes is unknown."""
        from rlslint.replay.doubt import carry_out_inclusion

        if self._replay.is_run is False:
            return
        statement, name = parsed.statement, parsed.node["file"]
        row = statement.text.location(statement.start).row
        included = self._migrations.included(script, name)
        if included is not None and included.path in self._own:
            note = f"{script.shown}:{row} runs {name}, which is read as a migration of its own."
            self.reader.notes.append(note)
            return
        found = None
        if included is not None and included.path not in self._open:
            with suppress(OutOfBudget):
                self.included.take()
                found = self._migrations.statements_of(included)
        if included is None or found is None:
            carry_out_inclusion(self._replay, statement)
            note = f"{script.shown}:{row} runs {name}, which is not read"
            self.reader.notes.append(f"{note}: what it changes is unknown.")
            return
        self.run_by_others.add(included.path)
        self.carry_out(included, found)


def _try_way_back(
    replay: Replay, migrations: MigrationReader, migration: Migration, reader: Reader
) -> None:
    """Note what undoing a migration would open."""
    found = [one for one in migrations.way_back(migration) if isinstance(one, ParsedStatement)]
    if found:
        from rlslint.replay.reversals import try_way_back

        try_way_back(replay, found, lambda one: _carry_out(replay, one, reader))


def _kinds_in(data: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """Return the kinds of statements that are of interest in a script.

    What changes rows counts where policies may be in its way, where a script speaks of the
    containers of a platform, and where it may fail and take row security with it. The second ones
    are of interest where row security was forced before.
    """
    kinds = _OF_INTEREST | _OF_CONTAINERS if CONTAINERS[1].encode() in data else _OF_INTEREST
    small = data.lower()
    may_fail = len(data) <= LARGEST_SCRIPT_TO_FAIL and _SPEAKS_OF_ROW_SECURITY().search(small)
    if may_fail and _CHANGES_ROWS().search(small):
        return _WITH_DATA, _WITH_DATA
    if b"pg_" in small and _CHANGES_CATALOGS().search(small):
        return _WITH_DATA, _WITH_DATA
    forced = _WITH_DATA if _COPIES().search(small) else kinds | _CHANGING
    return forced if _FORCES().search(small) else kinds, forced


def _platform(history: History, config: Config) -> Platform | None:
    """Return whose database a history is for: the configuration says so, or where its files lie."""
    if config.platform != "auto":
        return platform_named(config.platform) or POSTGRES
    return platform_named(history.layout) or platform_of_folder(
        os.path.dirname(history.migrations[0].shown)
    )


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
        elif _names_what_is_filled_in(replay, item):
            from rlslint.replay.doubt import carry_out_filled_in

            carry_out_filled_in(replay, statement)
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


def _names_what_is_filled_in(replay: Replay, item: ParsedStatement) -> bool:
    """Tell whether a statement changes a table whose name psql or a tool fills in.

    What the history makes under such a name is one table, however it is called. Any other name may
    be that of any table.
    """
    if item.statement.kind not in _OF_TABLES:
        return False
    target = item.node.get("relation") or item.node.get("table")
    objects = item.node.get("objects", ())
    targets = [target] if target else [each["RangeVar"] for each in objects if "RangeVar" in each]
    filled_in = [one for one in targets if is_placeholder(one.get("relname", ""))]
    if not filled_in or not has_marks(item.statement.sql):
        return False
    return any(replay.find(one) is None for one in filled_in)


_OF_TABLES = frozenset(("AlterTableStmt", "CreatePolicyStmt", "AlterPolicyStmt", "GrantStmt"))


def _platform_called(
    history: History, content: Callable[[str], bytes], declared: Iterable[bytes] = ()
) -> Platform | None:
    """Return the platform whose functions a history calls without making them, None without any.

    `content` returns the bytes of a file, `declared` is the SQL of what its files declare that are
    not in SQL.
    A history that grants tables to the roles of its API itself tells what they may, as dumps do.
    """
    with_api = [one for one in PLATFORMS if one.default_grants and one.api_functions]
    files = [one for one in history.migrations if one.path.endswith(".sql")]
    scripts = [_plain(content(one.path)) for one in files]
    scripts += [_plain(sql) for sql in declared]
    for platform in with_api:
        words = _functions_of(platform)
        called = [script for script in scripts if any(word in script for word in words)]
        if not called:
            continue
        calls, makes, grants = _patterns(platform)
        if not any(map(calls.search, called)) or any(map(makes.search, called)):
            continue
        if not any(map(grants.search, scripts)):
            return platform
    return None


def _functions_of(platform: Platform) -> list[bytes]:
    return [f"{schema}.{name}".encode() for schema, name in platform.api_functions]


def _patterns(platform: Platform) -> tuple[re.Pattern[bytes], ...]:
    """Return what finds calls of a platform's functions, what makes them, and grants to its API."""
    functions = b"|".join(map(re.escape, _functions_of(platform)))
    roles = b"|".join(re.escape(role.encode()) for role in platform.request_roles)
    return (
        re.compile(rb"(?<![\w.])(?:%s)\s*\(" % functions),
        re.compile(rb"f(?<!\wf)unction\s+(?:%s)\s*\(" % functions),
        re.compile(rb"g(?<!\wg)rant\s+%s\b[^;]{0,300}\bto\s[^;]{0,99}\b(?:%s)\b" % (_DATA, roles)),
    )


def signs_of_platforms(data: bytes) -> tuple[bool, ...]:
    """Return all that a file tells of the platform whose functions its history calls."""
    script = _plain(data)
    return tuple(
        pattern.search(script) is not None
        for platform in PLATFORMS
        if platform.default_grants and platform.api_functions
        for pattern in _patterns(platform)
    )


_DATA = b"(?:all|select|insert|update|delete)"


def _plain(sql: bytes) -> bytes:
    return sql.lower().replace(b'"', b"")
