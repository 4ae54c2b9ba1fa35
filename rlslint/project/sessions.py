"""What application code does to the state of a database session, whatever its language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.code.sites import (
    CodeEvent,
    CodeEventKind,
    CodeFile,
    Driver,
    Hook,
    Lifetime,
    SqlSite,
    TransactionScope,
)
from rlslint.files.connections import ConnectionDefaults
from rlslint.project.setting_writes import SettingWrite, setting_writes
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.statements import BrokenStatement, read
from rlslint.text import Hole, Span, Statement

_KINDS = frozenset(
    ("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt",
     "VariableSetStmt", "TransactionStmt", "DoStmt", "DiscardStmt")
)  # fmt: skip


class QuerySite(NamedTuple):
    """A string of SQL in application code, read.

    `broken` are the parts that PostgreSQL's grammar refuses, `statement_count` is how many there
    are in all.
    """

    site: SqlSite
    statements: tuple[ParsedStatement, ...]
    broken: tuple[BrokenStatement, ...]
    writes: tuple[SettingWrite, ...]
    statement_count: int

    def __str__(self) -> str:
        text, start, _ = self.site.span
        return f"{text.path}:{text.location(start).row}"

    def holes_in(self, statement: Statement) -> tuple[Hole, ...]:
        """Return the holes that lie in one of the site's statements."""
        return tuple(
            hole for hole in self.site.text.holes if statement.start <= hole.start < statement.end
        )

    def span_of(self, hole: Hole) -> Span:
        """Return where a hole stands."""
        return Span(self.site.text, hole.start, hole.end)


class Step(NamedTuple):
    """One event of a trace; `query` is what was read of the SQL that it executes.

    `own` is False where the SQL stands in another function, which this one calls.
    """

    event: CodeEvent
    query: QuerySite | None
    own: bool = True


class Proof(Enum):
    """How sure it is that something takes back what a step sets.

    `guarded`: it does however the steps in between end. `unguarded`: only if they all succeed.
    `somewhere`: the program has something that would, and nothing tells whether it runs.
    """

    guarded = "guarded"
    unguarded = "unguarded"
    somewhere = "somewhere"


class Reset(NamedTuple):
    """A step that takes a setting back, and how sure it is that it does."""

    proof: Proof
    step: Step


class SessionTrace(NamedTuple):
    """What one function does, step by step, and how the connections that it uses live on.

    `steps` are those of the functions that it calls, too. `released` are the steps of the hooks
    that run when a connection comes back to its pool. `callers` are the traces of the functions
    that call this one with a connection of theirs. `resetting` are the steps of all the program
    that take settings back which are set in none of the functions that take these steps.
    """

    path: str
    function: str
    hook: Hook | None
    steps: tuple[Step, ...]
    released: tuple[Step, ...]
    callers: tuple[SessionTrace, ...] = ()
    resetting: tuple[Step, ...] = ()

    def writes(self) -> Iterator[tuple[Step, SettingWrite]]:
        """Yield the changes of settings, with the steps that make them."""
        for step in self.steps:
            if step.query is not None and step.own:
                for write in step.query.writes:
                    yield step, write

    def occurrences(self, step: Step) -> Iterator[tuple[SessionTrace, Step]]:
        """Yield the step as it is taken: on a connection of the callers where it is theirs."""
        found = [
            (caller, other)
            for caller in self.callers
            for other in caller.steps
            if other.query is step.query and other is not step
        ]
        yield from found or [(self, step)]

    def reset_after(self, step: Step, name: str) -> Reset | None:
        """Return what takes a setting back after `step`, the surest of it; None for nothing.

        That is sure of a step that is taken however the function ends, and of a hook that runs when
        the connection comes back: there any value will do that the hook sets for the session.
        """
        position = next(n for n, other in enumerate(self.steps) if other is step)
        later = self.steps[position + 1 :]
        guarded = (other for other in later if other.event.cleanup and _replaces(other, name))
        for proof, steps in (
            (Proof.guarded, guarded),
            (Proof.guarded, (other for other in self.released if _replaces(other, name, True))),
            (Proof.unguarded, (other for other in later if _undoes(other, name))),
            (Proof.somewhere, (other for other in self.resetting if _undoes(other, name))),
        ):
            found = next(steps, None)
            if found is not None:
                return Reset(proof, found)
        return None

    def resets(self, name: str) -> bool:
        """Tell whether a step of the function takes a setting back, in whatever branch."""
        return any(_undoes(step, name) for step in self.steps)

    def opens(self, step: Step) -> bool:
        """Tell whether the function itself opens the connection that `step` uses."""
        return any(
            other.event.kind is CodeEventKind.acquire
            and other.event.connection == step.event.connection
            for other in self.steps
        )


