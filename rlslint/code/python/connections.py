"""What the methods of connections, cursors, transactions and pools do and give."""

from __future__ import annotations

import ast
from collections.abc import Callable

from rlslint.code.python import drivers
from rlslint.code.python.arguments import CallArguments
from rlslint.code.python.executions import Executions
from rlslint.code.python.record import looks_like_sql
from rlslint.code.python.strings import Written
from rlslint.code.python.values import (
    NONE,
    Cursor,
    Entered,
    External,
    Handle,
    Pool,
    Scoped,
    Value,
    WrappedSql,
    constant,
)
from rlslint.code.sites import Driver, Lifetime

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
_ENDS = frozenset(("commit", "rollback", "close"))


class Connections(Executions):
    """Follows connections from where they are lent or made to where they are given back."""

    def method(
        self,
        node: ast.Call,
        of: Cursor | Handle | Entered | Pool,
        name: str,
        given: CallArguments,
    ) -> Value:
        """Return what a method of a connection, a cursor, a transaction or a pool gives."""
        if isinstance(of, Pool):
            return self._pool_method(node, of, name, given)
        handle = of if isinstance(of, Handle) else of.handle
        if isinstance(of, Entered):
            return self._block_method(node, of, name)
        if name in _EXECUTES:
            return self.execute(node, handle, name, given)
        if name == "callproc":
            return self.call_procedure(node, handle, given)
        if name in _ENDS and isinstance(of, Handle):
            if name != "close":
                handle.depth = max(0, handle.depth - 1)
            return NONE
        if name == "cursor":
            first = given.get(0, "query")
            if isinstance(first, Written) and looks_like_sql(first.text):
                self.execute(node, handle, name, given)
            return Cursor(_with_client_cursor(handle, given))
        if name in _OPENS_BLOCK:
            return Entered(handle, begins=True)
        if name in _SAME_CONNECTION:
            return handle
        self._configure(handle, name, given)
        return handle if name == "execution_options" else self.unknown(node)

    def stranger(self, node: ast.Call, name: str, given: CallArguments, scope: Scoped) -> Value:
        """Return what a method of an object gives of which the file does not tell what it is."""
        if not isinstance(node.func, ast.Attribute):
            return self.unknown(node)
        receiver = self.quoted(node.func.value)
        first = given.get(0, "query") or given.named.get("sql") or given.named.get("statement")
        if name in _EXECUTES:
            known = isinstance(first, WrappedSql) or (
                isinstance(first, Written) and looks_like_sql(first.text)
            )
            if known:
                handle = self.found_connection(receiver, isinstance(first, WrappedSql))
                return self.execute(node, handle, name, given)
            return self.unknown(node)
        if name == "callproc":
            return self.call_procedure(node, self.found_connection(receiver, False), given)
        if name == "cursor" and self.driver is not None:
            return Cursor(self.found_connection(receiver, False))
        if name in _OPENS_BLOCK and (self.driver is not None or receiver in self.found_connections):
            return Entered(self.found_connection(receiver, False), begins=True)
        if name in _LENDS and self.driver is not None and "." not in name:
            autocommit = True if self.driver.name in ("asyncpg", "aiopg") else None
            pooled = True if "pool" in receiver.lower() else None
            reset = self.driver.name == "asyncpg" if pooled else None
            made = Handle("", self.driver, autocommit, Lifetime(pooled, reset))
            return Entered(made, acquires=True)
        return self.unknown(node)

    def enter(
        self, value: Value, item: ast.withitem, scope: Scoped, body: Callable[[], bool]
    ) -> bool:
        target = item.optional_vars
        if isinstance(value, Pool):
            value = Entered(drivers.lent(value), acquires=True) if value.sessions else value
        if isinstance(value, Cursor):
            if target is not None:
                self.assign(target, value, scope)
            return body()
        if isinstance(value, Handle):
            value = self._entered_connection(value)
        if not isinstance(value, Entered):
            if target is not None:
                self.assign(target, value, scope)
            return body()
        return self._in_block(value, item, scope, body)

    def opened(self, value: Value, node: ast.expr) -> Value:
        if isinstance(value, Entered) and value.acquires:
            return value.handle
        return value

    def finished(self, value: Value, node: ast.expr) -> None:
        if isinstance(value, Entered) and value.begins and not value.acquires:
            value.handle.depth += 1

    def assigned_attribute(self, node: ast.Attribute, value: Value, scope: Scoped) -> None:
        owner = self.value(node.value, scope)
        if isinstance(owner, Handle):
            plain = constant(value)
            if node.attr == "autocommit":
                owner.autocommit = plain if isinstance(plain, bool) else None
            elif node.attr == "isolation_level":
                owner.autocommit = drivers.is_autocommit_level(value)

    def _entered_connection(self, handle: Handle) -> Entered:
        # `with connection:` of psycopg2 is a transaction; psycopg 3 also closes; an engine's and a
        # session's only close.
        if handle.driver is not None and handle.driver.name == "psycopg2":
            return Entered(handle, begins=handle.autocommit is not True)
        return Entered(handle)

    def _in_block(
        self, block: Entered, item: ast.withitem, scope: Scoped, body: Callable[[], bool]
    ) -> bool:
        handle = block.handle
        if item.optional_vars is not None and (block.acquires or not block.begins):
            self.assign(item.optional_vars, handle, scope)
        elif item.optional_vars is not None:
            self.assign(item.optional_vars, block, scope)
        if block.begins:
            handle.depth += 1
        try:
            return body()
        finally:
            if block.begins:
                handle.depth = max(0, handle.depth - 1)

    def _pool_method(self, node: ast.Call, pool: Pool, name: str, given: CallArguments) -> Value:
        if name == "begin":
            return Entered(drivers.lent(pool), acquires=True, begins=True)
        if name in _EXECUTES:
            handle = drivers.lent(pool)
            handle.name = (
                self.quoted(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            )
            return self.execute(node, handle, name, given)
        if name in ("getconn", "raw_connection", "connect"):
            return self.lend(node, pool)
        if name in ("connection", "acquire"):
            return Entered(drivers.lent(pool), acquires=True)
        if name == "execution_options":
            level = given.named.get("isolation_level")
            return pool._replace(autocommit=drivers.is_autocommit_level(level)) if level else pool
        if name in _GIVES_BACK and isinstance(given.get(0, "conn"), Handle | Cursor):
            return NONE
        if pool.sessions and isinstance(node.func, ast.Attribute):
            # A scoped session passes its methods on to the session of the thread.
            name_of_session = self.quoted(node.func.value)
            handle = self.found_connections.setdefault(name_of_session, drivers.lent(pool))
            handle.name = name_of_session
            return self.method(node, handle, name, given)
        return self.unknown(node)

    def _block_method(self, node: ast.Call, block: Entered, name: str) -> Value:
        handle = block.handle
        match name:
            case "start":
                handle.depth += 1
            case "commit" | "rollback":
                handle.depth = max(0, handle.depth - 1)
            case _:
                return self.unknown(node)
        return NONE

    def lend(self, node: ast.Call, pool: Pool) -> Handle:
        """Return a connection of a pool, borrowed without a `with`."""
        return drivers.lent(pool)

    def _configure(self, handle: Handle, name: str, given: CallArguments) -> None:
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


def _with_client_cursor(handle: Handle, given: CallArguments) -> Handle:
    factory = given.get(1, "cursor_factory")
    if isinstance(factory, External) and factory.dotted.endswith("ClientCursor"):
        copy = Handle(handle.name, Driver("psycopg", False), handle.autocommit, handle.lifetime)
        copy.depth = handle.depth
        return copy
    return handle
