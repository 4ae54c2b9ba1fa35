"""The folders of the package stand in an order, and no two modules import each other."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "rlslint"
FOLDERS = (
    "config",
    "text",
    "sql",
    "files",
    "code",
    "catalog",
    "replay",
    "server",
    "drift",
    "meaning",
    "access",
    "project",
    "rules",
    "reports",
    "engine",
    "cli",
)
"""In import order: each imports only itself and what stands before it."""

MODULES = {
    ".".join(("rlslint", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


@cache
def imports(module: str) -> frozenset[str]:
    """Return the modules of rlslint that one imports, in functions and for type checking too."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom(module=str() as name, names=names) if name in MODULES:
                for alias in names:
                    inner = f"{name}.{alias.name}"
                    found.add(inner if inner in MODULES else name)
            case ast.Import(names=names):
                found |= {alias.name for alias in names if alias.name in MODULES}
            case _:
                continue
    return frozenset(found - {module})


def folder(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def circles() -> list[list[str]]:
    """Return the groups of modules that reach each other (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in imports(module):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            at = stack.index(module)
            group = stack[at:]
            del stack[at:]
            if len(group) > 1:
                found.append(sorted(group))

    for module in MODULES:
        if module not in index:
            visit(module)
    return found


def test_the_top_level_is_the_folders_and_the_engine() -> None:
    entries = {entry.stem for entry in PACKAGE.iterdir() if not entry.name.startswith("__")}
    assert entries == {*FOLDERS, "py"}


def test_a_module_imports_from_its_own_folder_or_those_before() -> None:
    wrong = {
        (module, name)
        for module in MODULES
        if folder(module) in FOLDERS
        for name in imports(module)
        if folder(name) and FOLDERS.index(folder(name)) > FOLDERS.index(folder(module))
    }
    assert wrong == set()


def test_no_two_modules_import_each_other() -> None:
    assert circles() == []


def test_only_the_parser_imports_pglast() -> None:
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES.values()
        if any(
            line.strip().startswith(("import pglast", "from pglast"))
            or 'import_module("pglast' in line
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    }
    assert importing == {"sql/parser.py"}
