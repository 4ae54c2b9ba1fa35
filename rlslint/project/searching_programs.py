"""What programs tell beside the SQL that they send: who connects, with which keys and options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.code.connecting import connections_in
from rlslint.code.connection_defaults import connection_defaults
from rlslint.code.public_keys import public_keys_in
from rlslint.code.startup_options import startup_options_in
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.code.forms import Forms
    from rlslint.code.migrations import Reader
    from rlslint.files.connections import Connection, ConnectionDefaults
    from rlslint.files.deployment import PublicKey, StartupOption
    from rlslint.project.sifting import Sifted


class ToldByPrograms(NamedTuple):
    """All of that."""

    connections: tuple[Connection, ...]
    defaults: tuple[ConnectionDefaults, ...]
    keys: tuple[PublicKey, ...]
    options: tuple[StartupOption, ...]


def search_programs(programs: Iterable[Sifted], forms: Forms, reader: Reader) -> ToldByPrograms:
    """Return what programs tell; what of them cannot be parsed is told to the reader."""
    connections: list[Connection] = []
    defaults: list[ConnectionDefaults] = []
    keys: list[PublicKey] = []
    options: list[StartupOption] = []
    for sifted in programs:
        if not (sifted.connects or sifted.defaults or sifted.keys or sifted.options):
            continue
        shown = sifted.file.shown
        try:
            program = forms.file(shown, reader.content(sifted.file.path))
            connections += connections_in(program) if sifted.connects else ()
            defaults += connection_defaults(program) if sifted.defaults else ()
            keys += public_keys_in(program) if sifted.keys else ()
            options += startup_options_in(program) if sifted.options else ()
        except Exception as error:
            reader.faults.append(Fault("searched for connections", "file", shown, error))
            continue
        if program.problem and program.problem not in reader.notes:
            reader.notes.append(program.problem)
    return ToldByPrograms(tuple(connections), tuple(defaults), tuple(keys), tuple(options))
