"""The SQL that migrations written in Python run, as text that points back to the Python."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from rlslint.code.python.alembic import alembic_sql
from rlslint.code.python.application import loaded_module
from rlslint.code.python.arguments import CallArguments
from rlslint.code.python.ddl import Wording
from rlslint.code.python.django import Models, django_sql, is_about_row_security
from rlslint.code.python.formatting import as_written
from rlslint.code.python.imports import imported_names
from rlslint.code.python.placeholders import Placeholders
from rlslint.code.python.program import Modules, Program
from rlslint.code.python.record import Position, Recorder, bound
from rlslint.code.python.strings import Unfinished, Written
from rlslint.code.python.values import (
    Callee,
    Class,
    Constructed,
    Elements,
    External,
    Handle,
    RunTimeValue,
    Scoped,
    Value,
    WrappedSql,
    constant,
)
from rlslint.code.sites import Driver, Lifetime, SqlSite
from rlslint.files.layouts.python_order import app_label
from rlslint.files.python_source import PythonSource, ReadModule, UnreadablePython

__all__ = ["Models", "UnreadableMigration", "migration_sites"]

_NAME_FIRST = ("create_index", "drop_index", "f")
"""The operations that take another name before that of the table."""

_ALEMBIC = "alembic.op."
_KEPT_PACKAGES = ("sqlalchemy.", "django.", "sqlmodel.", "pgvector.", "geoalchemy2.")


class UnreadableMigration(Exception):
    """What a migration runs cannot be told; the message is a sentence that says why."""


def migration_sites(
    path: str,
    source: str,
    read_module: ReadModule | None = None,
    models: Models | None = None,
) -> tuple[SqlSite, ...]:
    """Return the SQL that a migration of Alembic or Django runs on the way up, in order.

    What Alembic and Django say in Python (`op.create_table`, `CreateModel`) comes as SQL that
    stands at the call. Text that is known only at run time has holes. `models` carries what
    earlier migrations of a Django project said of their tables; pass one for a whole project.

    Raises UnreadableMigration where the file cannot be parsed or followed.
    """
    try:
        python = PythonSource(path, source)
        recorder = Recorder(python)
        migration = _Migration(python, recorder, Modules(read_module, loaded_module), models)
        migration.follow()
    except UnreadablePython as problem:
        raise UnreadableMigration(str(problem)) from None
    except RecursionError:
        raise UnreadableMigration("This migration is nested too deeply to be followed.") from None
    except Unfinished:
        raise UnreadableMigration("This migration takes too many steps to be followed.") from None
    return tuple(recorder.sites)


class _Migration(Program):
    def __init__(
        self, source: PythonSource, recorder: Recorder, modules: Modules, models: Models | None
    ) -> None:
        super().__init__(source, imported_names(source.tree), recorder, modules, unroll=True)
        self.models = models or Models()
        self.app = app_label(Path(source.path))
        self.handle = Handle("op", Driver("alembic", None), False, Lifetime(False, False))

    def follow(self) -> None:
        self.recorder.silent = True
        self.load()
        self.recorder.silent = False
        upgrade = self.module.variables.get("upgrade")
        if isinstance(upgrade, Callee):
            self.position = Position("upgrade")
            self.run(upgrade, {})
        migration = self.module.variables.get("Migration")
        if isinstance(migration, Class):
            self.position = Position("Migration")
            self.handle.name = "migrations"
            self.handle.driver = self.django.driver
            self._operations(self._listed(migration.scope.variables.get("operations")))

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
        is_kept = dotted.startswith(_KEPT_PACKAGES) or is_about_row_security(last)
        if is_class and is_kept and last not in ("text", "Session"):
            return Constructed(dotted, given.positional, given.named, start, end)
        return super().library(node, dotted, given, scope)

    def called(self, node: ast.Call, target: Value, given: CallArguments, scope: Scoped) -> Value:
        if isinstance(target, Class) and is_about_row_security(target.name):
            start, end = self.place or self.span(node)
            return Constructed(target.name, given.positional, given.named, start, end)
        return super().called(node, target, given, scope)

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

    def _listed(self, value: Value | None) -> tuple[Value, ...]:
        return value.values if isinstance(value, Elements) else ()

    def _operations(self, operations: Iterable[Value]) -> None:
        for operation in operations:
            if not isinstance(operation, Constructed):
                continue
            match operation.kind:
                case "RunSQL":
                    self._run_sql(operation.get(0, "sql"), operation)
                    self._states(operation.named.get("state_operations"))
                case "RunPython":
                    self._run_python(operation.get(0, "code"))
                case "SeparateDatabaseAndState":
                    self._operations(self._listed(operation.get(0, "database_operations")))
                    self._states(operation.get(1, "state_operations"))
                case _:
                    for sql in django_sql(operation, self.app, self.models):
                        self._runs(sql)

    def _states(self, operations: Value | None) -> None:
        """Learn of the models that operations on the state alone make."""
        for operation in self._listed(operations):
            if isinstance(operation, Constructed):
                list(django_sql(operation, self.app, self.models))

    def _run_sql(self, sql: Value | None, operation: Constructed) -> None:
        match sql:
            case Written():
                self._runs(sql)
            case Elements(values):
                for statement in values:
                    self._run_part(statement, operation)
            case RunTimeValue():
                self._runs(as_written(sql, sql.source, operation.start, operation.end))

    def _run_part(self, statement: Value, operation: Constructed) -> None:
        match statement:
            case Elements((Written() as sql, parameters)):
                passed = constant(parameters) is not None or isinstance(parameters, Elements)
                self._runs(bound(sql, Placeholders.percent, passed, []))
            case _:
                self._run_sql(statement, operation)

    def _run_python(self, code: Value | None) -> None:
        if isinstance(code, Callee):
            parameters = [each.arg for each in code.node.args.args]
            editor = Handle("schema_editor", self.django.driver, False, Lifetime(False, False))
            given: dict[str, Value] = dict(
                zip(parameters, (RunTimeValue("apps"), editor), strict=False)
            )
            self.run(code, given)

    def _runs(self, sql: Written | WrappedSql) -> None:
        written = sql.sql if isinstance(sql, WrappedSql) else sql
        if written.fragments:
            self.recorder.executed(written, self.handle, self.position)
