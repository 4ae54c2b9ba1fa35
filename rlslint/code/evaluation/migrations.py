"""Migrations that are written in a program's own language: which functions lead up, what they run.

Only the first SQL of a call counts: the second one of Ecto's `execute` is the way back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from rlslint import Pattern
from rlslint.code.evaluation.arguments import SQL_ARGUMENTS, EvaluatedCall, sql_of, statements_in
from rlslint.code.evaluation.built import Built, Scripts
from rlslint.code.evaluation.builtins import flattened, visits
from rlslint.code.evaluation.identifiers import names_told
from rlslint.code.evaluation.record import placed_values
from rlslint.code.evaluation.schema_calls import statements_of, tables_in_doubt
from rlslint.code.evaluation.strings import (
    FollowedFile,
    Fragment,
    Written,
    as_text,
    substituted,
    untold,
    with_placeholders,
)
from rlslint.code.evaluation.values import (
    Closure,
    Entries,
    Handle,
    Items,
    Namespace,
    Object,
    Prepared,
    Unknown,
    Value,
)
from rlslint.code.libraries import Library
from rlslint.code.schemas import framework_in
from rlslint.code.sites import Runs, SqlSite, TransactionScope
from rlslint.text import Span

_UP = frozenset(
    {
        "up", "Up", "UpAsync", "change", "migrate", "upgrade", "safe_up", "safeUp", "forwards",
        "up!", "upAsync",
    }
)  # fmt: skip
_ALEMBIC = "upgrade"
"""What Alembic calls, and nothing else."""

_DOWN = Pattern(r"down|revert|rollback|backwards|undo", re.IGNORECASE)
_GIVEN = Pattern(r"up\w*|.*_?up|Up\w*|.*Up")
RUN_FILES = frozenset(("SqlResource", "SqlFile", "execute_file", "sqlFile"))
"""What runs the SQL of a file that it is given the name of."""

_RUNS_NOTHING_ELSE = RUN_FILES | frozenset(
    {
        "Sql", "addSql", "execute_unprepared", "unprepared", "exec_query",
        "execute_sql", "runSql", "executeSql", "executeStatement", "execute_batch",
        "batch_execute", "ExecuteSqlRaw", "ExecuteSqlRawAsync", "execSQL", "exec_driver_sql",
    }
)  # fmt: skip
"""What runs SQL, whatever it is called on."""

_RUNS_ON_CONNECTIONS = frozenset(
    {
        "raw", "sql", "execute", "statement", "query", "query!", "exec", "Exec", "ExecContext",
        "unsafe", "executeUpdate",
    }
)  # fmt: skip
"""What runs SQL where it is called on a connection, and may be anything elsewhere."""

_RUNS = _RUNS_NOTHING_ELSE | _RUNS_ON_CONNECTIONS | {"run"}

_CONNECTION = Pattern(
    r"(?:.*[._])?(?:\w*conn(?:ection)?|\w*runner|knex|sequelize|schema|trx|tx|db|database|repo|pgm"
    r"|client|pool|migrationbuilder|jdbc\w*|sql|base|\w*transaction|datasource|em|manager)",
    re.IGNORECASE,
)
"""What connections are called, and what stands for one."""

_STATEMENT = Pattern(r"(?:.*\.)?\w*(?:stmt|statement)(?:\(\))?", re.IGNORECASE)
_WITHOUT_VALUES = (".java", ".kt", ".scala")
"""Languages in which what a statement is given to execute is SQL, and no values."""

_CONTEXT = Pattern(r"(?:.*\.)?(?:c?ctx|context|repo)(?:\.\w+)?(?:\(\))?", re.IGNORECASE)
"""What is passed before the SQL."""


def ways_up(closures: Iterable[Closure], module: Namespace) -> Iterator[Closure]:
    """Yield the functions that a migration tool calls to go forward; `module` is the file's."""
    only = module.variables.get(_ALEMBIC)
    if isinstance(only, Closure) and only.source.path.endswith(".py"):
        yield only
        return
    listed = list({c.function.start: c for c in closures}.values())
    found = [each for each in listed if each.function.name in _UP]
    if not found:
        found = [
            each
            for each in listed
            if _GIVEN().fullmatch(each.function.name) and not _DOWN().search(each.function.name)
        ]
    yield from found


def leads_back(name: str) -> bool:
    """Tell by its name whether a function is only called to go back."""
    return _DOWN().search(name) is not None


