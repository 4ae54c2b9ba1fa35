"""PostgreSQL's functions of dates, timestamps and intervals (manual: 9.8 and 9.9)."""

from __future__ import annotations

from collections.abc import Mapping

from rlslint.replay.plpgsql.dates import (
    Duration,
    Moment,
    NotADate,
    date_of,
    duration_of,
    formatted,
    later,
    moment_from,
    part_of,
    read_with,
    truncated,
)
from rlslint.replay.plpgsql.values import ANY, Datum

DATE_FUNCTIONS = frozenset(
    ("date", "date_part", "date_trunc", "extract", "make_date", "make_interval", "to_char")
) | {"to_date"}


def called_of_dates(name: str, arguments: tuple[Datum, ...], named: Mapping[str, Datum]) -> Datum:
    """Return what one of DATE_FUNCTIONS gives, the unknown where it is not known here."""
    try:
        return _called(name, arguments, named)
    except NotADate:
        return ANY


def _called(name: str, arguments: tuple[Datum, ...], named: Mapping[str, Datum]) -> Datum:
    if name == "make_interval":
        amounts = (*arguments, *named.values())
        if not all(isinstance(amount, int) for amount in amounts):
            return ANY
        return duration_of(
            *(amount for amount in arguments if isinstance(amount, int)),
            **{word: amount for word, amount in named.items() if isinstance(amount, int)},
        )
    if named:
        return ANY
    if None in arguments:
        return None
    match name, arguments:
        case "to_char", (Moment() as moment, str() as template):
            return formatted(moment, template)
        case "date_trunc", (str() as unit, Moment() as moment):
            return truncated(unit, moment)
        case (("extract" | "date_part"), (str() as field, Moment() as moment)):
            return part_of(field, moment)
        case "make_date", (int() as year, int() as month, int() as day):
            return date_of(year, month, day)
        case "to_date", (str() as text, str() as template):
            return read_with(text, template)
        case "date", (Moment() as moment,):
            return moment.as_kind("date")
        case "date", (str() as text,):
            return moment_from(text, "date")
        case _:
            return ANY


def moments_between(
    first: Moment, last: Moment, step: Duration, most: int
) -> tuple[Datum, ...] | None:
    """generate_series() of timestamps, None where they are too many, or not known."""
    if not any(step.parts) or min(step.parts) < 0:
        return None
    found: list[Datum] = []
    kind = "timestamptz" if first.kind == "date" else first.kind
    moment = first.as_kind(kind)
    try:
        while moment.at <= last.at:
            found.append(moment)
            if len(found) > most:
                return None
            moment = later(moment, step)
    except NotADate:
        return None
    return tuple(found)
