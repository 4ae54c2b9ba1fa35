"""Python code that is not a migration: each function followed as its callers may run it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rlslint.code.python import drivers
from rlslint.code.python.annotations import annotation_names, declared_kind, last_name
from rlslint.code.python.hooks import Hooked, dotted_name, hooked_functions
from rlslint.code.python.imports import imported_names
from rlslint.code.python.program import Modules, Program
from rlslint.code.python.record import Position, Recorder, looks_like_sql
from rlslint.code.python.strings import Fragment, Unfinished, Written, as_text
from rlslint.code.python.values import (
    Callee,
    Class,
    Handle,
    Instance,
    Pairs,
    Pool,
    RunTimeValue,
    Scoped,
    Value,
    constant,
    entry,
)
from rlslint.code.sites import CodeEventKind, CodeFile, ConnectionDefaults
from rlslint.files.python_source import PythonSource, ReadModule, UnreadablePython
from rlslint.text import Span

_TOO_DEEP = "This file is nested too deeply to be followed."
_TOO_LONG = "This file takes too many steps to be followed."


def read_application(path: str, source: str, read_module: ReadModule | None = None) -> CodeFile:
    """Return the SQL of a Python file and what it does with connections.

    `read_module` gives the source of another module of the project by its dotted name, None
    where there is none; constants, pools and context managers are then followed across files.
    """
    try:
        python = PythonSource(path, source)
        return _read(python, read_module)
    except UnreadablePython as problem:
        return CodeFile(path, problem=str(problem))
    except RecursionError:
        return CodeFile(path, problem=_TOO_DEEP)
    except Unfinished:
        return CodeFile(path, problem=_TOO_LONG)


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


def _read(python: PythonSource, read_module: ReadModule | None) -> CodeFile:
    origins = imported_names(python.tree)
    recorder = Recorder(python)
    program = Program(python, origins, recorder, Modules(read_module, loaded_module))
    hooks = hooked_functions(python.tree, origins)
    recorder.silent = True
    program.load()
    _follow_functions(program, hooks)
    recorder.silent = False
    program.forget_connections()
    program.load()
    _follow_functions(program, hooks)
    _unexecuted(program)
    return CodeFile(
        python.path,
        tuple(recorder.sites),
        recorder.events,
        (),
        _django_defaults(python, program),
    )


def _follow_functions(program: Program, hooks: dict[str, Hooked]) -> None:
    for callee, owner in list(functions(program.module, None)):
        program.forget_connections()
        _forget_transactions(program.module, owner)
        follow(program, callee, owner, hooks)


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


def _unexecuted(program: Program) -> None:
    """Record strings that look like SQL and that no call was seen to execute."""
    for node, function in _outer_strings(program.source.tree, ""):
        start, end = program.span(node)
        if any(start <= low and high <= end for low, high in program.recorder.used):
            continue
        value = program.value(node, program.module)
        if isinstance(value, Written) and looks_like_sql(value.text):
            program.recorder.assigned(value, function)


def _outer_strings(node: ast.AST, function: str) -> Iterator[tuple[ast.expr, str]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.Constant(value=str()) | ast.JoinedStr():
                yield child, function
            case ast.BinOp(op=ast.Add() | ast.Mod()) if _begins_with_string(child):
                yield child, function
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                yield from _outer_strings(child, f"{function}.{name}" if function else name)
            case _:
                yield from _outer_strings(child, function)


def _begins_with_string(node: ast.expr) -> bool:
    while isinstance(node, ast.BinOp):
        node = node.left
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _django_defaults(python: PythonSource, program: Program) -> tuple[ConnectionDefaults, ...]:
    """Return what `DATABASES` says of pools, transactions and bind parameters."""
    for statement in python.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="DATABASES")], value=node):
                default = entry(program.value(node, program.module), "default")
                if isinstance(default, Pairs) and "postg" in _constant_text(
                    entry(default, "ENGINE")
                ):
                    return (_defaults(python, node, default),)
    return ()


def _defaults(python: PythonSource, node: ast.expr, default: Pairs) -> ConnectionDefaults:
    start, end = python.start(node), python.end(node)
    written = Written((Fragment(python.text[start:end], start, end),))
    text = as_text(written, python.path, python.text)
    options = entry(default, "OPTIONS")
    age = entry(default, "CONN_MAX_AGE")
    # Without CONN_MAX_AGE each request has a connection of its own; None keeps it for ever.
    kept = age is not None and constant(age) != 0
    pool = entry(options, "pool")
    pooled = kept or (pool is not None and constant(pool) is not False)
    requests = entry(default, "ATOMIC_REQUESTS")
    binding = entry(options, "server_side_binding")
    return ConnectionDefaults(
        "django",
        Span(text, 0, len(text.data)),
        pooled,
        _truth(requests, absent=False),
        _truth(binding, absent=False),
    )


def _truth(value: Value | None, absent: bool) -> bool | None:
    if value is None:
        return absent
    plain = constant(value)
    return plain if isinstance(plain, bool) else None


def _constant_text(value: Value | None) -> str:
    return str(constant(value))
