"""What a migration of one file runs on its way up."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from rlslint.code.evaluation.program import Programs
from rlslint.code.interest import signs_of
from rlslint.code.prisma import declared as declared_by_prisma
from rlslint.code.sites import SqlSite
from rlslint.sql.parser import SyntaxProblem, parsed_statements


def statements(suffix: str, source: str, **others: str) -> list[str]:
    """Return the SQL that a file with this ending runs, with its line; `?` for what is unknown.

    `others` are files beside it, by their names.
    """
    files = {f"db/migrate/1{suffix}": textwrap.dedent(source).lstrip("\n").encode()}
    files |= {
        f"lib/{name}{suffix}": textwrap.dedent(text).encode() for name, text in others.items()
    }
    with _followed(files) as programs:
        run = programs.run_by_migration(f"db/migrate/1{suffix}")
    assert run is not None
    return _shown(run)


def declared(suffix: str = ".ts", **files: str) -> list[str]:
    """Return the SQL of what files declare together, with its line, and its file of several."""
    given = {
        f"{name}{suffix}": textwrap.dedent(text).lstrip("\n").encode()
        for name, text in files.items()
    }
    found: dict[str, tuple[SqlSite, ...]] | None = None
    if suffix == ".prisma":
        found = declared_by_prisma(given)
    else:
        with _followed(given) as programs:
            found = programs.declared(tuple(given))
    assert found is not None
    sites = [site for each in found.values() for site in each]
    names = [f"{site.text.path.removesuffix(suffix)}:" if len(files) > 1 else "" for site in sites]
    return [name + sql for name, sql in zip(names, _shown(sites), strict=True)]


@contextmanager
def _followed(files: dict[str, bytes]) -> Iterator[Programs]:
    faults: list[Exception] = []
    yield Programs(
        tuple(files),
        files.get,
        signs_of(()),
        lambda word: False,
        lambda _, error: faults.append(error),
    )
    assert not faults


def _shown(run: Iterable[SqlSite]) -> list[str]:
    for site in run:
        if not site.text.holes:
            try:
                list(parsed_statements(site.text, ()))
            except SyntaxProblem as problem:
                pytest.fail(f"{problem.message}: {site.text.data!r}")
    return [
        f"{site.text.location(0).row}: {re.sub('___', '?', site.text.data.decode())}"
        for site in run
    ]
