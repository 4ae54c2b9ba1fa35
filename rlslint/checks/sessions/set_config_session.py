"""set-config-session in application code: set_config(…, false) lasts as long as the session."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.findings import Finding
from rlslint.project import Project
from rlslint.questions.outliving import Outliving, outliving
from rlslint.registry import rule
from rlslint.sessions import SessionTrace
from rlslint.setting_writes import SettingWrite


@rule
def set_config_session(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    for step, write in trace.writes():
        # A function of the history that does so is reported where it stands.
        if write.statement.kind == "VariableSetStmt" or write.through is not None:
            continue
        left = outliving(trace, step, write, project)
        if left is not None:
            yield _finding(write, left)


def _finding(write: SettingWrite, left: Outliving) -> Finding:
    return Finding(
        object=write.name,
        message=f"Whoever uses this connection next reads and writes as the tenant that is set "
        f"here: with false as its third argument, set_config keeps {write.name} until the session "
        f"ends, and {left.because}",
        span=write.statement.span,
        label="lasts longer than the request",
        help=f"SELECT set_config('{write.name}', $1, true); -- in the transaction that uses it",
        severity=left.severity,
        confidence=left.confidence,
        statement=write.statement,
    )
