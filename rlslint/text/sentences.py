"""Words: those of a sentence, of a list and of a name."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.text.patterns import Pattern

_WORD = Pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[a-z]*")


def listed(words: Iterable[str]) -> str:
    """Return "read, change and delete": some words, at least one, as a sentence lists them."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def names_in(written: str) -> tuple[str, ...]:
    """Return the names of a list with commas between them, quoted or not."""
    names = (name.strip().strip("\"'") for name in written.split(","))
    return tuple(name for name in names if name)


def words_of(name: str) -> frozenset[str]:
    """Return the words of a name in lower case: of `isPublic` and `is_public`, is and public."""
    return frozenset(word.lower() for word in _WORD().findall(name))
