"""What programs tell beside the SQL that they send: who connects, and how connections are made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.code.connecting import connections_in, may_connect
from rlslint.code.connection_defaults import connection_defaults, may_set_defaults
from rlslint.text.budget import LARGEST_FILE
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.code.forms import Forms
    from rlslint.code.migrations import Reader
    from rlslint.files.connections import Connection, ConnectionDefaults
    from rlslint.files.discovery import SourceFile


class Told(NamedTuple):
    """All of that."""

    connections: tuple[Connection, ...] = ()
    defaults: tuple[ConnectionDefaults, ...] = ()


def search_programs(files: Iterable[SourceFile], forms: Forms, reader: Reader) -> Told:
    """Return what programs tell; what of them cannot be parsed is told to the reader."""
    connections: list[Connection] = []
    defaults: list[ConnectionDefaults] = []
    for file in files:
        data = reader.content(file.path, file.shown)
        if len(data) > LARGEST_FILE or b"\0" in data:
            continue
        connects, sets_defaults = may_connect(data), may_set_defaults(data)
        if not connects and not sets_defaults:
            continue
        try:
            searched = forms.file(file.shown, data)
            connections += connections_in(searched) if connects else ()
            defaults += connection_defaults(searched) if sets_defaults else ()
        except Exception as error:
            reader.faults.append(Fault("searched for connections", "file", file.shown, error))
            continue
        if searched.problem and searched.problem not in reader.notes:
            reader.notes.append(searched.problem)
    return Told(tuple(connections), tuple(defaults))
