"""Constants as a migration writes them, and as a server writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from rlslint import Pattern


def same_constant(ours: str | None, our_type: str, theirs: str | None, their_type: str) -> bool:
    """Tell whether two constants have one value under the type of either, "" where none is written.

    A server keeps values and no spelling: `interval '24 hours'` is shown as `'24:00:00'::interval`
    (tried on 15 and 18). A type that only one side writes holds for both; NULL is None.
    """
    if ours is None or theirs is None or ours == theirs:
        return ours == theirs
    read = _READ.get(our_type) or _READ.get(their_type)
    if read is None:
        return False
    left, right = _value(read, ours), _value(read, theirs)
    return left is not None and left == right


def _value(read: Callable[[str], object], text: str) -> object:
    try:
        return read(text.strip())
    except (ValueError, InvalidOperation):
        return None


_UNITS = {
    "year": (12, 0, 0), "yr": (12, 0, 0), "mon": (1, 0, 0), "month": (1, 0, 0),
    "week": (0, 7, 0), "day": (0, 1, 0), "hour": (0, 0, 3600), "hr": (0, 0, 3600),
    "minute": (0, 0, 60), "min": (0, 0, 60), "second": (0, 0, 1), "sec": (0, 0, 1),
    "h": (0, 0, 3600), "m": (0, 0, 60), "s": (0, 0, 1), "d": (0, 1, 0), "w": (0, 7, 0),
    "y": (12, 0, 0),
}  # fmt: skip
_AMOUNT = Pattern(
    r"\s*(?:([+-]?\d+(?:\.\d+)?)\s*([a-z]+)|([+-]?)(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?)\s*"
)
_Interval = tuple[Decimal, Decimal, Decimal]


def _interval(text: str) -> _Interval | None:
    """Return months, days and seconds, which PostgreSQL keeps apart (manual: Interval Input)."""
    text = text.lower()
    months = days = seconds = Decimal(0)
    at = 0
    while match := _AMOUNT().match(text, at):
        amount, unit, sign, hours, minutes, rest = match.groups()
        if amount is None:
            time = Decimal(hours) * 3600 + Decimal(minutes) * 60 + Decimal(rest or 0)
            seconds += -time if sign == "-" else time
        else:
            per = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
            if per is None:
                return None
            months, days, seconds = (
                total + Decimal(amount) * factor
                for total, factor in zip((months, days, seconds), per, strict=True)
            )
        at = match.end()
    return (months, days, seconds) if at == len(text) and at else None


_TRUTH = {
    **dict.fromkeys(("t", "true", "y", "yes", "on", "1"), True),
    **dict.fromkeys(("f", "false", "n", "no", "off", "0"), False),
}

_LONE_DIGIT = Pattern(r"(?<!\d)(\d)(?!\d)")


def _moment(text: str) -> datetime:
    """Return a date or a time without its zone, which is the session's where none is written."""
    day, _, rest = text.partition(" ")
    padded = _LONE_DIGIT().sub(r"0\1", day)
    return datetime.fromisoformat(f"{padded} {rest}".strip()).replace(tzinfo=None)


_READ: dict[str, Callable[[str], object]] = {
    "interval": _interval,
    "date": _moment,
    "timestamp": _moment,
    "timestamptz": _moment,
    "numeric": Decimal,
    "float8": Decimal,
    "json": json.loads,
    "jsonb": json.loads,
    "bool": lambda text: _TRUTH.get(text.lower()),
    "uuid": UUID,
}
