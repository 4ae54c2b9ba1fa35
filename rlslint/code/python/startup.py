"""Row security that a program makes itself, when it starts or is set up."""

from __future__ import annotations

import ast
import copy
import re

from rlslint import NamedTuple
from rlslint.code.python.application import follow, functions, loaded_module
from rlslint.code.python.imports import imported_names
from rlslint.code.python.program import Modules, Program
from rlslint.code.python.record import Position, Recorder
from rlslint.code.sites import SqlSite
from rlslint.files.python_source import PythonSource, ReadModule, UnreadablePython
from rlslint.files.unread import makes_row_security
from rlslint.text.budget import OutOfBudget
from rlslint.text.patterns import Pattern

_MAKES = Pattern(rb"create\s+policy|(?:enable|force)\s+row\s+level\s+security", re.IGNORECASE)

_OF_ITS_OWN = Pattern(
    rb"create\s+(?:\w+\s+)?table\s+(?!if\s+not\s+exists)|drop\s+(?:table|schema|database)\s",
    re.IGNORECASE,
)


class StartUp(NamedTuple):
    """What a program runs to make row security; `is_whole` where nothing of it is left out."""

    sites: tuple[SqlSite, ...]
    is_whole: bool


def startup_sites(path: str, source: str, read_module: ReadModule | None = None) -> StartUp:
    """Return the SQL of a program that makes row security, with what is run before and after it.

    That is what its functions run which nothing else in the file calls, and the file itself, each
    only where it makes row security. Loops over constants are run, calls are followed. What makes
    row security for tables that only its callers know is left out. Nothing is followed where
    Python cannot parse the file.
    """
    try:
        python = PythonSource(path, source)
        recorder = Recorder(python)
        modules = Modules(read_module, loaded_module)
        program = Program(python, imported_names(python.tree), recorder, modules, unroll=True)
        return _followed(program)
    except (UnreadablePython, RecursionError, OutOfBudget):
        return StartUp((), False)


def needs_no_history(sites: tuple[SqlSite, ...]) -> bool:
    """Tell whether a program makes or drops tables whatever there is, as an example does."""
    return any(_OF_ITS_OWN().search(site.text.data) for site in sites)


def speaks_of_row_security(source: str) -> bool:
    """Tell whether a program has the words that make row security, but for comments and docs."""
    try:
        tree = copy.deepcopy(PythonSource("", source).tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                node.value = ast.Constant(None)
        return makes_row_security(ast.unparse(tree).encode())
    except (UnreadablePython, RecursionError):
        return True


def _followed(program: Program) -> StartUp:
    recorder = program.recorder
    recorder.silent = True
    program.load()
    recorder.silent = False
    program.position = Position("")
    program.load()
    runs = [list(recorder.sites)]
    called = _called_names(program.source.tree)
    for callee, owner in list(functions(program.module, None)):
        if callee.name.rpartition(".")[2] not in called:
            before = len(recorder.sites)
            program.forget_connections()
            follow(program, callee, owner)
            runs.append(recorder.sites[before:])
    making = [run for run in runs if any(map(_makes, run))]
    known = [run for run in making if not any(_makes(site) and site.text.holes for site in run)]
    return StartUp(tuple(site for run in known for site in run), len(known) == len(making))


def _makes(site: SqlSite) -> bool:
    return _MAKES().search(site.text.data) is not None


def _called_names(tree: ast.Module) -> set[str]:
    return {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    }
