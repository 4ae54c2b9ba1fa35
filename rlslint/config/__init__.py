"""The options: the kinds of value that they take, and the scales of severity and confidence."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from rlslint import NamedTuple


class Severity(IntEnum):
    """How much harm the fault does; the order is that of the numbers."""

    info = 1
    warning = 2
    error = 3


class Confidence(IntEnum):
    """How sure rlslint is that the fault is there; the order is that of the numbers."""

    low = 1
    medium = 2
    high = 3


class Misfit(Exception):
    """A value is not of its option's kind; `culprit` is the string to mark.

    `meant` is the one of `choices` that it probably means.
    """

    def __init__(self, message: str, culprit: str = "", choices: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.culprit = culprit
        self.meant = did_you_mean(culprit, choices)


class OptionKind(NamedTuple):
    """How an option's value is named, read from TOML and described in a JSON schema."""

    name: str
    read: Callable[[Any], Any]
    schema: dict[str, Any]


class Option(NamedTuple):
    """What an option takes, and how `rlslint config` shows it; `default` and `example` are TOML."""

    kind: OptionKind
    default: str
    example: str
    documentation: str


def _strings(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Misfit(f"expected a list of strings, found {described(value)}")
    return tuple(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misfit(f"expected true or false, found {described(value)}")
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit(f"expected a string, found {described(value)}")
    return value


def _lists_by_pattern(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise Misfit(f"expected a table of lists of strings, found {described(value)}")
    return {pattern: _strings(selectors) for pattern, selectors in value.items()}


def choice(choices: tuple[str, ...]) -> OptionKind:
    """Return the kind of a string that is one of `choices`."""

    def read(value: Any) -> str:
        if value not in choices:
            raise Misfit(
                f"expected {_either(choices)}, found {described(value)}", *_hint(value, choices)
            )
        return str(value)

    return OptionKind(" | ".join(f'"{name}"' for name in choices), read, {"enum": list(choices)})


def level(scale: type[IntEnum]) -> OptionKind:
    """Return the kind of a string that names a step of `scale`."""
    names = tuple(scale.__members__)
    by_name = choice(names)
    return OptionKind(by_name.name, lambda value: scale[by_name.read(value)], by_name.schema)


STRINGS = OptionKind("list of strings", _strings, {"type": "array", "items": {"type": "string"}})
BOOLEAN = OptionKind("boolean", _boolean, {"type": "boolean"})
STRING = OptionKind("string", _string, {"type": "string"})
LISTS_BY_PATTERN = OptionKind(
    "table of lists of strings",
    _lists_by_pattern,
    {"type": "object", "additionalProperties": STRINGS.schema},
)


def described(value: Any) -> str:
    """Return a value in the words of TOML, for messages."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'the string "{value}"'
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list" if all(isinstance(item, str) for item in value) else "a mixed list"
        case dict():
            return "a table"
        case _:
            return f"the value {value}"


def did_you_mean(word: str, words: tuple[str, ...]) -> str:
    """Return the word of `words` that is spelled most like `word`, "" where none comes near."""
    if not word:
        return ""
    from difflib import get_close_matches

    folded = {known.lower().replace("_", "-"): known for known in words}
    close = get_close_matches(word.lower().replace("_", "-"), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def with_hint(message: str, meant: str) -> str:
    """Return `message` with the word that was probably meant, if there is one."""
    return f'{message} (did you mean "{meant}"?)' if meant else message


def _either(choices: tuple[str, ...]) -> str:
    *others, last = [f'"{name}"' for name in choices]
    return f"{', '.join(others)} or {last}"


def _hint(value: Any, choices: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return (value, choices) if isinstance(value, str) else ("", ())
