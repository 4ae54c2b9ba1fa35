"""What programs tell beside the SQL that they send: who connects, with which keys and options."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.code.connecting import connections_in, may_connect
from rlslint.code.connection_defaults import connection_defaults, may_set_defaults
from rlslint.code.public_keys import public_keys_in
from rlslint.code.startup_options import may_open_with_settings, startup_options_in
from rlslint.files.deployment.public_keys import may_tell as may_have_keys
from rlslint.text.budget import LARGEST_FILE
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.code.forms import Forms
    from rlslint.code.migrations import Reader
    from rlslint.files.connections import Connection, ConnectionDefaults
    from rlslint.files.deployment.facts import PublicKey, StartupOption
    from rlslint.files.discovery import SourceFile


class Told(NamedTuple):
    """All of that; `searched` are the paths of the files that were."""

    connections: tuple[Connection, ...]
    defaults: tuple[ConnectionDefaults, ...]
    keys: tuple[PublicKey, ...]
    options: tuple[StartupOption, ...]
    searched: frozenset[str]


def search_programs(
    files: Iterable[SourceFile],
    migrations: Set[str],
    named: Set[str],
    forms: Forms,
    reader: Reader,
) -> Told:
    """Return what programs tell; what of them cannot be parsed is told to the reader.

    Migrations say nothing of who connects for requests; keys and options count in the files that
    the user `named`.
    """
    connections: list[Connection] = []
    defaults: list[ConnectionDefaults] = []
    keys: list[PublicKey] = []
    options: list[StartupOption] = []
    searched: set[str] = set()
    for file in files:
        data = reader.content(file.path, file.shown)
        if len(data) > LARGEST_FILE or b"\0" in data:
            continue
        searched.add(file.path)
        serves, is_named = file.shown not in migrations, file.shown in named
        connects, sets_defaults = serves and may_connect(data), serves and may_set_defaults(data)
        has_keys = is_named and may_have_keys(data)
        has_options = is_named and may_open_with_settings(data)
        if not (connects or sets_defaults or has_keys or has_options):
            continue
        try:
            program = forms.file(file.shown, data)
            connections += connections_in(program) if connects else ()
            defaults += connection_defaults(program) if sets_defaults else ()
            keys += public_keys_in(program) if has_keys else ()
            options += startup_options_in(program) if has_options else ()
        except Exception as error:
            reader.faults.append(Fault("searched for connections", "file", file.shown, error))
            continue
        if program.problem and program.problem not in reader.notes:
            reader.notes.append(program.problem)
    return Told(
        tuple(connections), tuple(defaults), tuple(keys), tuple(options), frozenset(searched)
    )
