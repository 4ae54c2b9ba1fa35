"""session-set-rolled-back: ROLLBACK gives the session the tenant that it had before."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.config import Severity
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.questions.outliving import outliving
from rlslint.project.questions.rolled_back import rolled_back
from rlslint.project.sessions import SessionTrace, refused_by_server
from rlslint.project.setting_writes import setting_call
from rlslint.rules.registry import rule


@rule
def session_set_rolled_back(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    for step, write in trace.writes():
        if refused_by_server(step, write):
            continue
        undone = rolled_back(trace, step, write, project)
        if undone is None:
            continue
        left = outliving(trace, step, write, project)
        driver = step.query.site.driver if step.query is not None else None
        finding = Finding(
            object=write.name,
            message=f"queries of {undone.table} run with an earlier {write.name} after the "
            "rollback: perhaps another tenant's, for a rollback undoes what was set since its "
            "transaction "
            "or savepoint began",
            span=write.statement.span,
            label="undone by the rollback",
            help=f"{setting_call(write.name, driver)} -- in each transaction, behind BEGIN",
            related=also_shown(
                (undone.end, "rolls back"), (undone.statement, "runs with the old value")
            ),
            severity=max(Severity.warning, left.severity) if left is not None else None,
            statement=write.statement,
        )
        yield about_context(finding, project)
