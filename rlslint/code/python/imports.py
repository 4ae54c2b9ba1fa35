"""Which module a name of a Python file comes from."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def imported_names(tree: ast.AST) -> dict[str, str]:
    """Return the dotted origin of each name that the file imports, in whatever scope.

    A relative import keeps its dots: `from ..db import pool` gives `..db.pool`.
    """
    origins: dict[str, str] = {}
    for node in _imports(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if alias.asname:
                        origins[alias.asname] = alias.name
                    else:
                        root = alias.name.partition(".")[0]
                        origins[root] = root
            case ast.ImportFrom(module=module, names=names, level=level):
                prefix = "." * level + (module or "")
                separator = "" if prefix.endswith(".") or not prefix else "."
                for alias in names:
                    origins[alias.asname or alias.name] = f"{prefix}{separator}{alias.name}"
    return origins


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


def absolute_name(dotted: str, path: str) -> str:
    """Return the origin of a name without leading dots; `path` is that of the file it stands in."""
    name = dotted.lstrip(".")
    dots = len(dotted) - len(name)
    return ".".join((*path.split("/")[:-dots], name)) if dots else name


def imported_modules(tree: ast.AST) -> set[str]:
    """Return the top-level packages that the file imports."""
    modules: set[str] = set()
    for node in _imports(tree):
        match node:
            case ast.Import(names=names):
                modules.update(alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str() as module, level=0):
                modules.add(module.partition(".")[0])
    return modules


def _imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif not isinstance(node, ast.expr):
            pending.extend(reversed(list(ast.iter_child_nodes(node))))
