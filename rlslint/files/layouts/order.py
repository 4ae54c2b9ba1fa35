"""The order that file names ask for."""

from __future__ import annotations

from rlslint.text.patterns import Pattern

_NUMBER = Pattern(r"[vV]?(\d+(?:[._-]\d+)*)(?=[^A-Za-z]|[A-Za-z][._-]|[Tt]\d|$)")
_DIGITS = Pattern(r"(\d+)")

Key = tuple[bool, tuple[int, ...], tuple[str, ...], str]


def number(name: str) -> tuple[int, ...] | None:
    """Return the number, version or date that a name starts with: (1, 2) for `V1_2_users.sql`.

    A name that merely starts with a digit (`2fa.sql`) has none.
    """
    found = _NUMBER().match(_stem(name))
    return numbers(found.group(1)) if found else None


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, whatever separates them."""
    return tuple(int(part) for part in _DIGITS().findall(version))


def natural(name: str) -> Key:
    """Sort by leading number, then by name; digits inside a name count as numbers too."""
    leading = number(name)
    parts = tuple(
        part.zfill(20) if part.isdigit() else part.lower() for part in _DIGITS().split(_stem(name))
    )
    return leading is None, leading or (), parts, name


def natural_path(path: str) -> tuple[Key, ...]:
    """Sort by each part of a path in turn."""
    return tuple(natural(part) for part in path.split("/"))


def _stem(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    return stem if dot else name
