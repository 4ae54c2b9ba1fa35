"""Functions of a Python file that a pool or an engine calls."""

from __future__ import annotations

import ast

from rlslint import NamedTuple
from rlslint.code.python import drivers
from rlslint.code.python.values import Handle
from rlslint.code.sites import Hook, Lifetime

_LISTENERS = ("sqlalchemy.event.listens_for", "sqlalchemy.event.listen")


class Hooked(NamedTuple):
    """When a library calls a function, and which library."""

    hook: Hook
    handle_index: int
    make: Handle


def hooked_functions(tree: ast.AST, origins: dict[str, str]) -> dict[str, Hooked]:
    """Return the functions of a file that libraries call, by their names."""
    found: dict[str, Hooked] = {}
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call):
                        _listened(decorator, name, origins, found)
            case ast.Call(args=[_, _, ast.Name(id=name), *_]):
                _listened(node, name, origins, found)
        if isinstance(node, ast.Call):
            _passed(node, origins, found)
    return found


def dotted_name(node: ast.expr, origins: dict[str, str]) -> str:
    """Return the dotted name of an imported thing as the file refers to it, else ""."""
    match node:
        case ast.Name(id=name):
            return origins.get(name, "")
        case ast.Attribute(value=of, attr=name):
            head = dotted_name(of, origins)
            return f"{head}.{name}" if head else ""
        case _:
            return ""


def _listened(
    call: ast.Call, function: str, origins: dict[str, str], found: dict[str, Hooked]
) -> None:
    if dotted_name(call.func, origins) not in _LISTENERS or len(call.args) < 2:
        return
    event = call.args[1]
    if not isinstance(event, ast.Constant):
        return
    hook = drivers.event_hook(str(event.value))
    if hook is None:
        return
    begins = hook is Hook.begin
    handle = Handle("", drivers.SQLALCHEMY, False if begins else None, Lifetime(True, False))
    index = 2 if event.value == "after_begin" else 0
    found[function] = Hooked(hook, index, handle)


def _passed(call: ast.Call, origins: dict[str, str], found: dict[str, Hooked]) -> None:
    dotted = dotted_name(call.func, origins)
    hooks = drivers.pool_hooks(dotted)
    for keyword in call.keywords if hooks else ():
        hook = hooks.get(keyword.arg or "")
        if hook is None or not isinstance(keyword.value, ast.Name | ast.Attribute):
            continue
        value = keyword.value
        name = value.id if isinstance(value, ast.Name) else value.attr
        driver = drivers.driver_of_pool(dotted)
        autocommit = driver.name in ("asyncpg", "aiopg")
        lifetime = Lifetime(True, driver.name == "asyncpg")
        found[name] = Hooked(hook, 0, Handle("", driver, autocommit, lifetime))
