"""pool-hook-misses-new-connections: the first user of each new connection has no tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.code.sites import Hook
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.sessions import SessionTrace
from rlslint.rules.registry import rule


@rule
def pool_hook_misses_new_connections(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    if trace.hook is not Hook.acquire:
        return
    for step, write in trace.writes():
        driver = step.query.site.driver if step.query is not None else None
        if driver is None or not driver.lends_new_unhooked:
            continue
        if write.name not in project.context_settings or write.resets:
            continue
        if write.name in project.ask(_set_elsewhere):
            continue
        finding = Finding(
            object=write.name,
            message=f"whoever gets a new connection of this pool first runs without {write.name}: "
            f"{driver.name} calls this hook only for connections that were used before",
            span=write.statement.span,
            label="not called for new connections",
            help=f"set {write.name} in the hook for new connections too, or in each transaction",
            statement=write.statement,
        )
        yield about_context(finding, project)
        return


def _set_elsewhere(project: Project) -> frozenset[str]:
    """Return the settings that the program sets outside of hooks that lend and take connections."""
    return frozenset(
        write.name
        for trace in project.traces
        if trace.hook not in (Hook.acquire, Hook.release)
        for _, write in trace.writes()
        if not write.resets
    )
