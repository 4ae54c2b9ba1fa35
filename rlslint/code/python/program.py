"""What a Python program does with databases: the calls that it makes, across its files."""

from __future__ import annotations

import ast
from collections.abc import Callable

from rlslint.code.python import drivers
from rlslint.code.python.annotations import declared_kind
from rlslint.code.python.arguments import CallArguments, arguments_of
from rlslint.code.python.calls import collection_method, counted_range, function_call, string_method
from rlslint.code.python.connections import Connections
from rlslint.code.python.imports import absolute_name
from rlslint.code.python.record import Recorder
from rlslint.code.python.strings import Fragment, Written
from rlslint.code.python.values import (
    NONE,
    Callee,
    Class,
    Cursor,
    Elements,
    Entered,
    External,
    Handle,
    Instance,
    Pairs,
    Pool,
    RunTimeValue,
    Scoped,
    Suspended,
    Value,
    WrappedSql,
    collected,
    moved,
)
from rlslint.files.python_source import PythonSource, ReadModule
from rlslint.text import HoleValue
from rlslint.text.budget import FILES_OF_A_MIGRATION

_FUNCTIONS_WITH_CURSOR = frozenset(
    {
        "psycopg2.extras.execute_values",
        "psycopg2.extras.execute_batch",
        "pandas.read_sql",
        "pandas.read_sql_query",
    }
)
_CONTEXT_MANAGERS = ("contextmanager", "asynccontextmanager")


class Program(Connections):
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

    def load(self) -> None:
        """Follow the module's own statements."""
        self.block(self.source.tree.body, self.module)

    def imported(self, named: External, node: ast.expr) -> Value:
        if named.dotted in ("django.db.connection", "django.db.connections"):
            return self.django if named.dotted.endswith("connection") else named
        found = self.modules.constant(absolute_name(named.dotted, self.source.path))
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
        if isinstance(of, Cursor | Handle | Entered | Pool):
            return self.method(node, of, name, arguments_of(self, node, scope))
        if isinstance(of, External | Class | Instance):
            target = self._attribute(node.func, of, name)
            given = arguments_of(self, node, scope)
            if isinstance(target, RunTimeValue) and isinstance(of, Instance):
                return self.stranger(node, name, given, scope)
            return self.called(node, target, given, scope)
        given = arguments_of(self, node, scope)
        match of:
            case Written():
                return string_method(self, node, of, name, given)
            case Elements() | Pairs():
                return self._collection_method(node, of, name, given, scope)
            case _:
                return self.stranger(node, name, given, scope)

    def called(self, node: ast.Call, target: Value, given: CallArguments, scope: Scoped) -> Value:
        """Return what a call of a known function or class gives."""
        match target:
            case External("range"):
                return counted_range(given) or self.unknown(node)
            case External(dotted):
                return self.library(node, dotted, given, scope)
            case Callee():
                return self.own_function(node, target, given)
            case Class():
                return Instance(target)
            case Pool() as pool:
                return self.lend(node, pool)
            case RunTimeValue() if isinstance(node.func, ast.Name) and node.func.id == "text":
                # `from sqlalchemy import *` does not tell what it brings.
                first = given.get(0, "text")
                return WrappedSql(first) if isinstance(first, Written) else self.unknown(node)
            case _:
                return self.stranger(node, "", given, scope)

    def library(self, node: ast.Call, dotted: str, given: CallArguments, scope: Scoped) -> Value:
        """Return what a call of something that is not of this project gives."""
        last = dotted.rpartition(".")[2]
        made = drivers.opened_by(dotted, given.named, given.positional)
        if made is not None:
            if isinstance(made, Handle) and given.open and made.autocommit is False:
                made.autocommit = None
            return made
        if dotted in _FUNCTIONS_WITH_CURSOR:
            return self.execute_with_cursor(node, given)
        if dotted == "django.db.transaction.atomic":
            return Entered(self.django, begins=True)
        if last == "scoped_session" and isinstance(given.get(0, "session_factory"), Pool):
            return given.positional[0] if given.positional else self.unknown(node)
        result = function_call(self, node, dotted, given)
        if result is not None:
            return result
        return self.stranger(node, last, given, scope)

    def own_function(self, node: ast.Call, callee: Callee, given: CallArguments) -> Value:
        """Follow a call of a function of the project."""
        home = self.modules.home(callee) or self
        values = home.bound_parameters(callee, given)
        if isinstance(callee.node, ast.Lambda):
            return home.run(callee, values)
        if _is_context_manager(callee.node):
            return Suspended(callee, node, values)
        result = self._inside(callee, node, lambda: home.run(callee, values))
        if isinstance(result, RunTimeValue) and result.value is HoleValue.anything:
            return result._replace(value=declared_kind(callee.node.returns))
        return result

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

    def _collection_method(
        self, node: ast.Call, of: Elements | Pairs, name: str, given: CallArguments, scope: Scoped
    ) -> Value:
        target = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(of, Elements) and name in ("append", "extend", "add") and target is not None:
            first = given.get(0, "")
            if name == "extend":
                more = self.iterated(first) if first is not None else None
            else:
                more = None if first is None else (first,)
            extended = collected((*of.values, *more)) if more is not None else self.unknown(target)
            self.assign(target, extended, scope)
            return NONE
        return collection_method(self, node, of, name, given)


def _is_context_manager(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = (ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list)
    return any(name in _CONTEXT_MANAGERS for name in names)


class Modules:
    """The modules that one file imports, directly or through others, each read at most once."""

    def __init__(
        self,
        read: ReadModule | None,
        program: Callable[[str, str, Modules], Program | None],
    ) -> None:
        self._read = read
        self._program = program
        self._programs: dict[str, Program | None] = {}

    def constant(self, dotted: str) -> Value | None:
        """Return what a dotted name stands for, None where no module of the project tells."""
        module, _, name = dotted.rpartition(".")
        if self._read is None or not module:
            return None
        program = self._loaded(module)
        return None if program is None else program.module.variables.get(name)

    def home(self, callee: Callee) -> Program | None:
        """Return the program of the other module that a function belongs to."""
        root = _root(callee.scope)
        for program in self._programs.values():
            if program is not None and program.module is root:
                return program
        return None

    def _loaded(self, module: str) -> Program | None:
        if module not in self._programs:
            self._programs[module] = None
            if self._read is not None and len(self._programs) <= FILES_OF_A_MIGRATION:
                source = self._read(module)
                if source is not None:
                    self._programs[module] = self._program(module, source, self)
        return self._programs[module]


def _root(scope: Scoped) -> Scoped:
    while scope.parent is not None:
        scope = scope.parent
    return scope
