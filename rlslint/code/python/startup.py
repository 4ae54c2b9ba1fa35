"""Row security that a program makes itself, when it starts or is set up."""

from __future__ import annotations

import ast
import re

from rlslint.code.python.application import follow, functions, loaded_module
from rlslint.code.python.flow import Unfinished
from rlslint.code.python.imports import imported_names
from rlslint.code.python.program import Modules, Program
from rlslint.code.python.record import Position, Recorder
from rlslint.code.sites import SqlSite
from rlslint.files.python_source import PythonSource, ReadModule, UnreadablePython
from rlslint.files.unread import makes_row_security
from rlslint.text.patterns import Pattern

_MAKES = Pattern(rb"create\s+policy|(?:enable|force)\s+row\s+level\s+security", re.IGNORECASE)

_OF_ITS_OWN = Pattern(
    rb"create\s+(?:\w+\s+)?table\s+(?!if\s+not\s+exists)|drop\s+(?:table|schema|database)\s",
    re.IGNORECASE,
)


def startup_sites(
    path: str, source: str, read_module: ReadModule | None = None
) -> tuple[SqlSite, ...]:
    """Return the SQL of a program that makes row security, with what is run before and after it.

    That is what its functions run which nothing else in the file calls, and the file itself, each
    only where it makes row security. Loops over constants are run, calls are followed. Nothing is
    returned where Python cannot parse the file, or it cannot be followed.
    """
    try:
        python = PythonSource(path, source)
        recorder = Recorder(python, migration=True)
        modules = Modules(read_module, loaded_module)
        program = Program(python, imported_names(python.tree), recorder, modules, unroll=True)
        return tuple(_sites(program))
    except (UnreadablePython, RecursionError, Unfinished):
        return ()


def needs_no_history(sites: tuple[SqlSite, ...]) -> bool:
    """Tell whether a program makes or drops tables whatever there is, as an example does."""
    return any(_OF_ITS_OWN().search(site.text.data) for site in sites)


def speaks_of_row_security(source: str) -> bool:
    """Tell whether a program has the words that make row security, but for comments and docs."""
    try:
        tree = PythonSource("", source).tree
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                node.value = ast.Constant(None)
        return makes_row_security(ast.unparse(tree).encode())
    except (UnreadablePython, RecursionError):
        return True


def _sites(program: Program) -> list[SqlSite]:
    recorder = program.recorder
    recorder.silent = True
    program.load()
    recorder.silent = False
    program.position = Position("")
    program.load()
    kept = _making(recorder.sites)
    called = _called_names(program.source.tree)
    for callee, owner in list(functions(program.module, None)):
        if callee.name.rpartition(".")[2] not in called:
            before = len(recorder.sites)
            program.forget_connections()
            follow(program, callee, owner, {})
            kept += _making(recorder.sites[before:])
    return kept


def _making(sites: list[SqlSite]) -> list[SqlSite]:
    makes = any(_MAKES().search(site.text.data) for site in sites)
    return list(sites) if makes else []


def _called_names(tree: ast.Module) -> set[str]:
    return {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    }
