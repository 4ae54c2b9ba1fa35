"""What a Python program does with databases: connections, transactions, and the SQL that runs."""

from __future__ import annotations

import ast
from collections.abc import Callable

from rlslint.evidence import CodeEventKind, Driver, Lifetime
from rlslint.sources.code import python_drivers as drivers
from rlslint.sources.code.python_calls import (
    Arguments,
    arguments_of,
    collection_method,
    function_call,
    numbers,
    string_method,
)
from rlslint.sources.code.python_flow import Flow
from rlslint.sources.code.python_imports import imported_modules
from rlslint.sources.code.python_modules import Modules
from rlslint.sources.code.python_placeholders import Placeholders
from rlslint.sources.code.python_record import Recorder, bound, looks_like_sql
from rlslint.sources.code.python_scripts import is_script
from rlslint.sources.code.python_source import PythonSource
from rlslint.sources.code.python_strings import Fragment, Written
from rlslint.sources.code.python_values import (
    NONE,
    Block,
    Callee,
    Class,
    Cursor,
    Handle,
    Instance,
    Items,
    Named,
    Pairs,
    Pool,
    Scoped,
    Statement,
    Suspended,
    Unknown,
    Value,
    constant,
    moved,
)

_EXECUTES = frozenset(
    [
        "execute",
        "executemany",
        "exec_driver_sql",
        "scalar",
        "scalars",
        "stream",
        "stream_scalars",
        "fetch",
        "fetchrow",
        "fetchval",
        "fetch_all",
        "fetch_one",
        "fetch_val",
        "iterate",
        "copy",
        "copy_expert",
        "prepare",
        "executescript",
        "execute_sql",
        "run_sql",
        "raw",
        "read_sql",
        "read_sql_query",
    ]
)
_OPENS_BLOCK = frozenset({"transaction", "begin", "begin_nested", "atomic"})
_LENDS = frozenset({"connection", "acquire", "connect", "getconn", "get_connection"})
_GIVES_BACK = frozenset({"putconn", "release"})
_SAME_CONNECTION = frozenset(
    {"get_bind", "connection", "get_raw_connection", "raw_connection", "options", "session"}
)
_ENDS = {
    "commit": CodeEventKind.commit,
    "rollback": CodeEventKind.rollback,
    "close": CodeEventKind.release,
}
_FUNCTIONS_WITH_CURSOR = frozenset(
    {
        "psycopg2.extras.execute_values",
        "psycopg2.extras.execute_batch",
        "pandas.read_sql",
        "pandas.read_sql_query",
    }
)
_CONTEXT_MANAGERS = ("contextmanager", "asynccontextmanager")


