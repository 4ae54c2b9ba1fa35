"""What a migration of one file runs on its way up."""

from __future__ import annotations

import re
import textwrap

import pytest

from rlslint.code.evaluation.program import Programs
from rlslint.code.interest import signs_of
from rlslint.sql.parser import SyntaxProblem, parsed_statements


def statements(suffix: str, source: str, **others: str) -> list[str]:
    """Return the SQL that a file with this ending runs, with its line; `?` for what is unknown.

    `others` are files beside it, by their names.
    """
    files = {f"db/migrate/1{suffix}": textwrap.dedent(source).lstrip("\n").encode()}
    files |= {
        f"lib/{name}{suffix}": textwrap.dedent(text).encode() for name, text in others.items()
    }
    faults: list[Exception] = []
    programs = Programs(
        tuple(files),
        files.get,
        signs_of(()),
        lambda word: False,
        lambda _, error: faults.append(error),
    )
    run = programs.run_by_migration(f"db/migrate/1{suffix}")
    assert run is not None and not faults
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
