"""The SQL that a Python program executes, and the connections that it executes it on."""

from __future__ import annotations

import ast

from rlslint.code.python import drivers
from rlslint.code.python.arguments import CallArguments
from rlslint.code.python.flow import Flow
from rlslint.code.python.imports import imported_modules
from rlslint.code.python.placeholders import Placeholders
from rlslint.code.python.record import Recorder, bound
from rlslint.code.python.strings import Fragment, Written
from rlslint.code.python.values import (
    NONE,
    Cursor,
    Elements,
    Handle,
    RunTimeValue,
    Value,
    WrappedSql,
    constant,
)
from rlslint.code.sites import Driver, Lifetime
from rlslint.files.python_source import PythonSource

_PARAMETERS = frozenset({"params", "parameters", "vars", "args", "query_params"})


class Executions(Flow):
    """Records the SQL that calls execute, and the steps of the connections around it."""

    place: tuple[int, int] | None = None
    """Where the call stands by which another file came to this one."""

    def __init__(
        self, source: PythonSource, origins: dict[str, str], recorder: Recorder, unroll: bool
    ) -> None:
        super().__init__(source, origins, recorder, unroll)
        self.driver = _only_driver(imported_modules(source.tree))
        self.forget_connections()

    def forget_connections(self) -> None:
        """Begin anew with connections that the next function finds, not makes."""
        self.found_connections: dict[str, Handle] = {}
        self.django = Handle("connection", drivers.DJANGO, None, Lifetime(None, False))

    def found_connection(self, receiver: str, wraps_text: bool) -> Handle:
        """Return the connection that an expression stands for which the file does not make."""
        handle = self.found_connections.get(receiver)
        if handle is None:
            driver = drivers.SQLALCHEMY if wraps_text and self.driver is None else self.driver
            by_itself = wraps_text or (driver is not None and driver.name == "sqlalchemy")
            handle = Handle(receiver, driver, False if by_itself else None, Lifetime())
            self.found_connections[receiver] = handle
        return handle

    def execute(self, node: ast.Call, handle: Handle, name: str, given: CallArguments) -> Value:
        """Record the SQL that a call executes."""
        sql = given.get(0, "query") or next(
            (given.named[key] for key in ("sql", "statement", "operation") if key in given.named),
            None,
        )
        if isinstance(sql, RunTimeValue):
            wanted = handle.driver is not None and not handle.driver.name.startswith("sqlalchemy")
            if not sql.parameter and wanted and node.args:
                self._record(node, self.anchored(sql, node.args[0]), handle, name, given, False)
        elif isinstance(sql, Written | WrappedSql):
            written = sql.sql if isinstance(sql, WrappedSql) else sql
            self._record(node, written, handle, name, given, isinstance(sql, WrappedSql))
        return Cursor(handle)

    def execute_with_cursor(self, node: ast.Call, given: CallArguments) -> Value:
        """Record the SQL of a function that is passed both a cursor and the SQL."""
        receiver, sql = given.get(0, "cur"), given.get(1, "sql")
        if isinstance(receiver, Written | WrappedSql):
            receiver, sql = sql, receiver
        handle = receiver.handle if isinstance(receiver, Cursor) else receiver
        if not isinstance(handle, Handle):
            handle = self.found_connection(self.quoted(node.args[0]) if node.args else "", False)
        if isinstance(sql, Written | WrappedSql):
            written = sql.sql if isinstance(sql, WrappedSql) else sql
            self._record(node, written, handle, "execute", given, isinstance(sql, WrappedSql))
        return NONE

    def call_procedure(self, node: ast.Call, handle: Handle, given: CallArguments) -> Value:
        """Record the call that `callproc` makes of a function of the database."""
        name = given.get(0, "procname")
        if isinstance(name, Written) and name.is_constant:
            parameters = given.get(1, "parameters")
            values = parameters.values if isinstance(parameters, Elements) else ()
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
        given: CallArguments,
        wrapped: bool,
    ) -> None:
        rest = node.args[1:]
        passed = name == "executemany" or bool(rest) or _passes_parameters(given)
        if len(given.positional) == 2 and given.positional[1] == NONE:
            passed = False
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


def _passes_parameters(given: CallArguments) -> bool:
    return given.open or not _PARAMETERS.isdisjoint(given.named)


def _only_driver(modules: set[str]) -> Driver | None:
    """Return the library that a file uses, None where it uses none or several."""
    found = {
        drivers.DRIVER_OF_MODULE[module] for module in modules if module in drivers.DRIVER_OF_MODULE
    }
    return found.pop() if len(found) == 1 else None
