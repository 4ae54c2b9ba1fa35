"""set-local-autocommit-driver: the program keeps its library from opening the transaction."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.questions.local_settings import (
    lost_at_once,
    told_lost,
    turns_transactions_off,
)
from rlslint.project.sessions import SessionTrace
from rlslint.rules.registry import rule


@rule
def set_local_autocommit_driver(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    reported = set()
    for step, write in trace.writes():
        places = lost_at_once(trace, step, write, project)
        chosen = (place for place in places if turns_transactions_off(trace, place))
        site = next((step.event.site for _, step in chosen), None)
        if site is None or write.statement in reported:
            continue
        reported.add(write.statement)
        library = site.driver.name if site.driver is not None else "the library"
        finding = Finding(
            object=write.name,
            message=f"{told_lost(write)} in autocommit mode, in which {library} opens no "
            "transaction by itself",
            span=write.statement.span,
            label="this connection is in autocommit mode",
            help="open a transaction around this and what needs the setting, or leave "
            "autocommit off",
            statement=write.statement,
        )
        yield about_context(finding, project)
