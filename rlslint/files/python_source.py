"""Python files as their syntax trees."""

from __future__ import annotations

import ast
import warnings

_MOST_KEPT = 1_000_000
"""Characters of source whose trees are kept; a tree takes some thirty times as many bytes."""
_TREES: dict[str, ast.Module] = {}


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
