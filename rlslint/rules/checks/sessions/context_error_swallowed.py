"""context-error-swallowed: the tenant may not be set, and the program goes on all the same."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.code.sites import CodeEventKind, Hook
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.questions.local_settings import needing, on_the_connection
from rlslint.project.sessions import SessionTrace, Step, lifetime_of
from rlslint.project.setting_writes import SettingWrite
from rlslint.rules.registry import rule
from rlslint.text import Span


@rule
def context_error_swallowed(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    for step, write in trace.writes():
        if trace.hook is Hook.release or not _stays(step, write, project):
            continue
        span = _caught(trace, step, write, project)
        if span is not None:
            yield about_context(_finding(write, span), project)
            return


def _caught(trace: SessionTrace, step: Step, write: SettingWrite, project: Project) -> Span | None:
    """Return the handler of a step behind which the connection is used without the setting."""
    for place, taken in trace.occurrences(step):
        caught = taken.event.caught
        if caught is None:
            continue
        site = taken.event.site
        # Whoever calls this uses the same connection.
        is_handed = place is trace and lifetime_of(taken).pooled is None and not trace.opens(taken)
        if trace.hook in (Hook.acquire, Hook.connect) or (site and site.is_surrounding):
            return caught.span
        if is_handed and step.event.connection:
            return caught.span
        for other in on_the_connection(place, taken):
            if other.event.number < caught.until:
                continue
            if other.query is not None and any(w.name == write.name for w in other.query.writes):
                break
            if other.event.kind is CodeEventKind.give or needing(other, write.name, project):
                return caught.span
    return None


def _stays(step: Step, write: SettingWrite, project: Project) -> bool:
    """Tell whether a session may still have what somebody set before."""
    if write.name not in project.context_settings or write.resets or step.event.cleanup:
        return False
    lifetime = lifetime_of(step)
    return write.local is False and lifetime.pooled is not False and not lifetime.reset_by_library


def _finding(write: SettingWrite, handler: Span) -> Finding:
    return Finding(
        object=write.name,
        message=f"where {write.name} cannot be set, queries run as the tenant that the session had "
        "before: the error is caught here, and the connection is used",
        span=handler,
        label="goes on without the tenant",
        help="raise the error again, or close the connection",
        related=also_shown((write.statement, f"{write.name} is set here, for the session")),
        confidence=Confidence.medium,
    )
