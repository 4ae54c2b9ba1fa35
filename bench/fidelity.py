"""Measure how faithfully the replay follows PostgreSQL on real migrations.

Each history is loaded statement by statement into a fresh database of a throw-away server, and
replayed; what the server refuses is in neither. Then the two catalogs are compared fact by fact.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.both_sides import BothSides, Everything, Refused
from bench.comparing import Compared, compared
from bench.platforms import stub_platform
from rlslint.code.migrations import MigrationReader, Reader
from rlslint.config.files import find_config, load_config
from rlslint.config.options import Config, anchored
from rlslint.files.discovery import Found, discover, read_in_project
from rlslint.files.histories import histories
from rlslint.files.layouts import History
from rlslint.project.following_programs import follow_migrations
from rlslint.replay.state import Replay
from rlslint.sql.dialects import looks_like_other_dialect
from rlslint.sql.parser import BrokenStatement
from rlslint.text import open_holes
from tests.postgres import Database, Server, run_server, server_directories


@dataclass
class Measured:
    """What came of one history, or of several."""

    accepted: int = 0
    refused: list[Refused] = field(default_factory=list)
    doubted: list[Refused] = field(default_factory=list)
    compared: Compared = field(default_factory=Compared)

    def __iadd__(self, other: Measured) -> Measured:
        self.accepted += other.accepted
        self.refused += other.refused
        self.doubted += other.doubted
        self.compared += other.compared
        return self


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directories", nargs="+", type=Path, help="projects, each by itself")
    parser.add_argument("--show", action="store_true", help="print every difference")
    parser.add_argument("--unknown", action="store_true", help="print every unknown fact")
    parser.add_argument("--refused", action="store_true", help="print what the server refused")
    parser.add_argument(
        "--every",
        type=int,
        default=0,
        metavar="N",
        help="compare after every N statements too, for scripts that remove all in the end",
    )
    parser.add_argument("--server", type=Path, help="the bin directory of a PostgreSQL")
    parser.add_argument(
        "--fill",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what stands for a placeholder of a template or of psql (its name in lower case)",
    )
    arguments = parser.parse_args()
    with run_server(arguments.server or server_directories()[0]) as server:
        print(f"PostgreSQL {server.version}\n")
        print(
            "| project | statements | refused | facts | agree | unknown | differ | of the known |"
        )
        print("|---|--:|--:|--:|--:|--:|--:|--:|")
        everything = Measured()
        for directory in [path.resolve() for path in arguments.directories]:
            measured = Measured()
            found = False
            for one in measured_histories(directory, server, arguments):
                measured += one
                found = True
            everything += measured
            row = _row(directory.name, measured)
            print(row if found else f"| {directory.name} | no migrations | | | | | | |", flush=True)
            _print_lists(measured, arguments)
        print(_row("in all", everything))


def measured_histories(
    directory: Path, server: Server, options: argparse.Namespace
) -> Iterator[Measured]:
    """Carry out each history of a project in a database of its own, and compare."""
    configured = find_config(directory, read_in_project)
    config = load_config(configured, read_in_project) if configured is not None else Config()
    found = discover([directory], root=directory, exclude=config.exclude)
    for history in histories(found, anchored(config, config.migrations)).histories:
        with server.database() as database:
            yield measured_history(history, found, server.version, database, options)


def measured_history(
    history: History, found: Found, version: int, database: Database, options: argparse.Namespace
) -> Measured:
    """Carry out a history on both sides, and compare what has come of it."""
    values = dict(pair.split("=", 1) for pair in options.fill)
    filled = {m.shown: with_placeholders_filled(m.path, values) for m in history.migrations}
    both = BothSides(database, Replay())
    try:
        stub_platform(both, list(filled.values()))
        measured = Measured()
        for number, _ in enumerate(_carried_out(history, found, filled, both), 1):
            if options.every and number % options.every == 0 and both.is_between_transactions:
                measured.compared += compared(database, version, both.replay.catalog, both.given)
        measured.compared += compared(database, version, both.replay.catalog, both.given)
    finally:
        both.close()
    measured.doubted = both.doubted
    measured.accepted, measured.refused = both.accepted, both.refused
    return measured


def _carried_out(
    history: History, found: Found, filled: dict[str, bytes], both: BothSides
) -> Iterator[None]:
    """Carry out the statements of a history one by one."""
    reader = Reader(filled)
    follow_migrations(found, history, reader)
    migrations = MigrationReader(lambda data: Everything(), reader)
    for migration in history.migrations:
        for item in migrations.statements(migration):
            if item is None:
                continue
            statement = item.statement
            if any(True for _ in open_holes(statement)):
                both.refused.append(Refused(statement, "a program fills in parts of it"))
            elif isinstance(item, BrokenStatement) and looks_like_other_dialect(
                statement.text.data, migration.shown
            ):
                break
            else:
                both.run(item)
                yield


_PLACEHOLDER = re.compile(
    rb"\{\{[^{}\n]*?(\w+)\W*\}\}|\$\{[^{}\n]*?(\w+)\}"
    rb"|(?<![:\w\])])(:)(?:([A-Z_]{3,})\b|\"(\w+)\"|'(\w+)')"
)


def with_placeholders_filled(path: str, values: dict[str, str]) -> bytes:
    """Return a migration with values, else names, in place of what a tool or psql fills in."""

    def value(match: re.Match[bytes]) -> bytes:
        name = next(g for g in match.groups() if g not in (None, b":")).lower()
        name = values.get(name.decode(), name.decode()).encode()
        written = match.group()
        return written[1:2] + name + written[-1:] if written[1:2] in b"'\"" else name

    data = Path(path).read_bytes()
    return _PLACEHOLDER.sub(value, data) if path.endswith(".sql") else data


def _row(name: str, measured: Measured) -> str:
    agreeing, unknown = measured.compared.agreeing, len(measured.compared.unknown)
    differing = len(measured.compared.differing)
    known = agreeing + differing
    facts = known + unknown
    return (
        f"| {name} | {measured.accepted + len(measured.refused)} | {len(measured.refused)} "
        f"| {facts} | {agreeing} | {_share(unknown, facts)} "
        f"| {differing} | {_share(agreeing, known)} |"
    )


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.2f} %)" if whole else f"{part}"


def _print_lists(measured: Measured, arguments: argparse.Namespace) -> None:
    if arguments.refused:
        _print_statements("refused", measured.refused)
    _print_statements("refused by the replay alone", measured.doubted)
    if arguments.unknown:
        _print_all("unknown", measured.compared.unknown)
    if arguments.show:
        _print_all("differs", measured.compared.differing)


def _print_statements(word: str, refused: Iterable[Refused]) -> None:
    for statement, message in refused:
        row = statement.text.location(statement.start).row
        first = " ".join(statement.sql.split())[:150]
        print(f"    {word} {statement.text.path}:{row}: {message}\n        {first}")


def _print_all(word: str, lines: Iterable[str]) -> None:
    for line in lines:
        print(f"    {word} {line}")


if __name__ == "__main__":
    main()
