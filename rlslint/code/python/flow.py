"""The statements of Python's functions, followed in the order in which they run."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Iterable

from rlslint.code.python.arguments import CallArguments
from rlslint.code.python.evaluator import ExpressionReader
from rlslint.code.python.record import Position, Recorder, looks_like_sql
from rlslint.code.python.scripts import asks_for_main
from rlslint.code.python.strings import Fragment, Written, concatenated
from rlslint.code.python.values import (
    NONE,
    Callee,
    Class,
    Elements,
    RunTimeValue,
    Scoped,
    Suspended,
    Value,
    collected,
    constant,
)
from rlslint.files.python_source import PythonSource
from rlslint.text import HoleValue
from rlslint.text.budget import DEEPEST_CALL, DEEPEST_IMPORT, STATEMENTS_OF_A_PROGRAM, Budget


class Flow(ExpressionReader):
    """Follows statements; what calls and context managers mean is left to the subclass.

    With `unroll`, as for migrations, every loop over known values is run for each of them and a
    condition that is not known is taken to hold. Without, only a loop over SQL is unrolled.
    """

    def __init__(
        self, source: PythonSource, origins: dict[str, str], recorder: Recorder, unroll: bool
    ) -> None:
        super().__init__(source, origins)
        self.recorder = recorder
        self.unroll = unroll
        self._deepest = DEEPEST_CALL if unroll else DEEPEST_IMPORT
        self.module = Scoped(None)
        self.position = Position()
        self.inner: list[Callee] = []
        """The functions that the function being followed defines."""
        self._budget = Budget(STATEMENTS_OF_A_PROGRAM)
        self._running: list[ast.AST] = []
        self._returned: list[Value] = []
        self._yielding: list[Callable[[Value], None] | None] = []
        self._class_names: list[str] = []

    @abstractmethod
    def enter(
        self, value: Value, item: ast.withitem, scope: Scoped, body: Callable[[], bool]
    ) -> bool:
        """Run the body of a `with` inside what the value stands for."""

    @abstractmethod
    def assigned_attribute(self, node: ast.Attribute, value: Value, scope: Scoped) -> None:
        """Take note of an assignment to an attribute (`connection.autocommit = True`)."""

    @abstractmethod
    def finished(self, value: Value, node: ast.expr) -> None:
        """Take note of a value that stands as a statement of its own."""

    def run(self, callee: Callee, given: dict[str, Value]) -> Value:
        """Follow a call of a function of the file and return what it returns."""
        if callee.node in self._running or len(self._running) >= self._deepest:
            return RunTimeValue(callee.name)
        scope = Scoped(callee.scope)
        scope.variables.update(given)
        if isinstance(callee.node, ast.Lambda):
            return self.value(callee.node.body, scope)
        self._running.append(callee.node)
        returned, self._returned = self._returned, []
        try:
            self.block(callee.node.body, scope)
            telling = [value for value in self._returned if value != NONE]
            return telling[0] if telling else NONE
        finally:
            self._returned = returned
            self._running.pop()

    def run_until_yield(
        self, callee: Callee, given: dict[str, Value], body: Callable[[Value], None]
    ) -> None:
        """Follow a context manager function, with the body of its `with` where it yields."""
        self._yielding.append(body)
        try:
            self.run(callee, given)
        finally:
            self._yielding.pop()

    def bound_parameters(self, callee: Callee, given: CallArguments) -> dict[str, Value]:
        """Return the values of a function's parameters for a call."""
        parameters = callee.node.args
        names = [each.arg for each in (*parameters.posonlyargs, *parameters.args)]
        values: dict[str, Value] = {}
        defaults = parameters.defaults
        for name, default in zip(names[len(names) - len(defaults) :], defaults, strict=True):
            values[name] = self.value(default, callee.scope)
        for keyword, standard in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
            if standard is not None:
                values[keyword.arg] = self.value(standard, callee.scope)
        positional = given.positional
        if callee.receiver is not None:
            positional = (callee.receiver, *positional)
        values.update(zip(names, positional, strict=False))
        known = {*names, *(keyword.arg for keyword in parameters.kwonlyargs)}
        values.update((name, value) for name, value in given.named.items() if name in known)
        if parameters.vararg is not None and not given.open:
            values[parameters.vararg.arg] = Elements(positional[len(names) :])
        if parameters.kwarg is not None and not given.open:
            values[parameters.kwarg.arg] = self.keywords(
                {name: value for name, value in given.named.items() if name not in known}
            )
        for name in (*names, *(keyword.arg for keyword in parameters.kwonlyargs)):
            values.setdefault(name, RunTimeValue(name, parameter=True))
        return values

    @abstractmethod
    def keywords(self, named: dict[str, Value]) -> Value:
        """Return the dictionary that a `**` parameter gets."""

    def block(self, statements: Iterable[ast.stmt], scope: Scoped) -> bool:
        """Follow statements; return True where none after them is reached."""
        return any(self.statement(statement, scope) for statement in statements)

    def statement(self, node: ast.stmt, scope: Scoped) -> bool:
        self._budget.take()
        match node:
            case ast.Expr(value=ast.Yield(value=value)):
                self._yield(NONE if value is None else self.value(value, scope))
            case ast.Expr(value=value):
                self.finished(self.value(value, scope), value)
            case ast.Assign(targets=targets, value=ast.Yield(value=given)):
                self._yield(NONE if given is None else self.value(given, scope))
                for target in targets:
                    self.assign(target, self.unknown(target), scope)
            case ast.Assign(targets=targets, value=value):
                assigned = self.value(value, scope)
                for target in targets:
                    self.assign(target, assigned, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.assign(target, self.value(value, scope), scope)
            case ast.AugAssign(target=target, op=operator, value=value):
                self.assign(target, self._augmented(node, target, operator, value, scope), scope)
            case ast.Return(value=value):
                self._returned.append(NONE if value is None else self.value(value, scope))
                return True
            case ast.Raise():
                return True
            case ast.Continue() | ast.Break():
                return True
            case ast.If():
                return self._if(node, scope)
            case ast.For(target=target, iter=over) | ast.AsyncFor(target=target, iter=over):
                self._loop(target, self.value(over, scope), node.body, scope)
                self.block(node.orelse, scope)
            case ast.While(test=test, body=body):
                self.value(test, scope)
                self.block(body, scope)
            case ast.Try() | ast.TryStar():
                return self._try(node, scope)
            case ast.With() | ast.AsyncWith():
                return self._with(node.items, node.body, scope)
            case ast.Match(subject=subject, cases=cases):
                self.value(subject, scope)
                for case in cases:
                    self.block(case.body, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                name = ".".join((*self._class_names, node.name))
                self.define(Callee(node, name, scope), scope)
            case ast.ClassDef():
                self._class(node, scope)
            case ast.Global(names=names):
                for name in names:
                    self._share(name, scope)
            case _:
                pass
        return False

    def define(self, callee: Callee, scope: Scoped) -> None:
        """Make a function known under its name."""
        if not isinstance(callee.node, ast.Lambda):
            scope.variables[callee.node.name] = callee
        if len(self._running) == 1:
            self.inner.append(callee)

    def assign(self, target: ast.expr, value: Value, scope: Scoped) -> None:
        if isinstance(target, ast.Attribute):
            self.assigned_attribute(target, value, scope)
        if isinstance(target, ast.Name) and target.id in self.shared(scope):
            self.bind(target, value, self.module)
        self.bind(target, value, scope)

    def shared(self, scope: Scoped) -> frozenset[str]:
        """Return the names that a function declares global."""
        shared = scope.variables.get(" global")
        return frozenset(
            str(constant(name)) for name in (shared.values if isinstance(shared, Elements) else ())
        )

    def _share(self, name: str, scope: Scoped) -> None:
        before = scope.variables.get(" global")
        names = before.values if isinstance(before, Elements) else ()
        scope.variables[" global"] = Elements((*names, Written((Fragment(name, 0, 0),))))

    def _augmented(
        self,
        node: ast.AugAssign,
        target: ast.expr,
        operator: ast.operator,
        value: ast.expr,
        scope: Scoped,
    ) -> Value:
        before, added = self.value(target, scope), self.value(value, scope)
        match operator, before, added:
            case ast.Add(), Written(), _:
                return concatenated((before, self.anchored(added, value)))
            case ast.Add(), Elements(values), Elements(more):
                return collected((*values, *more))
            case _:
                return self.unknown(node)

    def _yield(self, value: Value) -> None:
        body = self._yielding[-1] if self._yielding else None
        if body is None:
            return
        self._yielding.append(None)
        running, self._running = self._running, self._running[:-1]
        try:
            body(value)
        finally:
            self._running = running
            self._yielding.pop()

    def _if(self, node: ast.If, scope: Scoped) -> bool:
        known = self.truth(node.test, scope)
        if asks_for_main(node.test):
            known = True
        if known is not None:
            return self.block(node.body if known else node.orelse, scope)
        before = dict(scope.variables)
        sites = len(self.recorder.sites)
        ended = self.block(node.body, scope)
        if self.unroll:
            if ended and _only_leaves(node.body):
                scope.variables = before
                return self.block(node.orelse, scope)
            if len(self.recorder.sites) == sites:
                self.block(node.orelse, scope)
            return False
        after = scope.variables
        scope.variables = before
        other_ended = self.block(node.orelse, scope)
        if not ended:
            if not other_ended and node.orelse:
                after = {**scope.variables, **after}
            scope.variables = after
        return ended and other_ended and bool(node.orelse)

    def _loop(self, target: ast.expr, over: Value, body: list[ast.stmt], scope: Scoped) -> None:
        members = self.iterated(over)
        if members is not None and (self.unroll or _holds_sql(members)):
            for member in members:
                self.assign(target, member, scope)
                self.block(body, scope)
            return
        if members is not None:
            kind = HoleValue.constant if _all_constant(members) else HoleValue.anything
            member = RunTimeValue(self.quoted(target), kind)
        else:
            kind = over.value if isinstance(over, RunTimeValue) else HoleValue.anything
            member = RunTimeValue(self.quoted(target), kind)
        self.assign(target, member, scope)
        self.block(body, scope)

    def _try(self, node: ast.Try | ast.TryStar, scope: Scoped) -> bool:
        ended = self.block(node.body, scope)
        if not self.unroll:
            for handler in node.handlers:
                self.block(handler.body, scope)
        if not ended:
            ended = self.block(node.orelse, scope)
        self.block(node.finalbody, scope)
        return ended

    def _with(self, items: list[ast.withitem], body: list[ast.stmt], scope: Scoped) -> bool:
        if not items:
            return self.block(body, scope)
        first, rest = items[0], items[1:]
        value = self.value(first.context_expr, scope)

        def inside() -> bool:
            return self._with(rest, body, scope)

        if isinstance(value, Suspended):
            ended: list[bool] = []

            def yielded(given: Value) -> None:
                if first.optional_vars is not None:
                    self.assign(first.optional_vars, given, scope)
                ended.append(inside())

            self.suspended(value, yielded)
            return ended[0] if ended else inside()
        return self.enter(value, first, scope, inside)

    @abstractmethod
    def suspended(self, value: Suspended, body: Callable[[Value], None]) -> None:
        """Follow a context manager function of the project around a body."""

    def _class(self, node: ast.ClassDef, scope: Scoped) -> None:
        inner = Scoped(scope)
        self._class_names.append(node.name)
        try:
            self.block(node.body, inner)
        finally:
            self._class_names.pop()
        scope.variables[node.name] = Class(node, node.name, inner)


def _only_leaves(body: list[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def _holds_sql(members: tuple[Value, ...]) -> bool:
    return any(
        looks_like_sql(member.text)
        if isinstance(member, Written)
        else _holds_sql(member.values)
        if isinstance(member, Elements)
        else False
        for member in members
    )


def _all_constant(members: tuple[Value, ...]) -> bool:
    return all(
        _all_constant(member.values)
        if isinstance(member, Elements)
        else constant(member) is not None
        for member in members
    )
