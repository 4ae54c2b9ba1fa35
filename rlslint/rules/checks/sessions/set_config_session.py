"""set-config-session in application code: set_config(…, false) lasts as long as the session."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.outliving import found_in_session, outliving
from rlslint.project.sessions import SessionTrace
from rlslint.rules.registry import rule


@rule
def set_config_session(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    for step, write in trace.writes():
        # A function of the history that does so is reported where it stands.
        if write.statement.kind == "VariableSetStmt" or write.through is not None:
            continue
        left = outliving(trace, step, write, project)
        if left is not None:
            yield found_in_session(
                step,
                write,
                left,
                f"with false as its third argument, set_config keeps {write.name}",
                project,
            )
