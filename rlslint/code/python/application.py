"""Functions of Python followed as their callers may run them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rlslint.code.python import drivers
from rlslint.code.python.annotations import annotation_names, declared_kind, last_name
from rlslint.code.python.imports import dotted_name, imported_names
from rlslint.code.python.program import Modules, Program
from rlslint.code.python.record import Position, Recorder
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
from rlslint.files.python_source import PythonSource, UnreadablePython
from rlslint.text.budget import OutOfBudget


def loaded_module(name: str, text: str, modules: Modules) -> Program | None:
    """Return another module of the project, its own statements followed, for what it defines."""
    try:
        python = PythonSource(f"{name.replace('.', '/')}.py", text)
        recorder = Recorder(python)
        recorder.silent = True
        program = Program(python, imported_names(python.tree), recorder, modules)
        program.load()
    except (UnreadablePython, RecursionError, OutOfBudget):
        return None
    return program


def functions(scope: Scoped, owner: Class | None) -> Iterator[tuple[Callee, Class | None]]:
    """Yield the functions that a scope defines, methods with the class that they belong to."""
    for value in scope.variables.values():
        if isinstance(value, Callee) and value.scope is scope:
            yield value, owner
        elif isinstance(value, Class) and value.scope.parent is scope:
            yield from functions(value.scope, value)


def follow(program: Program, callee: Callee, owner: Class | None) -> None:
    """Follow a function as somebody may call it of whom nothing is known."""
    node = callee.node
    if isinstance(node, ast.Lambda):
        return
    program.position = Position(callee.name)
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    variables: dict[str, Value] = {}
    for parameter in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        variables[parameter.arg] = _parameter(parameter, program.origins)
    is_static = any(
        isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list
    )
    if owner is not None and names and not is_static:
        variables[names[0]] = Instance(owner)
    inner = _run(program, callee, variables)
    program.position = Position()
    for nested in inner:
        program.forget_connections()
        follow(program, nested, None)


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