def ways_down(closures: Iterable[Closure]) -> Iterator[tuple[int, int]]:
    """Yield where the functions stand that a migration tool calls to go back."""
    for each in closures:
        if leads_back(each.function.name):
            yield each.function.start, each.function.end


def run_for_each(call: EvaluatedCall) -> EvaluatedCall:
    """Return what a call comes to that calls a function which runs SQL for each item of a list."""
    match call.arguments:
        case (Unknown(path=path), Items() as items) if visits(call.name):
            name = path.rpartition(".")[2]
            return call._replace(name=name, arguments=(items,)) if name in _RUNS else call
        case _:
            return call


def scripts_of(
    call: EvaluatedCall, of: Value | None, libraries: Sequence[Library]
) -> list[Written]:
    """Return the SQL that a call of a migration runs, nothing where it runs none."""
    runs = call.name in _RUNS or any(call.name in library.executes for library in libraries)
    if not runs:
        return []
    if isinstance(of, Handle) and of.library.parameter.startswith("%"):
        found = sql_of(call)
        return [as_sent(found[0], of.library, found[1])] if found is not None else []
    for value in (*call.arguments, *call.named.values(), of):
        match value:
            case Written() if value.is_sql:
                return [_as_sent(value, call, of)]
            case Handle(prepared=Prepared() as prepared) if prepared.sql.is_sql:
                return [_as_sent(prepared.sql, call, value)]
            case Items():
                statements = statements_in(value, call.place)
                if statements:
                    return [_as_sent(each, call, of) for each in statements]
            case Entries(values):
                for each in values.values():
                    if isinstance(each, Written) and each.is_sql:
                        return [each]
            case _:
                continue
    return []


def as_sent(sql: Written, library: Library, values: Sequence[Value]) -> Written:
    """Return SQL as a library sends it that writes values in place of marks with a percent sign."""
    placed = placed_values(sql, library, flattened(values))
    doubled = re.finditer("%%", placed.text)
    return placed.replaced((each.start() + 1, each.end(), ()) for each in doubled)


def _as_sent(sql: Written, call: EvaluatedCall, of: Value | None) -> Written:
    """Return SQL with a gap for each value that a library puts into it where it has a name."""
    is_marked = isinstance(of, Handle) and of.library.parameter == ":value"
    if not is_marked or not isinstance(of, Handle):
        return sql
    if of.prepared is None and call.name != "execute":
        return sql
    marked = with_placeholders(sql, ":", lambda mark: mark.name)
    return substituted(marked, "\\:", (Fragment(":", *call.place),))


def untold_script(call: EvaluatedCall, of: Value | None, scripts: Scripts) -> Written | None:
    """Return SQL of which nobody knows what it does, for a call that runs some; None for others."""
    if call.name not in _RUNS_NOTHING_ELSE and not (
        call.name in _RUNS_ON_CONNECTIONS and _is_connection(of, call)
    ):
        return None
    if call.name == "raw" and call.place.source.path.endswith(".php"):
        return None
    given = _sql_given(call)
    if scripts.makes_query(given) or (isinstance(given, Built) and given.signature is not None):
        return None
    if not _is_untold(given) and not (call.name in RUN_FILES and isinstance(given, Written)):
        return None
    source, start, end = call.place
    return untold(source, start, end, source.slice(start, end).partition("\n")[0])


def _is_connection(of: Value | None, call: EvaluatedCall) -> bool:
    match of:
        case None:
            return call.name == "execute"
        case Object():
            return call.name in ("execute", "query")
        case Handle(prepared=prepared):
            return prepared is None
        case Unknown(path=path):
            if call.place.source.path.endswith(_WITHOUT_VALUES) and _STATEMENT().fullmatch(path):
                return True
            return _CONNECTION().fullmatch(path.replace("()", "")) is not None
        case _:
            return False


def _sql_given(call: EvaluatedCall) -> Value | None:
    """Return what a call is given as SQL."""
    for key in SQL_ARGUMENTS:
        if key in call.named:
            return call.named[key]
    for value in call.arguments[:2]:
        match value:
            case Entries(values):
                return next((values[key] for key in SQL_ARGUMENTS if key in values), None)
            case Unknown(path=path) if len(call.arguments) > 1 and _CONTEXT().fullmatch(path):
                continue
            case _:
                return value
    return None