class Program(Flow):
    """Follows one file and records what it does with databases."""

    def __init__(
        self,
        source: PythonSource,
        origins: dict[str, str],
        recorder: Recorder,
        modules: Modules,
        unroll: bool = False,
    ) -> None:
        super().__init__(source, origins, recorder, unroll)
        self.modules = modules
        self.django = Handle("connection", drivers.DJANGO, None, Lifetime(None, False))
        self.foreign: dict[int, Program] = {}
        self.driver = _only_driver(imported_modules(source.tree))
        self.one_shot = is_script(source.tree)
        self._strangers: dict[str, Handle] = {}

    def forget_connections(self) -> None:
        """Begin anew with connections that the next function finds, not makes."""
        self._strangers = {}
        self.django = Handle("connection", drivers.DJANGO, None, Lifetime(None, False))

    def load(self) -> None:
        """Follow the module's own statements."""
        self.block(self.source.tree.body, self.module)

    def imported(self, named: Named, node: ast.expr) -> Value:
        if named.dotted in ("django.db.connection", "django.db.connections"):
            return self.django if named.dotted.endswith("connection") else named
        found = self.modules.constant(named.dotted)
        return named if found is None else moved(found, *self.span(node))

    def keywords(self, named: dict[str, Value]) -> Value:
        return Pairs(
            tuple((Written((Fragment(name, 0, 0),)), value) for name, value in named.items())
        )

    def call(self, node: ast.Call, scope: Scoped) -> Value:
        if not isinstance(node.func, ast.Attribute):
            target = self.value(node.func, scope)
            return self.called(node, target, arguments_of(self, node, scope), scope)
        of = self.value(node.func.value, scope)
        name = node.func.attr
        if isinstance(of, Cursor | Handle | Block | Pool):
            return self.method(node, of, name, arguments_of(self, node, scope), scope)
        if isinstance(of, Named | Class | Instance):
            target = self._attribute(node.func, of, name)
            given = arguments_of(self, node, scope)
            if isinstance(target, Unknown) and isinstance(of, Instance):
                return self.stranger(node, name, given, scope)
            return self.called(node, target, given, scope)
        given = arguments_of(self, node, scope)
        match of:
            case Written():
                return string_method(self, node, of, name, given)
            case Items() | Pairs():
                return self._collection_method(node, of, name, given, scope)
            case _:
                return self.stranger(node, name, given, scope)

    def called(self, node: ast.Call, target: Value, given: Arguments, scope: Scoped) -> Value:
        """Return what a call of a known function or class gives."""
        match target:
            case Named("range"):
                return numbers(given) or self.unknown(node)
            case Named(dotted):
                return self.library(node, dotted, given, scope)
            case Callee():
                return self.own_function(node, target, given)
            case Class():
                return Instance(target)
            case Pool() as pool:
                return self._borrowed(node, pool)
            case Unknown() if isinstance(node.func, ast.Name) and node.func.id == "text":
                # `from sqlalchemy import *` does not tell what it brings.
                first = given.get(0, "text")
                return Statement(first) if isinstance(first, Written) else self.unknown(node)
            case _:
                return self.stranger(node, "", given, scope)

    def own_function(self, node: ast.Call, callee: Callee, given: Arguments) -> Value:
        """Follow a call of a function of the project."""
        home = self.modules.home(callee) or self
        values = home.bound_parameters(callee, given)
        if isinstance(callee.node, ast.Lambda):
            return home.run(callee, values)
        if _is_context_manager(callee.node):
            return Suspended(callee, node, values)
        return self._inside(callee, node, lambda: home.run(callee, values))

    def suspended(self, value: Suspended, body: Callable[[Value], None]) -> None:
        home = self.modules.home(value.callee) or self
        outer = self.position

        def inner(given: Value) -> None:
            inside, self.position = self.position, outer
            try:
                body(given)
            finally:
                self.position = inside

        self._inside(
            value.callee,
            value.call,
            lambda: home.run_until_yield(value.callee, value.arguments, inner),
        )

    def _inside(self, callee: Callee, node: ast.Call, action: Callable[[], Value | None]) -> Value:
        """Do something as part of a function that the one being followed calls."""
        home = self.modules.home(callee)
        before = self.position
        self.position = before._replace(emits=self.unroll)
        borrowed = None if home is None else home.borrow(self, node)
        try:
            result = action()
            return NONE if result is None else moved(result, *self.span(node)) if home else result
        finally:
            self.position = before
            if home is not None and borrowed is not None:
                home.give_back(borrowed)

    def borrow(self, caller: Program, node: ast.Call) -> tuple[Recorder, tuple[int, int] | None]:
        """Record for a file that calls a function of this one, at the place of the call."""
        before = self.recorder, self.place
        self.recorder = caller.recorder
        self.place = caller.span(node)
        self.position = caller.position._replace(emits=caller.unroll)
        self.unroll = caller.unroll
        return before

    def give_back(self, before: tuple[Recorder, tuple[int, int] | None]) -> None:
        self.recorder, self.place = before

    place: tuple[int, int] | None = None

    def library(self, node: ast.Call, dotted: str, given: Arguments, scope: Scoped) -> Value:
        """Return what a call of something that is not of this project gives."""
        last = dotted.rpartition(".")[2]
        made = drivers.connected(dotted, given.named, given.positional)
        if made is not None:
            if isinstance(made, Handle):
                if given.open and made.autocommit is False:
                    made.autocommit = None
                if self.one_shot and made.lifetime.pooled is None:
                    made.lifetime = made.lifetime._replace(pooled=False)
                self._step(CodeEventKind.acquire, made, node)
            return made
        if dotted in _FUNCTIONS_WITH_CURSOR:
            return self._with_cursor(node, given)
        if dotted == "django.db.transaction.atomic":
            return Block(self.django, begins=True)
        if last == "scoped_session" and isinstance(given.get(0, "session_factory"), Pool):
            return given.positional[0] if given.positional else self.unknown(node)
        result = function_call(self, node, dotted, given)
        if result is not None:
            return result
        return self.stranger(node, last, given, scope)

    def method(
        self,
        node: ast.Call,
        of: Cursor | Handle | Block | Pool,
        name: str,
        given: Arguments,
        scope: Scoped,
    ) -> Value:
        """Return what a method of a connection, a cursor, a transaction or a pool gives."""
        if isinstance(of, Pool):
            return self._pool_method(node, of, name, given)
        handle = of if isinstance(of, Handle) else of.handle
        if isinstance(of, Block):
            return self._block_method(node, of, name)
        if name in _EXECUTES:
            return self.execute(node, handle, name, given)
        if name == "callproc":
            return self._callproc(node, handle, given)
        if name in _ENDS and isinstance(of, Handle):
            if name != "close":
                handle.depth = max(0, handle.depth - 1)
            self._step(_ENDS[name], handle, node)
            return NONE
        if name == "cursor":
            first = given.get(0, "query")
            if isinstance(first, Written) and looks_like_sql(first.text):
                self.execute(node, handle, name, given)
            return Cursor(_with_client_cursor(handle, given))
        if name in _OPENS_BLOCK:
            return Block(handle, begins=True)
        if name in _SAME_CONNECTION:
            return handle
        self._configure(handle, name, given)
        return handle if name == "execution_options" else self.unknown(node)

    def execute(self, node: ast.Call, handle: Handle, name: str, given: Arguments) -> Value:
        """Record the SQL that a call executes."""
        sql = given.get(0, "query") or next(
            (given.named[key] for key in ("sql", "statement", "operation") if key in given.named),
            None,
        )
        if isinstance(sql, Unknown):
            wanted = handle.driver is not None and not handle.driver.name.startswith("sqlalchemy")
            if not sql.parameter and wanted and node.args:
                self._record(node, self.anchored(sql, node.args[0]), handle, name, given, False)
        elif isinstance(sql, Written | Statement):
            written = sql.sql if isinstance(sql, Statement) else sql
            self._record(node, written, handle, name, given, isinstance(sql, Statement))
        return Cursor(handle)

    def stranger(self, node: ast.Call, name: str, given: Arguments, scope: Scoped) -> Value:
        """Return what a method of an object gives of which the file does not tell what it is."""
        if not isinstance(node.func, ast.Attribute):
            return self.unknown(node)
        receiver = self.quoted(node.func.value)
        first = given.get(0, "query") or given.named.get("sql") or given.named.get("statement")
        if name in _EXECUTES:
            known = isinstance(first, Statement) or (
                isinstance(first, Written) and looks_like_sql(first.text)
            )
            if known:
                handle = self._stranger(receiver, isinstance(first, Statement))
                return self.execute(node, handle, name, given)
            return self.unknown(node)
        if name == "callproc":
            return self._callproc(node, self._stranger(receiver, False), given)
        if name == "cursor" and self.driver is not None:
            return Cursor(self._stranger(receiver, False))
        if name in _OPENS_BLOCK and (self.driver is not None or receiver in self._strangers):
            return Block(self._stranger(receiver, False), begins=True)
        if name in _LENDS and self.driver is not None and "." not in name:
            autocommit = True if self.driver.name in ("asyncpg", "aiopg") else None
            pooled = True if "pool" in receiver.lower() else None
            reset = self.driver.name == "asyncpg" if pooled else None
            made = Handle("", self.driver, autocommit, Lifetime(pooled, reset))
            return Block(made, acquires=True)
        if name in _ENDS and receiver in self._strangers:
            self._step(_ENDS[name], self._strangers[receiver], node)
        return self.unknown(node)

    def enter(
        self, value: Value, item: ast.withitem, scope: Scoped, body: Callable[[], bool]
    ) -> bool:
        target = item.optional_vars
        if isinstance(value, Pool):
            value = Block(drivers.lent(value), acquires=True) if value.sessions else value
        if isinstance(value, Cursor):
            if target is not None:
                self.assign(target, value, scope)
            return body()
        if isinstance(value, Handle):
            value = self._entered_connection(value)
        if not isinstance(value, Block):
            if target is not None:
                self.assign(target, value, scope)
            return body()
        return self._in_block(value, item, scope, body)

    def opened(self, value: Value, node: ast.expr) -> Value:
        if isinstance(value, Block) and value.acquires:
            self._step(CodeEventKind.acquire, value.handle, node)
            return value.handle
        return value

    def finished(self, value: Value, node: ast.expr) -> None:
        if isinstance(value, Block) and value.begins and not value.acquires:
            value.handle.depth += 1
            self._step(CodeEventKind.begin, value.handle, node)

    def assigned_attribute(self, node: ast.Attribute, value: Value, scope: Scoped) -> None:
        owner = self.value(node.value, scope)
        if isinstance(owner, Handle):
            plain = constant(value)
            if node.attr == "autocommit":
                owner.autocommit = plain if isinstance(plain, bool) else None
            elif node.attr == "isolation_level":
                owner.autocommit = drivers.is_autocommit_level(value)

    def _entered_connection(self, handle: Handle) -> Block:
        # `with connection:` of psycopg2 is a transaction; psycopg 3 also closes; an engine's and a
        # session's only close.
        if handle.driver is not None and handle.driver.name == "psycopg2":
            return Block(handle, begins=handle.autocommit is not True)
        return Block(handle)

    def _in_block(
        self, block: Block, item: ast.withitem, scope: Scoped, body: Callable[[], bool]
    ) -> bool:
        handle, node = block.handle, item.context_expr
        if item.optional_vars is not None and (block.acquires or not block.begins):
            self.assign(item.optional_vars, handle, scope)
        elif item.optional_vars is not None:
            self.assign(item.optional_vars, block, scope)
        if block.acquires:
            self._step(CodeEventKind.acquire, handle, node)
        if block.begins:
            handle.depth += 1
            self._step(CodeEventKind.begin, handle, node)
        try:
            return body()
        finally:
            if block.begins:
                handle.depth = max(0, handle.depth - 1)
                self._step(CodeEventKind.commit, handle, node)
            if block.acquires or not block.begins:
                self._step(CodeEventKind.release, handle, node)

    def _pool_method(self, node: ast.Call, pool: Pool, name: str, given: Arguments) -> Value:
        if name == "begin":
            return Block(drivers.lent(pool), acquires=True, begins=True)
        if name in _EXECUTES:
            handle = drivers.lent(pool)
            handle.name = (
                self.quoted(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            )
            return self.execute(node, handle, name, given)
        if name in ("getconn", "raw_connection", "connect"):
            return self._borrowed(node, pool)
        if name in ("connection", "acquire"):
            return Block(drivers.lent(pool), acquires=True)
        if name == "execution_options":
            level = given.named.get("isolation_level")
            return pool._replace(autocommit=drivers.is_autocommit_level(level)) if level else pool
        if name in _GIVES_BACK and isinstance(given.get(0, "conn"), Handle | Cursor):
            returned = given.get(0, "conn")
            if isinstance(returned, Handle):
                self._step(CodeEventKind.release, returned, node)
            return NONE
        if pool.sessions and isinstance(node.func, ast.Attribute):
            # A scoped session passes its methods on to the session of the thread.
            name_of_session = self.quoted(node.func.value)
            handle = self._strangers.setdefault(name_of_session, drivers.lent(pool))
            handle.name = name_of_session
            return self.method(node, handle, name, given, self.module)
        return self.unknown(node)

    def _block_method(self, node: ast.Call, block: Block, name: str) -> Value:
        handle = block.handle
        match name:
            case "start":
                handle.depth += 1
                self._step(CodeEventKind.begin, handle, node)
            case "commit" | "rollback":
                handle.depth = max(0, handle.depth - 1)
                self._step(_ENDS[name], handle, node)
            case _:
                return self.unknown(node)
        return NONE

    def _borrowed(self, node: ast.Call, pool: Pool) -> Handle:
        handle = drivers.lent(pool)
        self._step(CodeEventKind.acquire, handle, node)
        return handle

    def _configure(self, handle: Handle, name: str, given: Arguments) -> None:
        match name:
            case "set_autocommit":
                first = constant(given.get(0, "autocommit"))
                handle.autocommit = first if isinstance(first, bool) else None
            case "set_session" if "autocommit" in given.named:
                plain = constant(given.named["autocommit"])
                handle.autocommit = plain if isinstance(plain, bool) else None
            case "set_isolation_level":
                handle.autocommit = drivers.is_autocommit_level(given.get(0, "level"))
            case "execution_options" if "isolation_level" in given.named:
                handle.autocommit = drivers.is_autocommit_level(given.named["isolation_level"])

    def _stranger(self, receiver: str, wraps_text: bool) -> Handle:
        handle = self._strangers.get(receiver)
        if handle is None:
            driver = drivers.SQLALCHEMY if wraps_text and self.driver is None else self.driver
            by_itself = wraps_text or (driver is not None and driver.name == "sqlalchemy")
            handle = Handle(receiver, driver, False if by_itself else None, Lifetime())
            self._strangers[receiver] = handle
        return handle

    def _with_cursor(self, node: ast.Call, given: Arguments) -> Value:
        receiver, sql = given.get(0, "cur"), given.get(1, "sql")
        if isinstance(receiver, Written | Statement):
            receiver, sql = sql, receiver
        handle = receiver.handle if isinstance(receiver, Cursor) else receiver
        if not isinstance(handle, Handle):
            handle = self._stranger(self.quoted(node.args[0]) if node.args else "", False)
        if isinstance(sql, Written | Statement):
            written = sql.sql if isinstance(sql, Statement) else sql
            self._record(node, written, handle, "execute", given, isinstance(sql, Statement))
        return NONE

    def _callproc(self, node: ast.Call, handle: Handle, given: Arguments) -> Value:
        name = given.get(0, "procname")
        if isinstance(name, Written) and name.is_constant:
            parameters = given.get(1, "parameters")
            values = parameters.values if isinstance(parameters, Items) else ()
            start, end = self.span(node)
            parts: list[str] = []
            for value in values:
                plain = constant(value)
                match plain:
                    case str():
                        parts.append("'" + plain.replace("'", "''") + "'")
                    case bool() | int() | float():
                        parts.append(str(plain).lower())
                    case _:
                        parts.append("%s")
            text = f"SELECT {name.text}({', '.join(parts)})"
            sql = bound(Written((Fragment(text, start, end),)), Placeholders.percent, True, [])
            self.recorder.executed(sql, handle, self.position)
        return NONE

    def _record(
        self,
        node: ast.Call,
        sql: Written,
        handle: Handle,
        name: str,
        given: Arguments,
        wrapped: bool,
    ) -> None:
        rest = node.args[1:]
        passed = (
            bool(rest)
            or given.open
            or name == "executemany"
            or bool({"params", "parameters", "vars", "args", "query_params"} & given.named.keys())
        )
        if len(given.positional) == 2 and given.positional[1] == NONE:
            passed = False
        self.recorder.used.update((part.start, part.end) for part in sql.fragments)
        if wrapped:
            style = Placeholders.named
        elif handle.driver is not None and handle.driver.name.endswith("asyncpg"):
            style = Placeholders.numbered
        else:
            style = Placeholders.percent
        placed = bound(sql, style, passed, self._sources(rest, style))
        if not wrapped and style is Placeholders.percent and handle.driver is None:
            placed = bound(placed, Placeholders.numbered, passed, self._sources(rest, style))
        if self.place is not None:
            placed = placed.moved(*self.place)
        position = self.position
        if not position.emits and self._from_caller(placed):
            position = position._replace(emits=True)
        self.recorder.executed(placed, handle, position)

    def _sources(self, rest: list[ast.expr], style: Placeholders) -> list[str]:
        if style is Placeholders.numbered:
            return [self.quoted(argument) for argument in rest]
        match rest:
            case [ast.Tuple(elts=members) | ast.List(elts=members), *_]:
                return [self.quoted(member) for member in members]
            case _:
                return []

    def _from_caller(self, sql: Written) -> bool:
        """Tell whether a function executes what its caller wrote."""
        if self.place is not None or not self._running:
            return False
        start, end = self.span(self._running[-1])
        return bool(sql.fragments) and all(
            part.end <= start or end <= part.start for part in sql.fragments
        )

    def _collection_method(
        self, node: ast.Call, of: Items | Pairs, name: str, given: Arguments, scope: Scoped
    ) -> Value:
        target = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(of, Items) and name in ("append", "extend", "add") and target is not None:
            first = given.get(0, "")
            if name == "extend":
                more = self.iterated(first) if first is not None else None
            else:
                more = None if first is None else (first,)
            extended = Items((*of.values, *more)) if more is not None else self.unknown(target)
            self.assign(target, extended, scope)
            return NONE
        return collection_method(self, node, of, name, given)

    def _step(self, kind: CodeEventKind, handle: Handle, node: ast.expr) -> None:
        self.recorder.step(kind, handle, self.place or self.span(node), self.position)


def _is_context_manager(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = (ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list)
    return any(name in _CONTEXT_MANAGERS for name in names)


def _with_client_cursor(handle: Handle, given: Arguments) -> Handle:
    factory = given.get(1, "cursor_factory")
    if isinstance(factory, Named) and factory.dotted.endswith("ClientCursor"):
        copy = Handle(handle.name, Driver("psycopg", False), handle.autocommit, handle.lifetime)
        copy.depth = handle.depth
        return copy
    return handle


def _only_driver(modules: set[str]) -> Driver | None:
    """Return the library that a file uses, None where it uses none or several."""
    found = {
        drivers.DRIVER_OF_MODULE[module] for module in modules if module in drivers.DRIVER_OF_MODULE
    }
    return found.pop() if len(found) == 1 else None
