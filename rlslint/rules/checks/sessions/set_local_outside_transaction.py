"""set-local-outside-transaction: the context is gone before the next statement runs."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.config import Confidence, Severity
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.questions.local_settings import is_said_to_be_in_one, lost_at_once, told_lost
from rlslint.project.sessions import SessionTrace
from rlslint.rules.registry import rule


@rule
def set_local_outside_transaction(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    reported = set()
    for step, write in trace.writes():
        lost = lost_at_once(trace, step, write, project)
        if not lost or write.statement in reported:
            continue
        reported.add(write.statement)
        # A caller in a file that does not name this one may have begun a transaction.
        sites = [other.event.site for _, other in lost]
        perhaps = all(site is not None and site.is_surrounding for site in sites)
        is_said = is_said_to_be_in_one(write.statement)
        # Nobody calls it in the project of a library, which says how it is to be called.
        is_for_others = perhaps and is_said and not trace.callers
        perhaps = perhaps or is_said
        finding = Finding(
            object=write.name,
            message=f"{told_lost(write)} outside a transaction"
            + (", and none is begun here" if perhaps else ""),
            severity=Severity.info if is_for_others else Severity.warning if perhaps else None,
            confidence=Confidence.medium if perhaps else None,
            span=write.statement.span,
            label="no transaction is open here",
            help="BEGIN; -- before it, and COMMIT after the statements that need the setting",
            statement=write.statement,
        )
        yield about_context(finding, project)
