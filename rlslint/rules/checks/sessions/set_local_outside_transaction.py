"""set-local-outside-transaction: the context is gone before the next statement runs."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project.findings import Finding
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.sessions import SessionTrace, Step, refused_by_server, runs_in_transaction
from rlslint.project.setting_writes import SettingWrite
from rlslint.rules.registry import rule


@rule
def set_local_outside_transaction(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    reported = set()
    for step, write in trace.writes():
        if write.statement not in reported and _is_lost(trace, step, write, project):
            reported.add(write.statement)
            yield about_context(_finding(write), project)


def _is_lost(trace: SessionTrace, step: Step, write: SettingWrite, project: Project) -> bool:
    """Tell whether nothing that runs later can see what a step sets.

    Several statements in one string are one transaction (manual: Multiple Statements in a Simple
    Query).
    """
    if write.name not in project.context_settings or not write.local or write.resets:
        return False
    if not write.alone or step.query is None or step.query.statement_count > 1:
        return False
    if refused_by_server(step, write):
        return False
    return any(runs_in_transaction(other) is False for _, other in trace.occurrences(step))


def _finding(write: SettingWrite) -> Finding:
    is_set = write.statement.kind == "VariableSetStmt"
    does = "SET LOCAL" if is_set else "set_config with true as its third argument"
    if write.through is not None:
        does = f"what {write.through} sets"
    effect = "has no effect" if is_set else "ends with its own statement"
    return Finding(
        object=write.name,
        message=f"the statements that follow run without {write.name}, or with what an earlier "
        f"user of the session left there: {does} {effect} outside a transaction",
        span=write.statement.span,
        label="no transaction is open here",
        help="BEGIN; -- before it, and COMMIT after the statements that need the setting",
        statement=write.statement,
    )