def _replaces(step: Step, name: str, any_value: bool = False) -> bool:
    """Tell whether a step leaves nothing of what a setting was, a constant of its own perhaps."""
    writes = step.query.writes if step.query is not None else ()
    return _undoes(step, name) or any(
        write.name == name and write.local is False and (any_value or write.value is not None)
        for write in writes
    )


def _resetting_names(name: str) -> tuple[str, ...]:
    """Return what takes a setting back when it is reset: RESET ALL leaves a session its role."""
    match name:
        case "role":
            return ("role", "session_authorization")
        case "session_authorization":
            return (name,)
        case _:
            return (name, "*")


def _undoes(step: Step, name: str) -> bool:
    if step.query is None:
        return False
    if any(write.resets and write.name in _resetting_names(name) for write in step.query.writes):
        return True
    return any(
        parsed.statement.kind == "DiscardStmt" and parsed.node.get("target") == "DISCARD_ALL"
        for parsed in step.query.statements
    )


def _resetting(found: Iterable[SessionTrace]) -> tuple[Step, ...]:
    """Return the steps that take settings back which none of their functions sets.

    What a function takes back that it set itself, or that its caller did, says nothing of others.
    """
    resets: dict[int, Step] = {}
    paired: set[int] = set()
    for trace in found:
        undoing = [step for step in trace.steps if step.query is not None and _resets(step.query)]
        for step in undoing:
            resets.setdefault(id(step.query), step)
        if undoing and any(
            not write.resets and write.local is False
            for step in trace.steps
            for write in (step.query.writes if step.query is not None else ())
        ):
            paired.update(id(step.query) for step in undoing)
    return tuple(step for query, step in resets.items() if query not in paired)


def _resets(query: QuerySite) -> bool:
    return any(write.resets for write in query.writes) or any(
        parsed.statement.kind == "DiscardStmt" for parsed in query.statements
    )


def read_sites(
    sites: Iterable[SqlSite], catalog: Catalog, defaults: Iterable[ConnectionDefaults] = ()
) -> tuple[QuerySite, ...]:
    """Read the SQL of application code; `catalog` knows the functions that it may call.

    `defaults` say what the files leave open of the connections.
    """
    by_framework = {default.framework: default for default in defaults}
    return tuple(
        _read_site(with_defaults(site, by_framework), catalog)
        for site in sites
        if not site.migration
    )


def with_defaults(site: SqlSite, defaults: Mapping[str, ConnectionDefaults]) -> SqlSite:
    """Return a site with what the settings of its framework say, where its own file does not."""
    default = defaults.get(site.driver.name) if site.driver is not None else None
    if default is None or site.driver is None:
        return site
    if site.scope is TransactionScope.unknown and default.transaction_per_request is not None:
        is_open = default.transaction_per_request
        site = site._replace(
            scope=TransactionScope.transaction if is_open else TransactionScope.autocommit
        )
    if site.lifetime.pooled is None:
        site = site._replace(lifetime=site.lifetime._replace(pooled=default.pooled))
    if default.binds_on_server is not None:
        site = site._replace(driver=Driver(default.framework, default.binds_on_server))
    return site


