"""How the file behind the last one of a history is called: its number or time, and its words.

What the files beside it have is kept: the width of a counter, the steps in which it goes, the form
of a time, the sign between number and words, and how words are joined and written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from rlslint import NamedTuple, Pattern
from rlslint.files.layouts import natural

_NAME = Pattern(
    r"(?P<before>[vV]?)(?P<number>\d{8}T\d{6}|\d+(?:[._-]\d+)*)(?=[^A-Za-z\d]|$)"
    r"(?P<between>__|[_. -]?)(?P<words>.*)",
    re.DOTALL,
)
_DIGITS = Pattern(r"\d+")
_WORD = Pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TIMES = (
    (14, "%Y%m%d%H%M%S", timedelta(seconds=1)),
    (12, "%Y%m%d%H%M", timedelta(minutes=1)),
    (8, "%Y%m%d", timedelta(days=1)),
)
_STEPS = frozenset((5, 10, 20, 50, 100, 1000))
_OLDEST, _NEWEST = datetime(1990, 1, 1), datetime(2100, 1, 1)


class Numbered(NamedTuple):
    """The name of a migration without its ending, in its parts."""

    before: str
    number: str
    between: str
    words: str


def parts_of(stem: str) -> Numbered | None:
    """Return the parts of a name without its ending, None where it begins with no number."""
    found = _NAME().fullmatch(stem)
    return Numbered(*found.group("before", "number", "between", "words")) if found else None


def next_stem(earlier: Sequence[str], words: Sequence[str], now: datetime) -> str | None:
    """Return the name, without its ending, that comes behind those of `earlier`, the last last.

    None where the last begins with no number. `now` is a time in UTC.
    """
    known = [found for stem in earlier if (found := parts_of(stem)) is not None]
    last = parts_of(earlier[-1])
    if last is None:
        return None
    between = last.between
    written = styled(words, [one.words for one in known], "-" if between == "-" else "_")
    if not last.words:
        spoken = [one for one in known if one.words]
        if not spoken:
            written = ""
        else:
            between = spoken[-1].between
    written = unused(written, (one.words for one in known))
    for number in _numbers([one.number for one in known], now):
        stem = f"{last.before}{number}{between if written else ''}{written}"
        if natural(f"{stem}.sql") > natural(f"{earlier[-1]}.sql"):
            return stem
    return None


def styled(words: Sequence[str], like: Iterable[str], joint: str = "_") -> str:
    """Return words joined and written as most of the others are; by `joint` where none has two."""
    forms = [form for one in like if (form := _form(one)) is not None]
    if not forms:
        return joint.join(words)
    joint, is_first, are_others, is_loud = max(reversed(forms), key=forms.count)
    cased = [
        word.upper() if is_loud else word.capitalize() if (are_others if at else is_first) else word
        for at, word in enumerate(words)
    ]
    return joint.join(cased)


def _form(words: str) -> tuple[str, bool, bool, bool] | None:
    """Tell how words are joined, and whether the first and the others have a capital, or all."""
    found = list(_WORD().finditer(words))
    if len(found) < 2:
        return None
    joints = [words[one.end() : next_one.start()] for one, next_one in pairwise(found)]
    joint = max(joints, key=joints.count)
    letters = [one.group() for one in found if one.group().isalpha()]
    if joint not in ("", "_", "-", " ", ".") or len(letters) < 2:
        return None
    is_loud = bool(joint) and all(word.isupper() for word in letters)
    return joint, letters[0][0].isupper(), all(w[0].isupper() for w in letters[1:]), is_loud


def unused(words: str, taken: Iterable[str]) -> str:
    """Return words, numbered where others are the same: tools make names of classes of them."""
    known = {one.lower() for one in taken}
    joint = "-" if "-" in words and "_" not in words else "" if words.isalpha() else "_"
    found, number = words, 1
    while words and found.lower() in known:
        number += 1
        found = f"{words}{joint}{number}"
    return found


def _numbers(earlier: Sequence[str], now: datetime) -> Iterable[str]:
    """Yield the numbers that may follow, the best first."""
    last = earlier[-1]
    digits = "".join(_DIGITS().findall(last))
    for length, form, unit in _TIMES:
        time = _time(digits[:length], form) if len(digits) in (length, length + 3) else None
        # Three more digits are thousandths of a second, behind seconds only.
        if time is not None and (len(digits) == length or length == 14):
            behind = max(now, time + unit)
            thousandths = f"{now.microsecond // 1000:03}" if len(digits) > length else ""
            if length == 8 and now.date() <= time.date():
                yield last
            yield _placed(behind.strftime(form) + thousandths, last)
            return
    dated = _time(digits[:8], "%Y%m%d") if len(digits) > 8 else None
    if dated is not None and dated.date() < now.date():
        first = "1".zfill(len(digits) - 8)
        yield _placed(now.strftime("%Y%m%d") + first, last)
    if dated is None and len(digits) in (10, 13) and _DIGITS().fullmatch(last):
        scale = 1 if len(digits) == 10 else 1000
        if _OLDEST.timestamp() < int(last) / scale < _NEWEST.timestamp():
            current = now.replace(tzinfo=UTC).timestamp()
            yield str(max(int(current * scale), int(last) + 1))
            return
    yield _counted(earlier)


def _time(digits: str, form: str) -> datetime | None:
    try:
        found = datetime.strptime(digits, form)
    except ValueError:
        return None
    return found if _OLDEST < found < _NEWEST else None


def _placed(digits: str, like: str) -> str:
    """Put digits between the signs that another number has."""
    rest = iter(digits)
    return "".join(next(rest, "") if sign.isdigit() else sign for sign in like)


def _counted(earlier: Sequence[str]) -> str:
    """Return the next number of a counter, in the steps in which the last ones have gone."""
    last = earlier[-1]
    *_, found = _DIGITS().finditer(last)
    head, tail = last[: found.start()], found.group()
    values = [
        int(number[len(head) :])
        for number in earlier[-4:]
        if number.startswith(head) and number[len(head) :].isdecimal()
    ]
    steps = {later - before for before, later in pairwise(values)}
    step = steps.pop() if len(steps) == 1 and len(values) > 2 else 1
    return head + str(int(tail) + (step if step in _STEPS else 1)).zfill(len(tail))
