"""What Django's `DATABASES` says of all connections that a program makes."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.code import form
from rlslint.code.constants import Constants
from rlslint.code.forms import ProgramFile
from rlslint.files.connections import ConnectionDefaults
from rlslint.text import Searched

_SETTING = "DATABASES"
_DEFAULT = "default"
_SIGNS = (b"postg", b"psql", b"pgsql")
_READERS = frozenset(("config", "db", "db_url", "parse"))
"""Functions of dj-database-url and django-environ that make an entry of an address."""
_SCHEMES = ("postg", "psql", "pgsql")
_DEEPEST = 6
"""How many names may lead to a value; one may be given itself (`x = int(x)`)."""


def may_set_defaults(text: Searched) -> bool:
    """Tell whether a program may say so, for what a few searches cost."""
    return text.has(_SETTING.lower().encode()) and text.has_any(_SIGNS)


def connection_defaults(file: ProgramFile) -> Iterator[ConnectionDefaults]:
    """Yield it, where the server is PostgreSQL; what is assigned to an entry later counts as well.

    Without CONN_MAX_AGE each request has a connection of its own; None keeps it for ever.
    """
    constants, document = file.constants, file.document
    place: form.Node | None = None
    found = _Entry({}, None)
    for node in file.nodes:
        match node:
            case form.Assign(targets=(form.Name(name="DATABASES"),), value=form.Mapping() as made):
                entry = _entry(_entries(made).get(_DEFAULT), constants)
                if place is None or entry.is_postgresql:
                    place, found = made, entry
            case form.Assign(targets=(form.Subscript() as target,), value=given) if given:
                keys = _keys(target, constants)
                if keys == [_DEFAULT]:
                    found = _entry(given, constants)
                elif keys[:1] == [_DEFAULT] and len(keys) == 2:
                    found.values[keys[1]] = given
            case form.Call(function=form.Attribute(of=form.Subscript() as of, name="update")):
                if _keys(of, constants) == [_DEFAULT] and node.arguments:
                    update = _entry(node.arguments[0], constants)
                    kept_engine = update.is_postgresql is None
                    if not kept_engine:
                        found.values.pop("ENGINE", None)
                    told = found.is_postgresql if kept_engine else update.is_postgresql
                    found = _Entry(found.values | update.values, told)
    engine = constants.word(found.values["ENGINE"]) if "ENGINE" in found.values else None
    is_postgresql = "postg" in engine.text if engine is not None else found.is_postgresql
    if place is None or not is_postgresql:
        return
    values = found.values
    options = _entries(values.get("OPTIONS"))
    kept = _truth(values.get("CONN_MAX_AGE"), constants, absent=False, of_nothing=True)
    in_pool = "pool" in options and _truth(options["pool"], constants) is not False
    yield ConnectionDefaults(
        "django",
        document.span(document.character(place.start), document.character(place.end)),
        True if in_pool else kept,
        _truth(values.get("ATOMIC_REQUESTS"), constants, absent=False),
        _truth(options.get("server_side_binding"), constants, absent=False),
    )


class _Entry(NamedTuple):
    """What is said of one database; None where nobody knows whether it is PostgreSQL's."""

    values: dict[str, form.Node]
    is_postgresql: bool | None


def _entry(node: form.Node | None, constants: Constants, depth: int = 0) -> _Entry:
    """Return what a dictionary says, or a function that makes one of an address."""
    match node:
        case form.Mapping():
            entries = _entries(node)
            engine = constants.word(entries["ENGINE"]) if "ENGINE" in entries else None
            return _Entry(entries, None if engine is None else "postg" in engine.text)
        case form.Call(named=named) if constants.path(node).rpartition(".")[2] in _READERS:
            given = dict(named)
            age = given.get("conn_max_age")
            url = given.get("default") or next(iter(node.arguments[-1:]), None)
            word = constants.word(url) if url is not None else None
            known = word.text.partition("://")[0] if word and "://" in word.text else ""
            # Policies are read of a project whose address only the environment tells.
            is_postgresql = known.startswith(_SCHEMES) if known else True
            return _Entry({} if age is None else {"CONN_MAX_AGE": age}, is_postgresql)
        case form.Name() if depth < _DEEPEST:
            value = constants.value(node)
            return _entry(value, constants, depth + 1) if value is not None else _Entry({}, None)
        case _:
            return _Entry({}, None)


def _entries(node: form.Node | None) -> dict[str, form.Node]:
    pairs = node.pairs if isinstance(node, form.Mapping) else ()
    return {pair.name: pair.value for pair in pairs if pair.name}


def _keys(node: form.Node, constants: Constants) -> list[str]:
    """Return the keys by which an entry of `DATABASES` is reached, none for anything else."""
    found: list[str] = []
    while isinstance(node, form.Subscript):
        word = constants.word(node.key)
        found.insert(0, word.text if word is not None else "")
        node = node.of
    return found if isinstance(node, form.Name) and node.name == _SETTING else []


def _truth(
    node: form.Node | None,
    constants: Constants,
    absent: bool | None = None,
    of_nothing: bool | None = None,
    depth: int = 0,
) -> bool | None:
    """Return the truth of what is written, or of what holds where a variable is not set."""
    match node:
        case None:
            return absent
        case form.Literal(value=None):
            return of_nothing
        case form.Literal(value=bool() | int() as value):
            return bool(value)
        case form.String():
            word = constants.word(node)
            is_number = word is not None and word.text.isdecimal()
            return word.text.strip("0") != "" if word is not None and is_number else None
        case form.Call(named=named, arguments=arguments):
            default = dict(named).get("default") or next(iter(arguments[-1:]), None)
            # What is off by default may well be on elsewhere.
            return _truth(default, constants, None, of_nothing, depth) or None
        case form.Name() if depth < _DEEPEST:
            return _truth(constants.value(node), constants, None, of_nothing, depth + 1)
        case _:
            return None
