"""Functions of Python followed as their callers may run them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rlslint.code.python import drivers
from rlslint.code.python.annotations import annotation_names, declared_kind, last_name
from rlslint.code.python.hooks import Hooked, dotted_name
from rlslint.code.python.imports import imported_names
from rlslint.code.python.program import Modules, Program
from rlslint.code.python.record import Position, Recorder
from rlslint.code.python.strings import Unfinished
from rlslint.code.python.values import (
    Callee,
    Class,
    Handle,
    Instance,
    Pool,
    RunTimeValue,
    Scoped,
    Value,
)
from rlslint.code.sites import CodeEventKind
from rlslint.files.python_source import PythonSource, UnreadablePython

_TOO_DEEP = "This file is nested too deeply to be followed."
_TOO_LONG = "This file takes too many steps to be followed."


def loaded_module(name: str, text: str, modules: Modules) -> Program | None:
    """Return another module of the project, its own statements followed, for what it defines."""
    try:
        python = PythonSource(f"{name.replace('.', '/')}.py", text)
        recorder = Recorder(python)
        recorder.silent = True
        program = Program(python, imported_names(python.tree), recorder, modules)
        program.load()
    except (UnreadablePython, RecursionError, Unfinished):
        return None
    return program


def functions(scope: Scoped, owner: Class | None) -> Iterator[tuple[Callee, Class | None]]:
    """Yield the functions that a scope defines, methods with the class that they belong to."""
    for value in scope.variables.values():
        if isinstance(value, Callee) and value.scope is scope:
            yield value, owner
        elif isinstance(value, Class) and value.scope.parent is scope:
            yield from functions(value.scope, value)


def _forget_transactions(module: Scoped, owner: Class | None) -> None:
    scopes = [module] if owner is None else [module, owner.scope]
    for scope in scopes:
        for value in scope.variables.values():
            if isinstance(value, Handle):
                value.depth = 0


def follow(program: Program, callee: Callee, owner: Class | None, hooks: dict[str, Hooked]) -> None:
    """Follow a function as somebody may call it of whom nothing is known."""
    node = callee.node
    if isinstance(node, ast.Lambda):
        return
    hooked = hooks.get(node.name)
    program.position = Position(callee.name, hooked.hook if hooked else None)
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    variables: dict[str, Value] = {}
    for parameter in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        variables[parameter.arg] = _parameter(parameter, program.origins)
    is_static = any(
        isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list
    )
    if owner is not None and names and not is_static:
        variables[names[0]] = Instance(owner)
        names = names[1:]
    if hooked is not None and hooked.handle_index < len(names):
        name = names[hooked.handle_index]
        like = hooked.make
        variables[name] = Handle(name, like.driver, like.autocommit, like.lifetime)
    if hooked is not None:
        program.recorder.step(CodeEventKind.handler, None, program.span(node), program.position)
    if _runs_outside_requests(node, owner, callee):
        program.django.autocommit = True
    if any(_is_atomic(each, program.origins) for each in node.decorator_list):
        program.django.depth += 1
    inner = _run(program, callee, variables)
    program.position = Position()
    for nested in inner:
        program.forget_connections()
        follow(program, nested, None, hooks)


def _run(program: Program, callee: Callee, variables: dict[str, Value]) -> list[Callee]:
    """Follow a function, and return the functions that it defines."""
    program.inner = []
    program.run(callee, variables)
    return [inner._replace(name=f"{callee.name}.{inner.name}") for inner in program.inner]


def _parameter(parameter: ast.arg, origins: dict[str, str]) -> Value:
    for node in annotation_names(parameter.annotation):
        dotted = dotted_name(node, origins)
        made: Handle | Pool | None = drivers.of_annotation(dotted, parameter.arg)
        if made is not None:
            return made
        if last_name(node) == "str":
            break
    return RunTimeValue(parameter.arg, declared_kind(parameter.annotation), parameter=True)


def _runs_outside_requests(
    node: ast.FunctionDef | ast.AsyncFunctionDef, owner: Class | None, callee: Callee
) -> bool:
    """Tell whether Django runs a function outside the transaction that ATOMIC_REQUESTS opens.

    That transaction surrounds the view only, neither the middleware nor a management command.
    """
    if owner is None:
        # A middleware may be a function inside one that takes `get_response`.
        return callee.scope.variables.get("get_response") is not None
    bases = {ast.unparse(base).rpartition(".")[2] for base in owner.node.bases}
    if "BaseCommand" in bases:
        return node.name == "handle"
    makes = owner.scope.variables.get("__init__")
    takes_response = isinstance(makes, Callee) and any(
        each.arg == "get_response" for each in makes.node.args.args
    )
    entry_points = ("__call__", "__acall__", "process_request", "process_response")
    return node.name in entry_points and (takes_response or "MiddlewareMixin" in bases)


def _is_atomic(decorator: ast.expr, origins: dict[str, str]) -> bool:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return dotted_name(function, origins) == "django.db.transaction.atomic"
