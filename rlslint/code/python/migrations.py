"""The SQL that migrations written in Python run, as text that points back to the Python."""

from __future__ import annotations

import ast

from rlslint.code.python.alembic import alembic_sql
from rlslint.code.python.application import loaded_module
from rlslint.code.python.arguments import CallArguments
from rlslint.code.python.ddl import Wording
from rlslint.code.python.imports import imported_names
from rlslint.code.python.program import Modules, Program
from rlslint.code.python.record import Position, Recorder
from rlslint.code.python.strings import Written
from rlslint.code.python.values import (
    Callee,
    Constructed,
    Elements,
    External,
    Handle,
    RunTimeValue,
    Scoped,
    Value,
    WrappedSql,
)
from rlslint.code.sites import Driver, Lifetime, SqlSite
from rlslint.files.python_source import PythonSource, ReadModule, UnreadablePython
from rlslint.text.budget import OutOfBudget

_NAME_FIRST = ("create_index", "drop_index", "f")
"""The operations that take another name before that of the table."""

_ALEMBIC = "alembic.op."
_KEPT_PACKAGES = ("sqlalchemy.", "sqlmodel.", "pgvector.", "geoalchemy2.")


class UnreadableMigration(Exception):
    """What a migration runs cannot be told; the message is a sentence that says why."""


def migration_sites(
    path: str,
    source: str,
    read_module: ReadModule | None = None,
) -> tuple[SqlSite, ...]:
    """Return the SQL that a migration of Alembic runs on the way up, in order.

    What Alembic says in Python (`op.create_table`) comes as SQL that stands at the call. Text that
    is known only at run time has holes.

    Raises UnreadableMigration where the file cannot be parsed or followed.
    """
    try:
        python = PythonSource(path, source)
        recorder = Recorder(python)
        migration = _Migration(python, recorder, Modules(read_module, loaded_module))
        migration.follow()
    except UnreadablePython as problem:
        raise UnreadableMigration(str(problem)) from None
    except RecursionError:
        raise UnreadableMigration("This migration is nested too deeply to be followed.") from None
    except OutOfBudget:
        raise UnreadableMigration("This migration takes too many steps to be followed.") from None
    return tuple(recorder.sites)


class _Migration(Program):
    def __init__(self, source: PythonSource, recorder: Recorder, modules: Modules) -> None:
        super().__init__(source, imported_names(source.tree), recorder, modules, unroll=True)
        self.handle = Handle("op", Driver("alembic", None), False, Lifetime(False, False))

    def follow(self) -> None:
        self.recorder.silent = True
        self.load()
        self.recorder.silent = False
        upgrade = self.module.variables.get("upgrade")
        if isinstance(upgrade, Callee):
            self.position = Position("upgrade")
            self.run(upgrade, {})

    def truth(self, node: ast.expr, scope: Scoped) -> bool | None:
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("is_offline_mode"):
            return True
        return super().truth(node, scope)

    def library(self, node: ast.Call, dotted: str, given: CallArguments, scope: Scoped) -> Value:
        start, end = self.place or self.span(node)
        if dotted.startswith(_ALEMBIC):
            return self._alembic(node, dotted.removeprefix(_ALEMBIC), given, Wording(start, end))
        last = dotted.rpartition(".")[2]
        is_class = last[:1].isupper() or last == "text"
        if is_class and dotted.startswith(_KEPT_PACKAGES) and last not in ("text", "Session"):
            return Constructed(dotted, given.positional, given.named, start, end)
        return super().library(node, dotted, given, scope)

    def stranger(self, node: ast.Call, name: str, given: CallArguments, scope: Scoped) -> Value:
        target = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(target, ast.Name):
            batch = scope.find(f" batch {target.id}")
            if isinstance(batch, Elements):
                table, schema = batch.values
                named = (
                    dict(given.named)
                    if schema == External("")
                    else {**given.named, "schema": schema}
                )
                first = given.positional[:1] if name in _NAME_FIRST else ()
                rest = given.positional[len(first) :]
                positional = (*first, table, *rest)
                arguments = CallArguments(positional, named, given.open)
                return self._alembic(node, name, arguments, Wording(*self.span(node)))
        return super().stranger(node, name, given, scope)

    def _alembic(self, node: ast.Call, name: str, given: CallArguments, at: Wording) -> Value:
        match name:
            case "execute":
                return self.execute(node, self.handle, name, given)
            case "get_bind":
                return self.handle
            case "batch_alter_table":
                schema = given.named.get("schema") or External("")
                table = given.get(0, "table_name") or self.unknown(node)
                return Constructed("batch", (table, schema), {}, at.start, at.end)
            case "f":
                return given.positional[0] if given.positional else self.unknown(node)
        for sql in alembic_sql(name, given, at):
            self._runs(sql)
        return self.unknown(node)

    def bind(self, target: ast.expr, value: Value, scope: Scoped) -> None:
        if (
            isinstance(value, Constructed)
            and value.dotted == "batch"
            and isinstance(target, ast.Name)
        ):
            scope.variables[f" batch {target.id}"] = Elements(value.positional)
            scope.variables[target.id] = RunTimeValue(target.id)
            return
        super().bind(target, value, scope)

    def execute(self, node: ast.Call, handle: Handle, name: str, given: CallArguments) -> Value:
        sql = given.get(0, "sqltext") or given.named.get("sql") or given.named.get("statement")
        if isinstance(sql, RunTimeValue | Elements) and node.args:
            self._runs(self.anchored(sql, node.args[0]))
            return self.unknown(node)
        return super().execute(node, handle, name, given)

    def _runs(self, sql: Written | WrappedSql) -> None:
        written = sql.sql if isinstance(sql, WrappedSql) else sql
        if written.fragments:
            self.recorder.executed(written, self.handle, self.position)
