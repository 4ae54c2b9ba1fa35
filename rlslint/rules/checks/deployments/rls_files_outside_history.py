"""rls-files-outside-history: a script protects tables, and nothing runs the script."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.serving import in_words
from rlslint.project import Finding, also_shown
from rlslint.project.outside import OutsideScript
from rlslint.project.project import Project
from rlslint.rules.registry import rule

_MOST_TABLES = 3


@rule
def rls_files_outside_history(script: OutsideScript, project: Project) -> Iterator[Finding]:
    protections = script.protections
    tables = [one.table for one in protections]
    yield Finding(
        object=script.path,
        message=f"a database that the migrations make has {in_words(tables)} without row security: "
        "this script enables it, and nothing runs the script",
        span=protections[0].statement.span,
        label="no migration does so",
        help="make this a migration",
        related=also_shown(
            *(
                (one.table.because("kind"), f"{one.table} is made here")
                for one in protections[:_MOST_TABLES]
            )
        ),
        statement=protections[0].statement,
    )
