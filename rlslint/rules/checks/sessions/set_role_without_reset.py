"""set-role-without-reset: SET ROLE makes whoever gets the connection next act as that role."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.config import Confidence
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.outliving import Outliving, outliving_role
from rlslint.project.sessions import SessionTrace
from rlslint.project.setting_writes import SettingWrite
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier


@rule
def set_role_without_reset(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    for step, write in trace.writes():
        left = outliving_role(trace, step, write)
        if left is not None:
            yield _finding(write, left, project)


def _finding(write: SettingWrite, left: Outliving, project: Project) -> Finding:
    is_role = write.name == "role"
    does = "SET ROLE" if is_role else "SET SESSION AUTHORIZATION"
    local = does.replace("SET", "SET LOCAL", 1)
    if write.statement.kind != "VariableSetStmt":
        does, local = (
            f"set_config('{write.name}', …, false)",
            f"set_config('{write.name}', …, true)",
        )
    elif write.value is not None:
        local += f" {quoted_identifier(write.value)};"
    confidence = left.confidence
    if not project.uses_row_security:
        confidence = min(confidence, Confidence.medium)
    role = write.value or "the role that is set here"
    return Finding(
        object=write.name,
        message=f"whoever uses this connection next acts as {role}, and by the policies for that "
        f"role: {does} lasts until the session ends, and {left.because}",
        span=write.statement.span,
        label="lasts longer than the request",
        help=f"{local} -- in the transaction that needs the role",
        related=also_shown((left.reset, "takes it back where it runs")),
        severity=left.severity,
        confidence=confidence,
        statement=write.statement,
    )
