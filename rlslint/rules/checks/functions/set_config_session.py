"""set-config-session in a function's body: the caller's session keeps the tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.outliving import found_in_function, left_by_function
from rlslint.rules.registry import rule


@rule
def set_config_session(function: Function, project: Project) -> Iterator[Finding]:
    for write in left_by_function(function, project):
        if write.called:
            yield found_in_function(
                function, write, "set_config is called with false as its third argument", project
            )
