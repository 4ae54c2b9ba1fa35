"""SQL that nobody wrote, for what calls of a framework stand for; it stands at these calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.strings import Fragment, Written, gap
from rlslint.code.evaluation.values import Value, constant
from rlslint.text import HoleValue

Phrase = Sequence[Fragment]


def words(text: str, place: Origin) -> Phrase:
    """Return SQL that stands at a call."""
    return (Fragment(text, *place),)


def name(value: str, place: Origin) -> Phrase:
    """Return the name of something, quoted."""
    return words('"' + value.replace('"', '""') + '"', place)


def unknown(place: Origin) -> Phrase:
    """Return what only a run of the program could tell."""
    return (gap(*place, HoleValue.anything),)


def unread(place: Origin) -> Phrase:
    """Return what a call may do that nobody knows."""
    return (gap(*place, HoleValue.unread),)


def named(value: Value | None, place: Origin) -> Phrase:
    """Return the name that a value is."""
    known = constant(value)
    return name(known, place) if isinstance(known, str) else unknown(place)


def listed(parts: Iterable[Phrase], place: Origin) -> Phrase:
    """Return phrases with commas between them."""
    found: list[Fragment] = []
    for part in parts:
        if found:
            found += words(", ", place)
        found += part
    return found


def sentence(place: Origin, *parts: str | Phrase) -> Written:
    """Return a statement; what stands at one place is one fragment of it."""
    found: list[Fragment] = []
    texts: list[str] = []
    where: tuple[object, ...] = ()
    for part in parts:
        for each in words(part, place) if isinstance(part, str) else part:
            if each.gap is None and each[1:] == where:
                texts.append(each.text)
                continue
            if len(texts) > 1:
                found[-1] = found[-1]._replace(text="".join(texts))
            found.append(each)
            texts, where = [each.text], each[1:] if each.gap is None else ()
    if len(texts) > 1:
        found[-1] = found[-1]._replace(text="".join(texts))
    return Written(found)
