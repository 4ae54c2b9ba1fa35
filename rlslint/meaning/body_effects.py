"""What a function may do when it runs, what it calls included."""

from __future__ import annotations

from itertools import pairwise

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.functions import Function
from rlslint.meaning import KNOWN_FUNCTIONS, VOLATILE_FUNCTIONS
from rlslint.meaning.bodies import (
    functions_called,
    settings_written,
    tables_read,
    tables_written,
    words_in_body,
)
from rlslint.meaning.calls import called_in_body
from rlslint.meaning.context import CLIENT_FUNCTIONS, PLATFORM_FUNCTIONS, USERS


class Effects(NamedTuple):
    """What a body and those of the history's functions that it calls do.

    `reads` and `writes` are about tables and settings: of settings only writing counts.
    `is_certain` tells that all other functions in it are known to change nothing. `catches` tells
    that some body handles errors, which takes a subtransaction. `calls` are the functions of the
    history among them, the first one included.
    """

    reads: bool
    writes: bool
    is_certain: bool
    catches: bool
    calls: tuple[Function, ...]


_HARMLESS = (KNOWN_FUNCTIONS - VOLATILE_FUNCTIONS) | USERS | CLIENT_FUNCTIONS | {"current_setting"}


@remembered
def effects(catalog: Catalog, function: Function) -> Effects:
    """Return what a call of a function may do. Raises UnknownFact where a body is not certain."""
    waiting, calls = [function], [function]
    reads = writes = catches = False
    is_certain = True
    while waiting:
        one = waiting.pop()
        reads |= bool(tables_read(one))
        writes |= bool(tables_written(one) or settings_written(one))
        catches |= _catches(one)
        is_certain &= all(_is_known(words, catalog) for words, _ in functions_called(one))
        more = [called for called in called_in_body(one, catalog) if called not in calls]
        calls += more
        waiting += more
    return Effects(reads, writes, is_certain, catches, tuple(calls))


def _is_known(name: tuple[str, ...], catalog: Catalog) -> bool:
    if name[-1] in _HARMLESS and name[:-1] in ((), ("pg_catalog",)):
        return True
    if name in PLATFORM_FUNCTIONS:
        return True
    return any(known == name[-1] for _, known in catalog.function_names)


def _catches(function: Function) -> bool:
    words = [word for word, _ in words_in_body(function)]
    return any(one == "exception" and then == "when" for one, then in pairwise(words))
