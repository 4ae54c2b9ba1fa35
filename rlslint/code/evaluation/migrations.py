"""Migrations that are written in a program's own language: which functions lead up, what they run.

Only the first SQL of a call counts: the second one of Ecto's `execute` is the way back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from rlslint.code.evaluation.arguments import Call
from rlslint.code.evaluation.built import Built, Scripts
from rlslint.code.evaluation.schema_calls import statements_of, tables_in_doubt
from rlslint.code.evaluation.strings import Source, Written, as_text
from rlslint.code.evaluation.values import Closure, Entries, Handle, Items, Prepared, Value
from rlslint.code.libraries import Library
from rlslint.code.schemas import framework_in
from rlslint.code.sites import Runs, SqlSite, TransactionScope
from rlslint.text import Span
from rlslint.text.patterns import Pattern

_UP = frozenset(
    {
        "up", "Up", "UpAsync", "change", "migrate", "upgrade", "safe_up", "safeUp", "forwards",
        "up!", "upAsync",
    }
)  # fmt: skip
_DOWN = Pattern(r"down|revert|rollback|backwards|undo", re.IGNORECASE)
_GIVEN = Pattern(r"up\w*|.*_?up|Up\w*|.*Up")
_RUNS = frozenset(
    {
        "Sql", "SqlResource", "raw", "RunSQL", "addSql", "sql", "execute_unprepared", "execute",
        "unprepared", "statement", "query", "exec", "Exec", "ExecContext", "exec_query",
        "execute_sql", "runSql", "executeSql", "executeStatement", "execute_batch", "batch_execute",
        "ExecuteSqlRaw", "execSQL", "run", "unsafe", "executeUpdate",
    }
)  # fmt: skip


def ways_up(closures: Iterable[Closure]) -> Iterator[Closure]:
    """Yield the functions that a migration tool calls to go forward."""
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


def scripts_of(call: Call, of: Value | None, libraries: Sequence[Library]) -> list[Written]:
    """Return the SQL that a call of a migration runs, nothing where it runs none."""
    runs = call.name in _RUNS or any(call.name in library.executes for library in libraries)
    if not runs:
        return []
    for value in (*call.arguments, *call.named.values(), of):
        match value:
            case Written() if value.is_sql:
                return [value]
            case Handle(prepared=Prepared() as prepared) if prepared.sql.is_sql:
                return [prepared.sql]
            case Items(values):
                texts = [each for each in values if isinstance(each, Written) and each.is_sql]
                if texts:
                    return texts
            case Entries(values):
                for each in values.values():
                    if isinstance(each, Written) and each.is_sql:
                        return [each]
            case _:
                continue
    return []


def scripts_for(language: str, source: Source, alike: Callable[[str], Iterable[bytes]]) -> Scripts:
    """Return what collects the SQL that a migration runs; `alike` gives the files beside it."""
    framework = framework_in(language, source.data)
    words = [word.encode() for word in framework.moved_by] if framework is not None else []
    is_moved = bool(words) and any(
        all(word in data for word in words) for data in alike(source.path)
    )
    return Scripts(framework, is_moved)


def run_by(scripts: Scripts) -> Iterator[Written]:
    """Yield the SQL that a migration runs, that of the calls which stand for some included."""
    for each in scripts.found:
        if isinstance(each, Written):
            yield each
        elif scripts.framework is not None:
            yield from statements_of(each, scripts.framework, scripts.is_moved)


def calls_in_doubt(scripts: Scripts, source: Source) -> Iterator[tuple[int, int]]:
    """Yield where the calls stand that nobody knows, and that name a table."""
    for each in scripts.found:
        if isinstance(each, Built) and each.signature is None and tables_in_doubt(each):
            where, start, end = each.call.place
            if where is source:
                yield start, end


def migration_site(script: Written) -> SqlSite:
    """Return the SQL of a migration with its way back to the program."""
    text = as_text(script)
    span = Span(text, 0, len(text.data))
    return SqlSite(text, span, Runs.yes, None, "", TransactionScope.unknown, "", migration=True)
