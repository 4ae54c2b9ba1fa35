"""Words as the parts of a sentence."""

from __future__ import annotations

from collections.abc import Iterable


def listed(words: Iterable[str]) -> str:
    """Return "read, change and delete": some words, at least one, as a sentence lists them."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def names_in(written: str) -> tuple[str, ...]:
    """Return the names of a list with commas between them, quoted or not."""
    names = (name.strip().strip("\"'") for name in written.split(","))
    return tuple(name for name in names if name)
