"""What a call hands over, and what it gives."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.replay.plpgsql.system_catalogs.questions import RowSet
from rlslint.replay.plpgsql.values import Datum


class Arguments(NamedTuple):
    """What a call hands over; `spread` tells that the last one is an array after VARIADIC.

    `types` are those of all, the positional ones first, "" for one that is not known.
    """

    positional: tuple[Datum, ...]
    named: dict[str, Datum]
    spread: bool = False
    types: tuple[str, ...] = ()


class RoutineResult(NamedTuple):
    """What a function gives: `rows` where it returns a set or has several OUT parameters."""

    value: Datum
    rows: RowSet | None = None
