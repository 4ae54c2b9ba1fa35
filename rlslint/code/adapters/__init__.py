"""One module per language, and which files are written in it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rlslint.code.adapters.building import Language

ENDINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        ".ts": ("javascript", "TYPESCRIPT"),
        ".mts": ("javascript", "TYPESCRIPT"),
        ".cts": ("javascript", "TYPESCRIPT"),
        ".tsx": ("javascript", "TSX"),
        ".js": ("javascript", "JAVASCRIPT"),
        ".jsx": ("javascript", "JAVASCRIPT"),
        ".mjs": ("javascript", "JAVASCRIPT"),
        ".cjs": ("javascript", "JAVASCRIPT"),
        ".go": ("go", "GO"),
        ".java": ("java", "JAVA"),
        ".kt": ("kotlin", "KOTLIN"),
        ".kts": ("kotlin", "KOTLIN"),
        ".cs": ("csharp", "CSHARP"),
        ".rb": ("ruby", "RUBY"),
        ".rake": ("ruby", "RUBY"),
        ".php": ("php", "PHP"),
        ".rs": ("rust", "RUST"),
        ".ex": ("elixir", "ELIXIR"),
        ".exs": ("elixir", "ELIXIR"),
        ".py": ("python", "PYTHON"),
    }
)

_NUMBER_SIGN = (".py", ".rb", ".rake", ".ex", ".exs")


def comment_mark(name: str) -> str:
    """Return how a comment begins in the language of a file."""
    return "#" if name.lower().endswith(_NUMBER_SIGN) else "//"


def language_of(suffix: str) -> Language:
    """Return the language of the files with an ending; its module is imported now."""
    module, constant = ENDINGS[suffix]
    found: Language = getattr(importlib.import_module(f"{__name__}.{module}"), constant)
    return found


_TOGETHER = (
    frozenset((".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")),
    frozenset((".java", ".kt", ".kts")),
    frozenset((".ex", ".exs")),
    frozenset((".rb", ".rake")),
)
"""Endings of files that import each other, beside those of their own kind."""


def suffixes_beside(suffix: str) -> frozenset[str]:
    """Return the endings of the files that one with this ending can import."""
    return next((each for each in _TOGETHER if suffix in each), frozenset((suffix,)))