def _is_untold(value: Value | None) -> bool:
    """Tell whether a value is not known as far as its first word."""
    match value:
        case Unknown() | Items((_, *_)):
            return True
        case Written():
            return value.starts_unknown
        case _:
            return False


def scripts_for(
    language: str, source: FollowedFile, alike: Callable[[str], Iterable[bytes]]
) -> Scripts:
    """Return what collects the SQL that a migration runs; `alike` gives the files beside it."""
    framework = framework_in(language, source.data)
    words = [word.encode() for word in framework.moved_by] if framework is not None else []
    is_moved = bool(words) and any(
        all(word in data for word in words) for data in alike(source.path)
    )
    names = {}
    if framework is not None and framework.identifiers is not None:
        names = names_told(framework.identifiers, (source.data, *alike(source.path)))
    return Scripts(framework, is_moved, names)


def scripts_declared(
    language: str, source: FollowedFile, others: Iterable[bytes]
) -> Scripts | None:
    """Return what collects what a file declares, None for one without the words of a framework.

    `others` are the files beside it, which may say how columns are named.
    """
    framework = framework_in(language, source.data, declares=True)
    if framework is None:
        return None
    declares = framework.declares
    if declares is None:
        return Scripts(framework)
    tool = declares.tool.encode()
    snakes = re.compile(declares.snakes.encode()) if declares.snakes else None
    is_snake = snakes is not None and any(tool in d and snakes.search(d) for d in others)
    return Scripts(framework._replace(declares=declares._replace(is_snake=is_snake)))


_PHASES = (
    re.compile(r"DROP |CREATE (?:SCHEMA|ROLE|TYPE) "),
    re.compile(r"CREATE TABLE "),
    re.compile(r"CREATE UNIQUE INDEX |ALTER TABLE (?!.* FOREIGN KEY ).*? ADD "),
    re.compile(r"ALTER TABLE .* FOREIGN KEY "),
    re.compile(r"(?!CREATE POLICY )"),
    re.compile(r""),
)
"""What the statements of a declared schema begin with, in the order in which they can be run."""


def in_order(declared: Iterable[Written]) -> list[Written]:
    """Return what a schema declares, in an order in which it can be run, nothing of it twice.

    What has unknown parts is the same only where it stands at the same place.
    """

    def phase(sql: Written) -> int:
        return next(number for number, each in enumerate(_PHASES) if each.match(sql.text))

    found: dict[tuple[str, str, int], Written] = {}
    for each in declared:
        first = next((part for part in each.fragments if part.gap is not None), None)
        place = (first.source.path, first.start) if first is not None else ("", 0)
        found.setdefault((each.text, *place), each)
    return sorted(found.values(), key=phase)


def run_by(scripts: Scripts) -> Iterator[Written]:
    """Yield the SQL that a migration runs, that of the calls which stand for some included."""
    for each in scripts.found:
        yield from _scripts_of_one(each, scripts)


def sites_run_by(scripts: Scripts) -> Iterator[SqlSite]:
    """Yield the SQL that a migration runs with its way back, and whether it surely runs it."""
    for number, each in enumerate(scripts.found):
        for script in _scripts_of_one(each, scripts):
            if script.fragments:
                yield migration_site(script, is_perhaps=scripts.is_perhaps(number))


def _scripts_of_one(found: Written | Built, scripts: Scripts) -> Iterator[Written]:
    if isinstance(found, Written):
        yield found
    elif scripts.framework is not None:
        yield from statements_of(found, scripts.framework, scripts.is_moved)


def calls_in_doubt(scripts: Scripts, source: FollowedFile) -> Iterator[tuple[int, int]]:
    """Yield where the calls stand of which nobody knows what they do, and that is said."""
    for home, start, end in scripts.untold:
        if home is source:
            yield start, end
    for each in scripts.found:
        if isinstance(each, Built) and each.signature is None and tables_in_doubt(each):
            where, start, end = each.call.place
            if where is source:
                yield start, end


def migration_site(script: Written, *, is_perhaps: bool = False) -> SqlSite:
    """Return the SQL of a migration with its way back to the program."""
    text = as_text(script)
    span = Span(text, 0, len(text.data))
    runs = Runs.unknown if is_perhaps else Runs.yes
    return SqlSite(text, span, runs, None, "", TransactionScope.unknown, "", migration=True)
