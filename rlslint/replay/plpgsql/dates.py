"""Dates, timestamps and intervals that are known, as migrations name partitions by them.

PostgreSQL shows them as DateStyle says; ISO is what it comes with. A timestamp with a time zone is
kept as its zone shows it: its days are known, its text and what an hour more makes of it are not.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta

_DATE = r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*"
_COMPACT_DATE = r"\s*(\d{4})(\d{2})(\d{2})\s*"
_AMOUNT = r"\s*([+-]?\d{1,6})\s*(year|yr|month|mon|week|day|hour|hr|minute|min|second|sec)s?\b"
_MONTHS = {"year": 12, "yr": 12, "month": 1, "mon": 1}
_DAYS = {"week": 7, "day": 1}
_SECONDS = {"hour": 3600, "hr": 3600, "minute": 60, "min": 60, "second": 1, "sec": 1}
KINDS = ("date", "timestamp", "timestamptz")


class NotADate(Exception):
    """What comes out is an error, or is not worked out here."""


class Moment:
    """A value of one of KINDS; `at` is the day and time as the session's time zone has it."""

    __slots__ = ("at", "kind")

    def __init__(self, kind: str, at: datetime) -> None:
        self.kind = kind
        self.at = at

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and (self.kind, self.at) == (other.kind, other.at)

    def __hash__(self) -> int:
        return hash((self.kind, self.at))

    @property
    def text(self) -> str | None:
        """How it looks as a text, None where that depends on the time zone."""
        return None if self.kind == "timestamptz" else self.local_text

    @property
    def local_text(self) -> str:
        """How it looks as a text, without a time zone."""
        if self.kind == "date":
            return self.at.date().isoformat()
        return self.at.isoformat(" ")

    def as_kind(self, kind: str) -> Moment:
        """Return it as a cast makes it."""
        at = self.at.replace(hour=0, minute=0, second=0) if kind == "date" else self.at
        return Moment(kind, at)


class Duration:
    """An interval, whose three parts PostgreSQL keeps apart."""

    __slots__ = ("days", "months", "seconds")

    def __init__(self, months: int = 0, days: int = 0, seconds: int = 0) -> None:
        self.months = months
        self.days = days
        self.seconds = seconds

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    @property
    def parts(self) -> tuple[int, int, int]:
        return self.months, self.days, self.seconds

    def times(self, factor: int) -> Duration:
        return Duration(*(part * factor for part in self.parts))

    def plus(self, other: Duration) -> Duration:
        return Duration(*(one + two for one, two in zip(self.parts, other.parts, strict=True)))


def moment_from(text: str, kind: str) -> Moment:
    """Return what a text says that begins with year, month and day. Raises NotADate."""
    found = re.fullmatch(_DATE, text) or re.fullmatch(_COMPACT_DATE, text)
    if found is None:
        raise NotADate
    return Moment(kind, _datetime(*(int(part or 0) for part in found.groups()))).as_kind(kind)


def duration_from(text: str) -> Duration:
    """Return the interval of amounts with their units (`1 month`, `2 weeks 3 days`).

    Raises NotADate.
    """
    whole, position = Duration(), 0
    while position < len(text.rstrip()):
        found = re.compile(_AMOUNT, re.IGNORECASE).match(text, position)
        if found is None:
            raise NotADate
        amount, unit = int(found[1]), found[2].lower()
        position = found.end()
        part = Duration(
            _MONTHS.get(unit, 0) * amount,
            _DAYS.get(unit, 0) * amount,
            _SECONDS.get(unit, 0) * amount,
        )
        whole = whole.plus(part)
    if not position:
        raise NotADate
    return whole


def duration_of(*positional: int, **named: int) -> Duration:
    """make_interval(). Raises NotADate."""
    names = ("years", "months", "weeks", "days", "hours", "mins", "secs")
    amounts = dict(zip(names, positional, strict=False)) | named
    if not amounts.keys() <= set(names):
        raise NotADate
    years, months, weeks, days, hours, minutes, seconds = (amounts.get(name, 0) for name in names)
    return Duration(years * 12 + months, weeks * 7 + days, hours * 3600 + minutes * 60 + seconds)


