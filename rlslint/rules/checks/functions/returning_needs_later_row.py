"""returning-needs-later-row: RETURNING asks for a row that policies do not show yet."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.later_rows import finding_of, later_rows_of_function
from rlslint.rules.registry import rule


@rule
def returning_needs_later_row(function: Function, project: Project) -> Iterator[Finding]:
    for later in later_rows_of_function(function, project):
        yield finding_of(later)
        return
