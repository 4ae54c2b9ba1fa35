"""What a call hands over, and what it gives."""

from __future__ import annotations

from typing import NamedTuple

from rlslint.replay.plpgsql.system_catalogs.questions import Rows
from rlslint.replay.plpgsql.values import Value


class Arguments(NamedTuple):
    """What a call hands over; `spread` tells that the last one is an array after VARIADIC."""

    positional: tuple[Value, ...]
    named: dict[str, Value]
    spread: bool = False


class Result(NamedTuple):
    """What a function gives: `rows` where it returns a set or has several OUT parameters."""

    value: Value
    rows: Rows | None = None
