"""session-set-tenant: SET gives the tenant to whoever gets the connection next."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project.findings import Finding
from rlslint.project.project import Project
from rlslint.project.questions.outliving import found_in_session, outliving
from rlslint.project.questions.pooled_settings import is_told_by_pooler
from rlslint.project.questions.rolled_back import rolled_back
from rlslint.project.sessions import SessionTrace, refused_by_server
from rlslint.rules.registry import rule


@rule
def session_set_tenant(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    for step, write in trace.writes():
        if write.statement.kind != "VariableSetStmt" or refused_by_server(step, write):
            continue
        left = outliving(trace, step, write, project)
        if left is None or is_told_by_pooler(write, project):
            continue
        if rolled_back(trace, step, write, project) is None:
            yield found_in_session(step, write, left, f"SET {write.name} lasts", project)
