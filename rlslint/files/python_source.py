"""A Python file as its syntax tree, with the way from nodes to characters of the file."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from typing import TypeAlias

from rlslint.text.patterns import Pattern

ReadModule: TypeAlias = Callable[[str], str | None]
"""Returns the source of a module by its dotted name, a relative one with its leading dots."""

_MOST_KEPT = 1_000_000
"""Characters of source whose trees are kept; a tree takes some thirty times as many bytes."""
_TREES: dict[str, ast.Module] = {}

_LINE_END = Pattern(r"\r\n|\r|\n")


class UnreadablePython(Exception):
    """Python cannot parse the file; the message is a sentence that says why."""


class PythonSource:
    """The text of a Python file and its tree.

    Nodes count columns in UTF-8 bytes; `start` and `end` give offsets in characters of `text`.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        start = 1 if text.startswith("\ufeff") else 0
        self.tree = _parse(text[start:])
        self._line_starts = [start, *(found.end() for found in _LINE_END().finditer(text))]
        self._is_ascii = text.isascii()

    def start(self, node: ast.AST) -> int:
        """Return the offset of the node's first character."""
        return self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Return the offset right behind the node's last character."""
        return self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def segment(self, node: ast.AST) -> str:
        """Return the node as it is written."""
        return self.text[self.start(node) : self.end(node)]

    def _offset(self, line: int, byte_column: int) -> int:
        start = self._line_starts[min(line, len(self._line_starts)) - 1]
        if self._is_ascii:
            return start + byte_column
        before = self.text[start : start + byte_column].encode("utf-8", "surrogatepass")
        return start + len(before[:byte_column].decode("utf-8", "replace"))


def parsed_quietly(text: str) -> ast.Module:
    """Return the tree of a module, parsed once for all who ask, who leave it as it is.

    Python's warnings are for those who run it, not for its readers. Raises what `ast.parse` raises.
    """
    if text not in _TREES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        if len(text) + sum(map(len, _TREES)) > _MOST_KEPT:
            return tree
        _TREES[text] = tree
    return _TREES[text]


def _parse(text: str) -> ast.Module:
    try:
        return parsed_quietly(text)
    except SyntaxError as problem:
        where = f" at line {problem.lineno}" if problem.lineno else ""
        raise UnreadablePython(f"Python cannot parse this file{where}: {problem.msg}.") from None
    except ValueError as problem:
        raise UnreadablePython(f"Python cannot parse this file: {problem}.") from None
    except (RecursionError, MemoryError):
        raise UnreadablePython("Python cannot parse this file: it is nested too deeply.") from None
