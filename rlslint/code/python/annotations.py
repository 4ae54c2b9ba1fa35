"""What the types that a program declares tell of its values."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rlslint.text import HoleValue

_DECLARED_TYPES = frozenset({"int", "float", "bool", "UUID", "Decimal", "date", "datetime"})


def declared_kind(annotation: ast.expr | None) -> HoleValue:
    """Return what a value of a declared type may hold: no quote, or anything."""
    names = {last_name(node) for node in annotation_names(annotation)}
    is_plain = not names.isdisjoint(_DECLARED_TYPES) and "str" not in names
    return HoleValue.declared if is_plain else HoleValue.anything


def annotation_names(annotation: ast.expr | None) -> Iterator[ast.Name | ast.Attribute]:
    """Yield the names in an annotation, also in one that is written as a string."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
    for node in ast.walk(annotation) if annotation is not None else ():
        if isinstance(node, ast.Name | ast.Attribute):
            yield node


def last_name(node: ast.Name | ast.Attribute) -> str:
    """Return the last word of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id
