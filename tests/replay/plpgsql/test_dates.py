"""PostgreSQL judges what is said of dates, timestamps and intervals that are known."""

from __future__ import annotations

from random import Random

import psycopg

from rlslint.replay.plpgsql.dates import Duration
from rlslint.replay.plpgsql.statements import interpreter_for
from rlslint.replay.plpgsql.values import Datum, PartlyKnown, is_wholly_known, shown_text
from rlslint.replay.state import Replay
from rlslint.text import Statement, Text
from tests.postgres import Database

PIECES = (
    "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "I", "MM", "DDD", "DD", "D", "ID", "IW", "WW",
    "W", "Q", "HH24", "HH12", "HH", "MI", "SS", "yyyy", "mm", "dd", "iw", "iyyy", "hh24", "Month",
    "MONTH", "month", "Mon", "MON", "mon", "Day", "DAY", "day", "Dy", "DY", "dy", "FM", "fm", "_",
    "-", "/", " ", ".", ":", '"p"', '"w_"', '"of DD"', "p", "x", "e", "TH", "th", "TM", "J", "CC",
    "AM", "RM", "SSSS", "MS", "Y,YYY", "1", "ä",
)  # fmt: skip
TEMPLATES = (
    "YYYY_MM", "YYYYMM", "YYYYMMDD", "YYYY_MM_DD", 'IYYY"w"IW', '"y"YYYY"m"MM', "YYYY-MM-DD",
    "FMMonth_YYYY", "YYYY_FMMM", "YYYY_Q", '"q"Q', "Mon", "DD Mon YYYY", "YYYYMMDDHH24MISS",
)  # fmt: skip
AMOUNTS = (
    "1 month", "3 mons", "1 year", "2 years 5 months", "1 week", "10 days", "1 day 12 hours",
    "-1 month", "90 minutes", "1 mon -3 days", "45 secs", "0 days",
)  # fmt: skip
UNITS = ("day", "week", "month", "quarter", "year", "Month", "hour")
FIELDS = ("day", "dow", "doy", "isodow", "isoyear", "month", "quarter", "week", "year", "epoch")


def _date(random: Random) -> str:
    year = random.choice((random.randint(1990, 2040), random.randint(1, 9999)))
    day = random.choice((1, 28, 29, 30, 31, random.randint(1, 28)))
    return f"{year:04}-{random.randint(1, 12):02}-{day:02}"


def _moment(random: Random, depth: int = 2) -> str:
    if not depth or random.random() < 0.3:
        day = _date(random)
        time = f"{random.randint(0, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02}"
        return random.choice(
            (
                f"DATE '{day}'",
                f"'{day}'::date",
                f"TIMESTAMP '{day} {time}'",
                f"TIMESTAMP '{day} {time[:5]}'",
                f"date '{day.replace('-', '')}'",
                f"make_date({int(day[:4])}, {int(day[5:7])}, {int(day[8:])})",
                f"to_date('{day[:7].replace('-', '_')}', 'YYYY_MM')",
                f"to_date('{day}', 'YYYY-MM-DD')",
            )
        )
    inner = _moment(random, depth - 1)
    return random.choice(
        (
            f"({inner} + {_amount(random)})",
            f"({inner} - {_amount(random)})",
            f"({_amount(random)} + {inner})",
            f"({inner})::date",
            f"({inner})::timestamp",
            f"({inner})::timestamptz",
            f"(({inner})::date + {random.randint(-40, 400)})",
            f"date_trunc('{random.choice(UNITS)}', {inner})",
        )
    )


def _amount(random: Random) -> str:
    amount = random.choice(AMOUNTS)
    return random.choice(
        (
            f"interval '{amount}'",
            f"'{amount}'::interval",
            f"{random.randint(0, 9)} * interval '{amount}'",
            f"make_interval(months => {random.randint(0, 30)})",
            f"make_interval(0, {random.randint(0, 14)}, 0, {random.randint(0, 40)})",
            f"({random.randint(0, 20)} || ' months')::interval",
        )
    )


def _question(random: Random) -> str:
    moment = _moment(random)
    template = random.choice(
        (random.choice(TEMPLATES), "".join(random.choices(PIECES, k=random.randint(1, 5))))
    )
    return random.choice(
        (
            f"to_char({moment}, '{template}')",
            f"to_char({moment}, '{template}')",
            f"to_char({moment}, '{template}')",
            f"'p_' || ({moment})",
            f"format('%s %I', {moment}, {moment})",
            f"extract({random.choice(FIELDS)} FROM {moment})::text",
            f"date_part('{random.choice(FIELDS)}', {moment})::int",
            f"({moment})::date - ({_moment(random)})::date",
            f"({moment}) {random.choice(('<', '<=', '=', '>', '>=', '<>'))} ({_moment(random)})",
            f"({moment})::text",
        )
    )


def _answer(value: Datum) -> str | None:
    """Return what is said to be known as a text, None where nothing is."""
    if value is None:
        return "null"
    if isinstance(value, Duration | PartlyKnown):
        return None
    text = shown_text(value)
    return f"is {text}" if isinstance(text, str) and is_wholly_known(text) else None


def test_what_is_known_of_dates_is_what_the_server_says(database: Database) -> None:
    random = Random(20260401)
    questions = [_question(random) for _ in range(4_000)]
    statement = Statement(Text("dates.sql", b"SELECT 1"), 0, 8, "SelectStmt")
    ours = [_answer(interpreter_for(Replay(), statement).value_of(sql)) for sql in questions]
    known = [(sql, answer) for sql, answer in zip(questions, ours, strict=True) if answer]
    assert len(known) > len(questions) / 2
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION answer(expression text) RETURNS text LANGUAGE plpgsql AS $$"
            " DECLARE result text; BEGIN"
            " EXECUTE format('SELECT coalesce(''is '' || (%s)::text, ''null'')', expression)"
            " INTO result; RETURN result;"
            " EXCEPTION WHEN OTHERS THEN RETURN 'error: ' || SQLERRM; END $$"
        )
        theirs = [
            answer
            for (answer,) in connection.execute(
                "SELECT answer(q) FROM unnest(%s::text[]) WITH ORDINALITY AS u(q, n) ORDER BY n",
                ([sql for sql, _ in known],),
            )
        ]
    wrong = [
        f"{sql}: {answer}, and the server says {other}"
        for (sql, answer), other in zip(known, theirs, strict=True)
        if answer != other
    ]
    assert not wrong, "\n".join(wrong[:40])
