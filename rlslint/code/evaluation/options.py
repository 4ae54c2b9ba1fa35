"""What the options of a connection, a pool or an engine say about its sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rlslint import Pattern
from rlslint.code.evaluation.arguments import EvaluatedCall
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Entries, Plain, Unknown, Value, constant
from rlslint.code.libraries import Library

_INNER = ("kwargs", "connect_args", "execution_options", "engine_options", "server_settings")
"""Options that hold those of each connection."""

_LEVELS = frozenset(("isolation_level", "level", "isolationLevel"))
_SETS_LEVEL = frozenset(("set_isolation_level",))
_POOLER_PORT = "6432"
_NAMES_POOLER = Pattern(r"(?i)pgb(?![a-z])|bouncer|pooler|pgcat|odyssey")
_PORT_IN_ADDRESS = Pattern(rf"(?::|port=){_POOLER_PORT}\b")
_ADDRESS = ("host", "port", "dsn", "conninfo", "url")


def told_autocommit(call: EvaluatedCall) -> Value | None:
    """Return whether each statement is to be committed, None where a call does not say it.

    What it says but only a run could tell is an `Unknown`.
    """
    for name, value in _options(call.named):
        if name == "autocommit":
            return value if isinstance(value, Plain) else Unknown()
        if name in _LEVELS:
            return of_level(value)
    if call.name in _SETS_LEVEL and call.arguments:
        return of_level(call.arguments[0])
    return None


def of_level(value: Value) -> Value:
    """Return whether a level of isolation means that each statement is committed."""
    match value:
        case Unknown(path=path) if path.endswith("ISOLATION_LEVEL_AUTOCOMMIT"):
            return Plain(True)
        case Written() if value.constant is not None:
            return Plain(value.constant.upper() == "AUTOCOMMIT")
        case Plain(level):
            return Plain(level == 0 and level is not None and not isinstance(level, bool))
        case Unknown():
            return Plain(False) if "ISOLATION_LEVEL_" in value.path else Unknown()
        case _:
            return Unknown()


def is_behind_pooler(library: Library, call: EvaluatedCall) -> bool:
    """Tell whether the options of a connection say that a pooler stands between.

    They have the address of one, or what one sets for it: PgBouncer in transaction mode could not
    keep prepared statements before 1.21.
    """
    for name, kept in library.keeps.items():
        if name in call.named and call.named[name] == Plain(kept):
            return True
    if str(constant(call.named.get("port"))) == _POOLER_PORT:
        return True
    given = [*call.arguments[:1], *(call.named[name] for name in _ADDRESS if name in call.named)]
    return any(_is_of_pooler(each) for each in given)


def _is_of_pooler(address: Value) -> bool:
    match address:
        case Written():
            text = address.text
            return bool(_NAMES_POOLER().search(text) or _PORT_IN_ADDRESS().search(text))
        case Unknown(path=path):
            return _NAMES_POOLER().search(path) is not None
        case _:
            return False


def is_unpooled(library: Library, call: EvaluatedCall) -> bool:
    """Tell whether the options say that there is no pool."""
    given = (each.path for each in call.named.values() if isinstance(each, Unknown))
    return not library.unpooled.isdisjoint(path.rpartition(".")[2] for path in given)


def _options(named: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    for name, value in named.items():
        if name in _INNER and isinstance(value, Entries):
            yield from value.values.items()
        else:
            yield name, value
