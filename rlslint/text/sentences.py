"""Words: those of a headline, of a sentence, of a list and of a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from rlslint import NamedTuple, Pattern

_WORD = Pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[a-z]*")


def listed(words: Iterable[str]) -> str:
    """Return "read, change and delete": some words, at least one, as a sentence lists them."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def counted(count: int, noun: str) -> str:
    """Return `1 policy`, `2 policies`."""
    if count == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{count} {noun[:-1]}ies"
    return f"{count} {noun}s"


def names_in(written: str) -> tuple[str, ...]:
    """Return the names of a list with commas between them, quoted or not."""
    names = (name.strip().strip("\"'") for name in written.split(","))
    return tuple(name for name in names if name)


def words_of(name: str) -> frozenset[str]:
    """Return the words of a name in lower case: of `isPublic` and `is_public`, is and public."""
    return frozenset(word.lower() for word in _WORD().findall(name))


LONGEST = 100
"""How many characters a headline has at most."""

_SHORT = (16, 10)
"""Names of so many characters are not shortened at first, nor when that is not enough."""

_SHORTEST = 8
"""Of a name of so many characters not even its schema is left out."""

_QUOTED = Pattern(r'"[^"\n]*"|\([^()\n]*\)')
_CAUSE = Pattern(r": |,? (?=(?:because|since) )")
_CLAUSE = Pattern(
    r"; | (?=\()|,? (?=(?:though|so that|where|by calling) )"
    r"|, (?=(?:whatever|whosever|whose|which|whom|who) )"
    r"|, (?=(?:so|as|by|in|on|after|before|when|while|until|if|and) )"
)
_NAME = Pattern(r'"[^"\n]+"|[\w$:/-]+(?:[._][\w$-]+)+|\w{11,}')


class Told(NamedTuple):
    """A message as reports print it: one line, and what is to be read below it."""

    headline: str
    notes: tuple[str, ...]


@lru_cache(maxsize=4096)
def told(message: str) -> Told:
    """Return a message as a line of at most 100 characters, and the rest of it.

    The line ends where the cause begins, or else another clause. Where names are so long that
    nothing fits, they are shortened in their middle, and stand whole in a note.
    """
    if len(message) <= LONGEST:
        return Told(message, ())
    if (end := _end(message)) is not None:
        return _parted(message, end)
    written: dict[str, str] = {}
    for name, short in _to_shorten(message):
        written[name] = _shortened(name, short)
        shown, places = _replaced(message, written)
        end = len(shown) if len(shown) <= LONGEST else _end(shown)
        if end is None:
            continue
        before = [(name, length) for name, behind, length in places if behind <= end]
        rest = message[end + sum(length for _, length in before) :]
        hidden = tuple(dict.fromkeys(name for name, _ in before))
        notes = (_rest(rest), f"in full: {', '.join(hidden)}" if hidden else "")
        return Told(shown[:end], tuple(note for note in notes if note))
    return Told(message, ())


def _to_shorten(message: str) -> Iterator[tuple[str, int]]:
    """Yield names with how long they may be, the longest first, then all of them once more."""
    names = sorted(set(_NAME().findall(message)), key=lambda name: (-len(name), name))
    for short in _SHORT:
        yield from ((name, short) for name in names if _shortened(name, short) != name)


def _replaced(message: str, by: Mapping[str, str]) -> tuple[str, list[tuple[str, int, int]]]:
    """Return a message with shorter names, and of each where it ends and by how much it shrank."""
    longest = sorted(by, key=len, reverse=True)
    shown, places, done = "", [], 0
    for found in re.finditer("|".join(map(re.escape, longest)), message):
        name = found[0]
        shown += message[done : found.start()] + by[name]
        places.append((name, len(shown), len(name) - len(by[name])))
        done = found.end()
    return shown + message[done:], places


def _parted(message: str, end: int) -> Told:
    return Told(message[:end], (_rest(message[end:]),))


def _rest(words: str) -> str:
    """Return what follows a headline without the signs that set it off."""
    rest = re.sub(r"^[:;,]? ", "", words)
    return rest[1:-1] if _QUOTED().fullmatch(rest) and rest[0] == "(" else rest


def _end(message: str) -> int | None:
    """Return where the longest line ends that leaves out the cause, else some other clause."""
    for boundary in (_CAUSE(), _CLAUSE()):
        fitting = [end for end in _boundaries(message, boundary) if end <= LONGEST]
        if fitting:
            return fitting[-1]
    return None


def _boundaries(message: str, boundary: re.Pattern[str]) -> Iterator[int]:
    """Yield where clauses begin, but not within quotes or brackets."""
    quoted = [found.span() for found in _QUOTED().finditer(message)]
    for found in boundary.finditer(message):
        if not any(start < found.start() < end for start, end in quoted):
            yield found.start()


def _shortened(name: str, short: int) -> str:
    """Return a name without its schema, or the two ends of one that is still long."""
    last = name if '"' in name else name.rpartition(".")[2]
    if len(last) <= short:
        return last if len(name) > _SHORTEST else name
    half = short // 2
    return f"{last[:half]}…{last[1 - half :]}"
