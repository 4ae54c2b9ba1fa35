"""context-lost-after-commit: the transaction that had the tenant has ended before the query."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.code.sites import CodeEventKind
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.questions.local_settings import Lost, lost_at_end
from rlslint.project.sessions import SessionTrace
from rlslint.project.setting_writes import SettingWrite
from rlslint.rules.registry import rule


@rule
def context_lost_after_commit(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    reported = set()
    for step, write in trace.writes():
        lost = lost_at_end(trace, step, write, project)
        if lost is not None and lost.statement not in reported:
            reported.add(lost.statement)
            yield about_context(_finding(write, lost), project)


def _finding(write: SettingWrite, lost: Lost) -> Finding:
    ends = "commit" if lost.end.event.kind is CodeEventKind.commit else "rollback"
    return Finding(
        object=write.name,
        message=f"this query of {lost.table} runs without {write.name}, which was set for the "
        f"transaction that the {ends} before has ended",
        span=lost.statement.span,
        label="runs in another transaction",
        help=f"set {write.name} again where this transaction begins, or do all in one",
        related=also_shown(
            (write.statement, f"sets {write.name} until the transaction ends"),
            (lost.end.event.span, f"the {ends}"),
        ),
        confidence=Confidence.medium,
        statement=lost.statement,
    )