def traces(files: Iterable[CodeFile], queries: Iterable[QuerySite]) -> tuple[SessionTrace, ...]:
    """Return what the functions of the application do, in the order of the files."""
    listed = tuple(queries)
    by_text = {id(query.site.text): query for query in listed}
    by_sql = {query.site.text.data: query for query in reversed(listed)}
    found = [
        SessionTrace(file.path, function, steps[0].event.hook, steps, ())
        for file in files
        for (function, _), steps in _steps(file, by_text, by_sql).items()
    ]
    released = tuple(
        step for trace in found for step in trace.steps if step.event.hook is Hook.release
    )
    # Where a pool resets what it takes back, one hook serves all functions that borrow from it.
    resetting = _resetting(found)
    found = [trace._replace(released=released, resetting=resetting) for trace in found]
    calling: dict[int, list[SessionTrace]] = {}
    for trace in found:
        for step in trace.steps:
            if step.query is not None and not step.own:
                calling.setdefault(id(step.query), []).append(trace)
    return tuple(trace._replace(callers=_callers(trace, calling)) for trace in found)


def _steps(
    file: CodeFile, by_text: Mapping[int, QuerySite], by_sql: Mapping[bytes, QuerySite]
) -> dict[tuple[str, Hook | None], tuple[Step, ...]]:
    """Return the steps of each function; hooks that are written inside it are taken apart."""
    functions: dict[tuple[str, Hook | None], list[Step]] = {}
    for event in file.events:
        query = by_text.get(id(event.site.text)) if event.site is not None else None
        own = event.own and (query is not None or event.site is None)
        if query is None and event.site is not None:
            query = by_sql.get(event.site.text.data)
        key = (event.function, event.hook)
        functions.setdefault(key, []).append(Step(event, query, own))
    return {function: tuple(steps) for function, steps in functions.items()}


def _callers(
    trace: SessionTrace, calling: Mapping[int, list[SessionTrace]]
) -> tuple[SessionTrace, ...]:
    found: dict[int, SessionTrace] = {}
    for step in trace.steps:
        if step.own and step.query is not None:
            for caller in calling.get(id(step.query), ()):
                if caller.function != trace.function or caller.path != trace.path:
                    found[id(caller)] = caller
    return tuple(found.values())


def lifetime_of(step: Step) -> Lifetime:
    """Return how long the session of a step lives on."""
    known = step.query.site.lifetime if step.own and step.query is not None else None
    if known is None and step.event.site is not None:
        known = step.event.site.lifetime
    return known or Lifetime()


def runs_in_transaction(step: Step) -> bool | None:
    """Tell whether a transaction is open when a step is taken; None if that is not known."""
    site = step.query.site if step.own and step.query is not None else step.event.site
    if step.event.kind is not CodeEventKind.execute or site is None:
        return None
    return {TransactionScope.transaction: True, TransactionScope.autocommit: False}.get(site.scope)


def _read_site(site: SqlSite, catalog: Catalog) -> QuerySite:
    statements: list[ParsedStatement] = []
    broken: list[BrokenStatement] = []
    count = 0
    for item in read(site.text, _KINDS, application=True):
        count += 1
        match item:
            case ParsedStatement():
                statements.append(item)
            case BrokenStatement():
                broken.append(item)
            case None:
                continue
    writes = tuple(write for parsed in statements for write in setting_writes(parsed, catalog))
    return QuerySite(site, tuple(statements), tuple(broken), writes, count)


def binds_in_set(query: QuerySite, write: SettingWrite) -> bool:
    """Tell whether a SET has a parameter that the driver leaves to the server.

    Only statements that can be planned take parameters (manual: PREPARE); SET is none.
    """
    if write.statement.kind != "VariableSetStmt":
        return False
    driver = query.site.driver
    if driver is None or not driver.binds_on_server:
        return False
    return any(hole.binding for hole in query.holes_in(write.statement))


def refused_by_server(step: Step, write: SettingWrite) -> bool:
    """Tell whether a statement never takes effect because it has parameters."""
    return step.query is not None and binds_in_set(step.query, write)
