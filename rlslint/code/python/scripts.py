"""Python files that are run as programs."""

from __future__ import annotations

import ast


def asks_for_main(test: ast.expr) -> bool:
    """Tell whether a condition asks whether the file is run as a program."""
    return isinstance(test, ast.Compare) and any(
        isinstance(part, ast.Name) and part.id == "__name__"
        for part in (test.left, *test.comparators)
    )
