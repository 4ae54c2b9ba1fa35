"""What a program of one file sends, in one line each."""

from __future__ import annotations

import re
import textwrap

from rlslint.code.evaluation.program import Programs
from rlslint.code.interest import signs_of
from rlslint.code.sites import CodeFile, SqlSite

_KEPT = {True: "shared", False: "own", None: "unknown"}


def followed(suffix: str, source: str) -> CodeFile:
    """Return what a file with this ending tells."""
    data = textwrap.dedent(source).encode()
    path = f"app{suffix}"
    faults: list[Exception] = []
    programs = Programs(
        (path,),
        {path: data}.get,
        signs_of(()),
        lambda word: word.encode() in data,
        lambda _, error: faults.append(error),
    )
    (told,) = programs.followed({path: data})
    assert told.problem == "" and not faults
    return told


def sent(suffix: str, source: str) -> list[str]:
    """Return the SQL of a file, with the session and transaction that it is for; `?` for values."""
    return [_line(site) for site in followed(suffix, source).sites]


def _line(site: SqlSite) -> str:
    name = site.driver.name if site.driver is not None else "?"
    reset = ", reset" if site.lifetime.reset_by_library else ""
    session = f"{_KEPT[site.lifetime.pooled]}{reset}"
    sql = re.sub(r"(?<!\w)_+(?!\w)", "?", site.text.slice(0, len(site.text.data)))
    return f"{name} {site.scope.value} ({session}): {sql}"