def date_of(year: int, month: int, day: int) -> Moment:
    """make_date(). Raises NotADate."""
    return Moment("date", _datetime(year, month, day))


def later(moment: Moment, duration: Duration) -> Moment:
    """Return a moment and an interval added: months first, then days, then the rest.

    Raises NotADate.
    """
    kind = "timestamp" if moment.kind == "date" else moment.kind
    if kind == "timestamptz" and duration.seconds:
        raise NotADate
    months = moment.at.year * 12 + moment.at.month - 1 + duration.months
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise NotADate
    day = min(moment.at.day, monthrange(year, month + 1)[1])
    return Moment(
        kind,
        _moved(
            moment.at.replace(year=year, month=month + 1, day=day), duration.days, duration.seconds
        ),
    )


def days_later(moment: Moment, days: int) -> Moment:
    """Return a date and a number of days added. Raises NotADate."""
    if moment.kind != "date":
        raise NotADate
    return Moment("date", _moved(moment.at, days, 0))


def truncated(unit: str, moment: Moment) -> Moment:
    """date_trunc(), which takes a date for a timestamp with a time zone. Raises NotADate."""
    kind = "timestamptz" if moment.kind == "date" else moment.kind
    midnight = moment.at.replace(hour=0, minute=0, second=0)
    match unit.lower():
        case "day":
            at = midnight
        case "week":
            at = _moved(midnight, -midnight.weekday(), 0)
        case "month":
            at = midnight.replace(day=1)
        case "quarter":
            at = midnight.replace(month=(midnight.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            at = midnight.replace(month=1, day=1)
        case _:
            raise NotADate
    return Moment(kind, at)


def part_of(field: str, moment: Moment) -> str:
    """EXTRACT and date_part(), as a text, for what they give is no integer. Raises NotADate."""
    if field.lower() not in _FIELDS:
        raise NotADate
    return str(_FIELDS[field.lower()](moment.at))


_FIELDS: dict[str, Callable[[datetime], int]] = {
    "day": lambda at: at.day,
    "dow": lambda at: at.isoweekday() % 7,
    "doy": lambda at: at.timetuple().tm_yday,
    "isodow": lambda at: at.isoweekday(),
    "isoyear": lambda at: at.isocalendar().year,
    "month": lambda at: at.month,
    "quarter": lambda at: (at.month + 2) // 3,
    "week": lambda at: at.isocalendar().week,
    "year": lambda at: at.year,
}


def read_with(text: str, template: str) -> Moment:
    """to_date() with a template of YYYY, MM and DD that the text follows to the letter.

    Raises NotADate.
    """
    parts = re.split(r"(YYYY|MM|DD)", template.upper())
    if sorted(parts[1::2]) not in (["YYYY"], ["MM", "YYYY"], ["DD", "MM", "YYYY"]):
        raise NotADate
    if any(not re.fullmatch(r"[-_/. ]?", between) for between in parts[::2]):
        raise NotADate
    digits = {"YYYY": r"(?P<YYYY>\d{4})", "MM": r"(?P<MM>\d\d)", "DD": r"(?P<DD>\d\d)"}
    found = re.fullmatch("".join(digits.get(part, re.escape(part)) for part in parts), text)
    if found is None:
        raise NotADate
    given = found.groupdict()
    return date_of(int(given["YYYY"]), int(given.get("MM", 1)), int(given.get("DD", 1)))


def formatted(moment: Moment, template: str) -> str:
    """to_char() (manual: 9.8). Raises NotADate."""
    written, position = [], 0
    while position < len(template):
        if template[position] == "\\":
            raise NotADate
        quoted = re.compile(r'"([^"\\]*)"').match(template, position)
        if quoted is not None:
            written.append(quoted[1])
            position = quoted.end()
            continue
        found = re.compile(_PATTERN).match(template, position)
        if found is None:
            if re.compile(_NOT_FOLLOWED).match(template, position) or template[position] == '"':
                raise NotADate
            written.append(template[position])
            position += 1
            continue
        if re.compile(r"TH|th|SP").match(template, found.end()):
            raise NotADate
        written.append(_filled(moment, found[2], bare=bool(found[1])))
        position = found.end()
    return "".join(written)


_NUMBERS: dict[str, tuple[int, Callable[[datetime], int]]] = {
    "YYYY": (4, lambda at: at.year),
    "YYY": (3, lambda at: at.year % 1000),
    "YY": (2, lambda at: at.year % 100),
    "Y": (1, lambda at: at.year % 10),
    "IYYY": (4, lambda at: at.isocalendar().year),
    "IYY": (3, lambda at: at.isocalendar().year % 1000),
    "IY": (2, lambda at: at.isocalendar().year % 100),
    "I": (1, lambda at: at.isocalendar().year % 10),
    "MM": (2, lambda at: at.month),
    "DDD": (3, lambda at: at.timetuple().tm_yday),
    "DD": (2, lambda at: at.day),
    "D": (1, lambda at: at.isoweekday() % 7 + 1),
    "ID": (1, lambda at: at.isoweekday()),
    "IW": (2, lambda at: at.isocalendar().week),
    "WW": (2, lambda at: (at.timetuple().tm_yday - 1) // 7 + 1),
    "W": (1, lambda at: (at.day - 1) // 7 + 1),
    "Q": (1, lambda at: (at.month + 2) // 3),
    "HH24": (2, lambda at: at.hour),
    "HH12": (2, lambda at: (at.hour + 11) % 12 + 1),
    "HH": (2, lambda at: (at.hour + 11) % 12 + 1),
    "MI": (2, lambda at: at.minute),
    "SS": (2, lambda at: at.second),
}
"""How many digits a pattern has, and which number it shows."""

_TIMES = frozenset(("HH24", "HH12", "HH", "MI", "SS"))
_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGEST_NAME = 9
_NAMES: dict[str, Callable[[datetime], str]] = {
    "MONTH": lambda at: _MONTH_NAMES[at.month - 1].ljust(_LONGEST_NAME),
    "MON": lambda at: _MONTH_NAMES[at.month - 1][:3],
    "DAY": lambda at: _DAY_NAMES[at.weekday()].ljust(_LONGEST_NAME),
    "DY": lambda at: _DAY_NAMES[at.weekday()][:3],
}
_CASES: tuple[Callable[[str], str], ...] = (str.upper, str.capitalize, str.lower)
_SPELLED = {
    **{case(name): (name, case) for name in _NAMES for case in _CASES},
    **{case(name): (name, case) for name in _NUMBERS for case in (str.upper, str.lower)},
}
_PATTERN = (
    r"(FM|fm)?(?!Y,YYY|y,yyy|IDDD|iddd|SSSS|ssss)"
    rf"({'|'.join(sorted(_SPELLED, key=len, reverse=True))})"
)
_NOT_FOLLOWED = (
    r"[AaPp]\.?[MmD]|[AaBb]\.?[DdCc]|CC|cc|FF\d|ff\d|F[MX]|f[mx]|[Jj]|MS|ms|OF|of|RM|rm|SSSS|ssss"
    r"|T[ZM]|t[zm]|US|us|Y,|y,|IDDD|iddd"
)
"""Patterns of PostgreSQL that are not worked out here."""


def _filled(moment: Moment, pattern: str, bare: bool) -> str:
    """Return what stands for a pattern; `bare` of the zeros and blanks that fill it up."""
    name, case = _SPELLED[pattern]
    if name in _NAMES:
        word = case(_NAMES[name](moment.at))
        return word.rstrip() if bare else word
    if name in _TIMES and moment.kind == "timestamptz":
        raise NotADate
    digits, number = _NUMBERS[name]
    return str(number(moment.at)).rjust(0 if bare else digits, "0")


def _datetime(*parts: int) -> datetime:
    try:
        return datetime(*parts)  # type: ignore[arg-type]
    except ValueError:
        raise NotADate from None


def _moved(at: datetime, days: int, seconds: int) -> datetime:
    try:
        return at + timedelta(days=days, seconds=seconds)
    except OverflowError:
        raise NotADate from None
