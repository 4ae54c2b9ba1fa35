"""From files to projects: each history replayed, with the application code around it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import partial
from itertools import chain, product
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.catalog.roles import DATA_PRIVILEGES
from rlslint.code import Code, RowSecurityProgram
from rlslint.code.migrations import Reader
from rlslint.config.options import Config, anchored
from rlslint.config.platforms import PLATFORMS, SUPABASE, Platform, platform_of_host
from rlslint.files import disk
from rlslint.files.deployment import Deployment
from rlslint.files.discovery import Found, SourceFile
from rlslint.files.histories import Histories, histories
from rlslint.files.layouts import History
from rlslint.files.unread import mention, settings_named
from rlslint.project.project import Project
from rlslint.project.replaying import Replayed, replay_history
from rlslint.replay.state import Replay
from rlslint.sql.statements import BrokenStatement
from rlslint.text import Span
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.catalog import Catalog
    from rlslint.files.connections import Connection
    from rlslint.files.settings.api import Api
    from rlslint.project.outside import OutsideScript, OutsideScripts
    from rlslint.project.sessions import QuerySite, SessionTrace


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


class Projects(NamedTuple):
    """What there is to judge; `are_all` is False where files without a part in it were not read.

    `left_out` are the SQL files that count for nothing: those of tests, seeds, ways down, and
    `superseded` old migrations beside those that run.
    """

    built: tuple[Built, ...]
    code: Code
    are_all: bool
    left_out: tuple[SourceFile, ...]
    superseded: tuple[SourceFile, ...]


Nearest = Callable[[str], Set[str]]
"""Returns the roots of the histories to which a path lies nearest."""


def build(found: Found, config: Config, reader: Reader) -> Projects:
    """Replay the histories that the files to report on have a part in, and join their code.

    A finding counts where it stands in such a file. No history has a part in the findings of
    another one, so one without such a file is left alone, its code and settings included.
    `reader` is told what could not be found.
    """
    for problem in found.problems:
        reader.unreadable(problem)
    reader.faults += found.faults
    with disk.Confined(found.roots):
        return _built(found, config, reader)


def _built(found: Found, config: Config, reader: Reader) -> Projects:
    all_files = histories(found, anchored(config, config.migrations), found.reported)
    reader.notes += [note.message for note in all_files.notes]
    reader.left_unread += all_files.unread
    reader.faults += all_files.faults
    nearest = _nearest_roots(all_files.histories)
    read = _with_a_part_of(found.reported, all_files, nearest)
    around_them = found if read == all_files else _code_of(read, found, nearest)
    code = _code(around_them, all_files, reader)
    built: list[Built] = []
    loose: dict[str, Built] = {}
    wanted = _with_programs(read, code.programs, nearest)
    configured = _configured_platform(found, all_files)
    for history in wanted.loose:
        replayed = replay_history(history, config, reader)
        shown = history.migrations[0].shown
        around = Code((), _connections_of(shown, code, nearest), 0, others=code.others)
        loose[shown] = _join(replayed, config, around, True, reader)
    scripts = [(path, alone.project.catalog) for path, alone in loose.items()]
    run: set[str] = set()
    sources = (*code.others, *(file.path for file in found.sql))
    for history in wanted.histories:
        around = _beside(history, code, nearest) if read.histories else code
        apis = (api for _, api in around.apis)
        hosting = _platform_of_connections(around.connections) or configured
        hosting = hosting or _platform_of_apis(apis, around.connections)
        replayed = replay_history(history, config, reader, hosting)
        around = around._replace(apis=_apis(history, around))
        near = [script for script in scripts if history.root in nearest(script[0])]
        behind = partial(_behind, history, wanted.loose, config, reader, hosting)
        outside = _outside(history, replayed, near, sources, behind)
        unnamed = outside.unnamed if outside is not None else ()
        if outside is not None and (outside.before or outside.last):
            run.update((*outside.before, *outside.last))
            history = _with_scripts(history, outside, wanted.loose)
            replayed = replay_history(history, config, reader, hosting)
        built.append(_join(replayed, config, around, False, reader, unnamed))
    built += (alone for path, alone in loose.items() if path not in run)
    # A program that migrates one database may lie as near to the history of another.
    asked = frozenset(name for one in built for name in one.project.catalog.asked_by_blocks)
    for one, name in product(built, asked):
        one.project.catalog.asked_by_blocks.add(name)
    _leave_context_to_policies(one.project for one in built)
    _tell_what_others_protect(built)
    if not built:
        built.append(_join(None, config, code, False, reader))
    return Projects(tuple(built), code, read == all_files, all_files.left_out, all_files.superseded)


def _code(found: Found, sorted_files: Histories, reader: Reader) -> Code:
    """Return what application code and settings tell, where there is anything beside SQL."""
    if not any((found.python, found.programs, found.settings, found.schemas, found.others)):
        return Code((), (), 0, tests=tuple(os.path.join(found.root, one) for one in found.tests))
    from rlslint.project.reading_code import read_code

    return read_code(found, sorted_files, reader)


def _leave_context_to_policies(projects: Iterable[Project]) -> None:
    """Assume no context for a database without policies whose program has another with them."""
    asking = [(one, {query.site.text.path for query in one.queries}) for one in projects]
    protected = [paths for one, paths in asking if paths and one.uses_row_security]
    for one, paths in asking:
        one.context_is_elsewhere = any(not paths.isdisjoint(others) for others in protected)


def _tell_what_others_protect(built: Sequence[Built]) -> None:
    """Let each know of which tables files beside it enable row security, and whom scripts grant.

    A history that does so for tables that it makes itself is another database, a script is not.
    """
    if len(built) < 2:
        return
    told: dict[str, list[tuple[Built, str, bool]]] = {}
    has_history = not all(one.loose for one in built)
    granted = frozenset(chain.from_iterable(map(_grantees, (one for one in built if one.loose))))
    for one in built:
        one.project.is_beside_history = one.loose and has_history
        if not one.loose:
            one.project.granted_elsewhere = granted
        for name, (path, is_own) in _protected(one.project.catalog).items():
            told.setdefault(name, []).append((one, path, is_own))
    for one in built:
        for name, by in told.items():
            others = [(other, path, is_own) for other, path, is_own in by if other is not one]
            # A history that makes the table itself tells of another database.
            telling = [p for other, p, is_own in others if one.loose or other.loose or not is_own]
            if telling and len(others) == len(by):
                one.project.protected_elsewhere[name] = telling[0]


def _grantees(script: Built) -> Iterator[str]:
    """Yield whom a script grants tables, those that there are and those that will be."""
    catalog = script.project.catalog
    for default in catalog.defaults:
        if default.kind == "tables" and default.privilege in DATA_PRIVILEGES:
            yield default.grantee
    for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
        if relation.knows("grants"):
            yield from (grant.grantee for grant in relation.grants.known() if grant.statement)


def _protected(catalog: Catalog) -> dict[str, tuple[str, bool]]:
    """Return the names of the tables that have row security, each with the file that enables it.

    And whether the history makes the table itself.
    """
    found: dict[str, tuple[str, bool]] = {}
    made = dict.fromkeys(catalog.relations.known(), True)
    for relation, is_own in (
        made | dict.fromkeys(catalog.unknown_relations.values(), False)
    ).items():
        if relation.knows("rls_enabled") and relation.rls_enabled:
            because = relation.because("rls_enabled")
            if because is not None:
                found.setdefault(relation.name, (because.text.path, is_own))
    return found


def _connections_of(script: str, code: Code, nearest: Nearest) -> tuple[Connection, ...]:
    """Return who connects to the database of the one history that a script lies nearest to."""
    roots = nearest(script)
    if len(roots) > 1:
        return ()
    beside = (one for one in code.connections if nearest(one.span.text.path) >= roots)
    return tuple(beside)


def _with_programs(
    read: Histories, programs: tuple[RowSecurityProgram, ...], nearest: Nearest
) -> Histories:
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


def _join(
    replayed: Replayed | None,
    config: Config,
    code: Code,
    loose: bool,
    reader: Reader,
    outside: tuple[OutsideScript, ...] = (),
) -> Built:
    replayed = replayed or Replayed(Replay(), (), 0, 0)
    catalog = replayed.replay.catalog
    queries, traces = _read_sessions(code, catalog, reader) if code.files else ((), ())
    apis = tuple(api for _, api in code.apis)
    elsewhere = partial(settings_named, paths=code.others, base=os.getcwd())
    project = Project(
        catalog,
        config,
        queries,
        traces,
        code.connections,
        apis,
        elsewhere,
        code.deployment,
        partial(mention, paths=code.tests),
        outside,
        replayed.broken,
    )
    return Built(project, replayed.broken, replayed.files, replayed.statements, loose)


def _outside(
    history: History,
    replayed: Replayed | None,
    scripts: Sequence[tuple[str, Catalog]],
    sources: Sequence[str],
    behind: Callable[[str], Catalog | None],
) -> OutsideScripts | None:
    """Return the scripts that belong to a history; `sources` are the files that may run them."""
    if not scripts or replayed is None:
        return None
    from rlslint.project.outside import outside_scripts

    catalog, migration = replayed.replay.catalog, history.migrations[0].shown
    return outside_scripts(catalog, scripts, sources, migration, behind)


def _behind(
    history: History,
    loose: Iterable[History],
    config: Config,
    reader: Reader,
    hosting: Platform | None,
    path: str,
) -> Catalog | None:
    """Return what a history leads to with a script behind it."""
    scripts = tuple(m for one in loose for m in one.migrations if m.shown == path)
    whole = history._replace(migrations=(*history.migrations, *scripts))
    replayed = replay_history(whole, config, reader, hosting)
    return replayed.replay.catalog if replayed is not None else None


def _with_scripts(history: History, outside: OutsideScripts, loose: Iterable[History]) -> History:
    """Let scripts run before and after the migrations of a history, which is not whole without."""
    scripts = {m.shown: m for one in loose for m in one.migrations}
    before, after = (
        [scripts[path] for path in paths if path in scripts]
        for paths in (outside.before, outside.last)
    )
    return history._replace(migrations=(*before, *history.migrations, *after))


def _read_sessions(
    code: Code, catalog: Catalog, reader: Reader
) -> tuple[tuple[QuerySite, ...], tuple[SessionTrace, ...]]:
    from rlslint.project.sessions import read_sites, traces

    queries: list[QuerySite] = []
    for file in code.files:
        try:
            queries += read_sites(file.sites, catalog, code.defaults)
        except Exception as error:
            reader.faults.append(Fault("searched for SQL", "file", file.path, error))
    try:
        return tuple(queries), traces(code.files, queries)
    except Exception as error:
        reader.faults.append(Fault("followed", "sessions", "of the application", error))
        return tuple(queries), ()


def _beside(history: History, code: Code, nearest: Nearest) -> Code:
    """Keep the code and the settings that lie nearer to this history than to another one."""
    return code._replace(
        files=tuple(file for file in code.files if history.root in nearest(file.path)),
        connections=tuple(c for c in code.connections if history.root in nearest(c.span.text.path)),
        defaults=tuple(d for d in code.defaults if history.root in nearest(d.span.text.path)),
        apis=tuple(one for one in code.apis if history.root in nearest(one[0])),
        deployment=_deployment_beside(history, code.deployment, nearest),
    )


def _deployment_beside(history: History, told: Deployment, nearest: Nearest) -> Deployment:
    def is_beside(span: Span) -> bool:
        return history.root in nearest(span.text.path)

    return Deployment(
        tuple(key for key in told.keys if is_beside(key.span)),
        tuple(pooler for pooler in told.poolers if is_beside(pooler.span)),
        tuple(option for option in told.options if is_beside(option.span)),
        tuple(dump for dump in told.dumps if is_beside(dump.span)),
        tuple(push for push in told.pushes if is_beside(push.span)),
        tuple(version for version in told.versions if is_beside(version.span)),
        tuple(identity for identity in told.identities if is_beside(identity.span)),
        tuple(route for route in told.routes if is_beside(route.span)),
        told.workloads,
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


def _platform_of_connections(connections: Iterable[Connection]) -> Platform | None:
    """Return the platform with an API of its own on which a connection leads to the database."""

    for connection in connections:
        platform = connection.platform
        if platform is not None and platform.default_grants:
            return platform
    return None


def _platform_of_apis(apis: Iterable[Api], connections: Iterable[Connection]) -> Platform | None:
    """Return the platform that an API is asked at, unless connections tell of another database."""
    if next(iter(connections), None) is not None:
        return None
    hosts = (api.host for api in apis if api.host)
    return next((one for one in map(platform_of_host, hosts) if one and one.default_grants), None)


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


def _code_of(read: Histories, found: Found, nearest: Nearest) -> Found:
    """Leave the code and the settings beside the histories that are read, and beside scripts."""
    roots = {history.root for history in read.histories}
    for history in read.loose:
        beside_script = nearest(history.migrations[0].shown)
        roots |= beside_script if len(beside_script) == 1 else set()
    scripts = {m.shown for h in (*read.histories, *read.loose) for m in h.migrations}

    def tells(file: SourceFile) -> bool:
        beside = nearest(file.shown)
        return not beside or not roots.isdisjoint(beside)

    return found._replace(
        python=tuple(filter(tells, found.python)),
        programs=tuple(filter(tells, found.programs)),
        settings=tuple(filter(tells, found.settings)),
        sql=tuple(file for file in found.sql if file.shown in scripts),
    )
