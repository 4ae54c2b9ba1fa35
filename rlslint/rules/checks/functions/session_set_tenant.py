"""session-set-tenant in a function's body: SET without LOCAL outlives the call."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.outliving import found_in_function, left_by_function
from rlslint.rules.registry import rule


@rule
def session_set_tenant(function: Function, project: Project) -> Iterator[Finding]:
    for write in left_by_function(function, project):
        if not write.called:
            yield found_in_function(
                function,
                write,
                "SET without LOCAL outlives the function and the transaction",
                project,
            )
