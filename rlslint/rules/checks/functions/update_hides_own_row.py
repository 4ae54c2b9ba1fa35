"""update-hides-own-row: a row is changed so that its owner may not see it, which is refused."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import runs_as_caller
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def update_hides_own_row(function: Function, project: Project) -> Iterator[Finding]:
    if runs_as_caller(function) and "update" in function.body.lower():
        from rlslint.project.questions.hidden_updates import (
            finding_of,
            hidden_updates_of_function,
        )

        for hidden in hidden_updates_of_function(function, project):
            yield finding_of(hidden)
