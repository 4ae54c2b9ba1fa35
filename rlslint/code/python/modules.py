"""Other modules of the project, read for the constants and functions that a file imports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from rlslint.code.python.values import Callee, Scoped, Value

if TYPE_CHECKING:
    from rlslint.code.python.program import Program

ReadModule: TypeAlias = Callable[[str], str | None]
"""Returns the source of a module by its dotted name, a relative one with its leading dots."""

_MOST_MODULES = 20


class Modules:
    """The modules that one file imports, each read at most once."""

    def __init__(
        self,
        read: ReadModule | None,
        program: Callable[[str, str], Program | None],
    ) -> None:
        self._read = read
        self._program = program
        self._programs: dict[str, Program | None] = {}

    def constant(self, dotted: str) -> Value | None:
        """Return what a dotted name stands for, None where no module of the project tells."""
        module, _, name = dotted.rpartition(".")
        if self._read is None or not module.strip("."):
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
            if self._read is not None and len(self._programs) <= _MOST_MODULES:
                source = self._read(module)
                if source is not None:
                    self._programs[module] = self._program(module, source)
        return self._programs[module]


def _root(scope: Scoped) -> Scoped:
    while scope.parent is not None:
        scope = scope.parent
    return scope
