"""What Django's `DATABASES` says of all connections that a program makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rlslint.code import form
from rlslint.code.constants import Constants
from rlslint.code.forms import ProgramFile
from rlslint.files.connections import ConnectionDefaults

_SETTING = "DATABASES"
_DEFAULT = "default"


def may_set_defaults(data: bytes) -> bool:
    """Tell whether a program may say so, for what a few searches cost."""
    return _SETTING.encode() in data and b"postg" in data


def connection_defaults(file: ProgramFile) -> Iterator[ConnectionDefaults]:
    """Yield it, where the server is PostgreSQL; what is assigned to an entry later counts as well.

    Without CONN_MAX_AGE each request has a connection of its own; None keeps it for ever.
    """
    constants, document = file.constants, file.document
    databases: form.Mapping | None = None
    values: dict[str, form.Node] = {}
    for node in file.nodes:
        match node:
            case form.Assign(targets=(form.Name(name="DATABASES"),), value=form.Mapping() as made):
                entries = _entries(_entries(made).get(_DEFAULT))
                if databases is None or _is_postgresql(entries, constants):
                    databases, values = made, entries
            case form.Assign(
                targets=(
                    form.Subscript(
                        of=form.Subscript(of=form.Name(name="DATABASES"), key=alias), key=key
                    ),
                ),
                value=given,
            ) if given is not None:
                named, entry = constants.word(alias), constants.word(key)
                if named is not None and entry is not None and named.text == _DEFAULT:
                    values[entry.text] = given
    if databases is None or not _is_postgresql(values, constants):
        return
    options = _entries(values.get("OPTIONS"))
    kept = "CONN_MAX_AGE" in values and _truth(values["CONN_MAX_AGE"]) != 0
    pooled = kept or ("pool" in options and _truth(options["pool"]) is not False)
    yield ConnectionDefaults(
        "django",
        document.span(document.character(databases.start), document.character(databases.end)),
        pooled,
        _truth(values.get("ATOMIC_REQUESTS"), absent=False),
        _truth(options.get("server_side_binding"), absent=False),
    )


def _is_postgresql(entries: Mapping[str, form.Node], constants: Constants) -> bool:
    engine = constants.word(entries["ENGINE"]) if "ENGINE" in entries else None
    return engine is not None and "postg" in engine.text


def _entries(node: form.Node | None) -> dict[str, form.Node]:
    pairs = node.pairs if isinstance(node, form.Mapping) else ()
    return {pair.name: pair.value for pair in pairs if pair.name}


def _truth(node: form.Node | None, absent: bool | None = None) -> bool | None:
    """Return a truth value or a number that is written as a literal, None for others."""
    match node:
        case None:
            return absent
        case form.Literal(value=bool() | int() as value):
            return bool(value)
        case _:
            return None
