"""catalog-drift: the server is not what its migrations make it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.drift.comparison import Difference
from rlslint.drift.told import statement_behind, tell
from rlslint.project.findings import Finding
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.text import Related


@rule
def catalog_drift(difference: Difference, project: Project) -> Iterator[Finding]:
    told = tell(difference, project)
    written = statement_behind(difference, told, of_server=False)
    shown = statement_behind(difference, told, of_server=True)
    marked = written or shown
    yield Finding(
        object=difference.key.subject or "the database",
        message=told.message,
        span=marked.span if marked is not None else None,
        label=_label(difference) if written is not None else "as the server has it",
        help=told.help,
        related=(Related(shown.span, "as the server has it"),)
        if shown is not None and shown is not marked
        else (),
        severity=told.severity,
    )


def _label(difference: Difference) -> str:
    if difference.history is False and difference.live is True:
        return "without it after the migrations"
    return "as the migrations have it"
