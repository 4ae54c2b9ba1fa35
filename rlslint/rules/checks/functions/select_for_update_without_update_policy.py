"""select-for-update-without-update-policy: FOR UPDATE finds no row that may not change."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import runs_as_caller
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def select_for_update_without_update_policy(
    function: Function, project: Project
) -> Iterator[Finding]:
    if runs_as_caller(function) and "for" in function.body.lower():
        from rlslint.meaning.statement_needs import Cause
        from rlslint.project.questions.lacking_policies import finding_of, lacks_of_function

        for lack in lacks_of_function(function, project, Cause.locking):
            yield finding_of(lack, project)
