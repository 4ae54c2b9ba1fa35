"""session-set-tenant: SET gives the tenant to whoever gets the connection next."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.findings import Finding
from rlslint.project import Project
from rlslint.questions.outliving import Outliving, outliving
from rlslint.registry import rule
from rlslint.sessions import SessionTrace, refused_by_server
from rlslint.setting_writes import SettingWrite


@rule
def session_set_tenant(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    for step, write in trace.writes():
        if write.statement.kind != "VariableSetStmt" or refused_by_server(step, write):
            continue
        left = outliving(trace, step, write, project)
        if left is not None:
            yield _finding(write, left)


def _finding(write: SettingWrite, left: Outliving) -> Finding:
    return Finding(
        object=write.name,
        message=f"Whoever uses this connection next reads and writes as the tenant that is set "
        f"here: SET {write.name} lasts until the session ends, and {left.because}",
        span=write.statement.span,
        label="lasts longer than the request",
        help=f"SELECT set_config('{write.name}', $1, true); -- in the transaction that uses it",
        severity=left.severity,
        confidence=left.confidence,
        statement=write.statement,
    )
