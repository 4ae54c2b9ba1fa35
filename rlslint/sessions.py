"""What application code does to the state of a database session, whatever its language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rlslint.catalog.binding import find_function
from rlslint.catalog.model import Catalog, Function
from rlslint.catalog.replay.session import DEFAULT_SEARCH_PATH
from rlslint.evidence import CodeEvent, CodeEventKind, CodeFile, Hook, Lifetime, Scope, SqlSite
from rlslint.meaning.bodies import settings_written
from rlslint.sql.expressions import Call, Cast, Column, Constant, Expr, Operator, expression
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.reading import BrokenStatement, read
from rlslint.text import Hole, Span, Statement

_KINDS = frozenset(("SelectStmt", "VariableSetStmt", "TransactionStmt", "DoStmt", "DiscardStmt"))
_HOLE = "___"


class SettingWrite(NamedTuple):
    """One change of a setting by a statement that application code sends.

    `name` is in lower case, "" where only the running program knows it. `local` is True where the
    change ends with the transaction, None where that is not known. `value` is what it is set to,
    None where the program fills it in; `resets` tells of RESET, SET … TO DEFAULT and an empty
    value. `through` is the function of the history that does it, None for SET and set_config().
    """

    name: str
    local: bool | None
    value: str | None
    resets: bool
    statement: Statement
    through: Function | None = None


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

    @property
    def interpolated(self) -> tuple[Hole, ...]:
        """The values that become part of the SQL instead of travelling beside it."""
        return tuple(hole for hole in self.site.text.holes if not hole.binding)

    def holes_in(self, statement: Statement) -> tuple[Hole, ...]:
        """Return the holes that lie in one of the site's statements."""
        return tuple(
            hole for hole in self.site.text.holes if statement.start <= hole.start < statement.end
        )

    def span_of(self, hole: Hole) -> Span:
        """Return where a hole stands."""
        return Span(self.site.text, hole.start, hole.end)


class Step(NamedTuple):
    """One event of a trace; `query` is what was read of the SQL that it executes."""

    event: CodeEvent
    query: QuerySite | None


class SessionTrace(NamedTuple):
    """What one function does, step by step, and how the connections that it uses live on.

    `released` are the steps of the hooks of the same file that run when a connection comes back
    to its pool.
    """

    path: str
    function: str
    hook: Hook | None
    steps: tuple[Step, ...]
    released: tuple[Step, ...]

    def writes(self) -> Iterator[tuple[Step, SettingWrite]]:
        """Yield the changes of settings, with the steps that make them."""
        for step in self.steps:
            if step.query is not None:
                for write in step.query.writes:
                    yield step, write

    def resets_after(self, step: Step, name: str) -> bool:
        """Tell whether the function certainly undoes a setting after `step`.

        Only a step that is taken however the function ends counts, or a hook that runs when the
        connection comes back.
        """
        position = self.steps.index(step)
        later = (s for s in self.steps[position + 1 :] if s.event.cleanup)
        return any(_undoes(other, name) for other in (*later, *self.released))


def _undoes(step: Step, name: str) -> bool:
    if step.query is None:
        return False
    if any(write.resets and write.name in (name, "*") for write in step.query.writes):
        return True
    return any(parsed.statement.kind == "DiscardStmt" for parsed in step.query.statements)


def read_sites(sites: Iterable[SqlSite], catalog: Catalog) -> tuple[QuerySite, ...]:
    """Read the SQL of application code; `catalog` knows the functions that it may call."""
    return tuple(_read_site(site, catalog) for site in sites if not site.migration)


def traces(files: Iterable[CodeFile], queries: Iterable[QuerySite]) -> tuple[SessionTrace, ...]:
    """Return what the functions of the application do, in the order of the files."""
    by_site = {id(query.site.text): query for query in queries}
    found = []
    for file in files:
        functions: dict[str, list[Step]] = {}
        for event in file.events:
            query = by_site.get(id(event.site.text)) if event.site is not None else None
            functions.setdefault(event.function, []).append(Step(event, query))
        released = tuple(
            step
            for steps in functions.values()
            for step in steps
            if step.event.hook is Hook.release
        )
        for function, steps in functions.items():
            hook = steps[0].event.hook
            found.append(SessionTrace(file.path, function, hook, tuple(steps), released))
    return tuple(found)


def lifetime_of(step: Step) -> Lifetime:
    """Return how long the session of a step lives on."""
    return step.event.site.lifetime if step.event.site is not None else Lifetime()


def runs_in_transaction(step: Step) -> bool | None:
    """Tell whether a transaction is open when a step is taken; None if that is not known."""
    if step.event.kind is not CodeEventKind.execute or step.event.site is None:
        return None
    return {Scope.transaction: True, Scope.autocommit: False}.get(step.event.site.scope)


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
    writes = tuple(write for parsed in statements for write in _writes(parsed, catalog))
    return QuerySite(site, tuple(statements), tuple(broken), writes, count)


def _writes(parsed: ParsedStatement, catalog: Catalog) -> Iterator[SettingWrite]:
    statement = parsed.statement
    match statement.kind:
        case "VariableSetStmt":
            yield from _set(parsed)
        case "SelectStmt":
            for target in parsed.node.get("targetList", ()):
                value = target["ResTarget"].get("val")
                if value is not None:
                    for part in expression(value).walk():
                        if isinstance(part, Call):
                            yield from _called(part, statement, catalog)
        case _:
            return


def _set(parsed: ParsedStatement) -> Iterator[SettingWrite]:
    node, statement = parsed.node, parsed.statement
    name = str(node.get("name", "")).lower()
    local = bool(node.get("is_local", False))
    match node["kind"]:
        case "VAR_SET_VALUE":
            values = [_constant(expression(item)) for item in node.get("args", ())]
            value = None if None in values else ", ".join(str(item) for item in values)
            yield SettingWrite(_known(name), local, value, value == "", statement)
        case "VAR_RESET_ALL":
            yield SettingWrite("*", False, "", True, statement)
        case "VAR_RESET" | "VAR_SET_DEFAULT":
            yield SettingWrite(_known(name), local, "", True, statement)
        case _:
            return


def _called(call: Call, statement: Statement, catalog: Catalog) -> Iterator[SettingWrite]:
    match call:
        case Call(("set_config",), (name, value, *rest)):
            constant = _constant(name)
            local = _truth(rest[0]) if rest else None
            setting = _known(constant.lower()) if isinstance(constant, str) else ""
            written = _constant(value)
            yield SettingWrite(setting, local, written, written == "", statement)
        case Call(name, arguments):
            function, _ = find_function(catalog, DEFAULT_SEARCH_PATH, name, len(arguments))
            if function is not None:
                for write in settings_written(function):
                    name_written = write.name or ""
                    yield SettingWrite(
                        name_written, write.is_local, None, False, statement, function
                    )


def _known(name: str) -> str:
    return "" if _HOLE in name else name


def _constant(value: Expr) -> str | None:
    """Return a constant as text, None for anything that a hole has a part in."""
    match value:
        case Constant(None):
            return ""
        case Constant(bool() as truth):
            return str(truth).lower()
        case Constant(text) if _HOLE not in str(text):
            return str(text)
        case Cast(argument, _):
            return _constant(argument)
        case Operator("-", None, argument):
            inner = _constant(argument)
            return None if inner is None else f"-{inner}"
        case _:
            return None


def _truth(value: Expr) -> bool | None:
    match value:
        case Constant(bool() as truth):
            return truth
        case Cast(Constant(str() as text), "bool"):
            return text.lower() in ("t", "true", "on", "yes", "1")
        case Column():
            return None
        case _:
            return None
