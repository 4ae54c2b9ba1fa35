"""session-set-tenant: SET gives the tenant to whoever gets the connection next."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.outliving import found_in_session, outliving
from rlslint.project.sessions import SessionTrace, refused_by_server
from rlslint.rules.registry import rule


@rule
def session_set_tenant(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    for step, write in trace.writes():
        if write.statement.kind != "VariableSetStmt" or refused_by_server(step, write):
            continue
        left = outliving(trace, step, write, project)
        if left is not None:
            yield found_in_session(step, write, left, f"SET {write.name} lasts", project)
