"""Run what rlslint suggests for whole projects on a server, and say where that does harm.

Each help that is SQL is run alone, in pairs and with all others behind the project's migrations, as
tests/advice.py says. A folder that holds `bad/` and `good/` is a project and the mended one, from
which it is known what has to stay visible.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.advice import advice_of, complaints, is_sql, loaded, shown_by, unreadable
from tests.postgres import Server, run_server, server_directories
from tests.projects import history_of, linted, prelude_of, scripts_of, with_migration
from tests.reach import Reach


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directories", nargs="+", type=Path, help="projects, each by itself")
    parser.add_argument("--helps", action="store_true", help="print every help")
    arguments = parser.parse_args()
    helps = sentences = harmful = 0
    with run_server(server_directories()[0]) as server:
        for directory in [path.resolve() for path in arguments.directories]:
            project = directory / "bad" if (directory / "bad").is_dir() else directory
            result = linted(project)
            told = [reported.finding.help for reported in result.findings]
            helps += sum(map(is_sql, told))
            sentences += sum(not is_sql(help) for help in told)
            found = [*_harm(directory, project, server)]
            harmful += len(found)
            if arguments.helps or found:
                print(f"{directory.name}")
            if arguments.helps:
                for reported in result.findings:
                    print(f"    {reported.name} {reported.finding.object}")
                    print(*(f"        {line}" for line in reported.finding.help.splitlines()))
            for one in found:
                print(*(f"    {line}" for line in one.splitlines()), sep="\n")
    print(f"{helps} helps are SQL, {sentences} are sentences or none; {harmful} complaints")


def _harm(directory: Path, project: Path, server: Server) -> Iterator[str]:
    result = linted(project)
    yield from unreadable(result)
    history = history_of(project)
    if not advice_of(result):
        return
    if history is None:
        yield "not run: the project has no history, or several"
        return
    shown = _shown(directory / "good", server) if project != directory else None
    scripts = scripts_of(project, history)
    with tempfile.TemporaryDirectory() as folder:
        linted_with = partial(with_migration, project, Path(folder) / project.name)
        with loaded(server, scripts, prelude_of(scripts)) as one:
            yield from complaints(one, result, linted_with, shown)


def _shown(good: Path, server: Server) -> frozenset[Reach] | None:
    history = history_of(good) if good.is_dir() else None
    if history is None:
        return None
    scripts = scripts_of(good, history)
    with loaded(server, scripts, prelude_of(scripts)) as one:
        return shown_by(one)


if __name__ == "__main__":
    main()
