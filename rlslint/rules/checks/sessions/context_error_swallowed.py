"""context-error-swallowed: the tenant may not be set, and the program goes on all the same."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.code.sites import CodeEventKind, Hook
from rlslint.config.scales import Confidence
from rlslint.project.blocks import Handler, returned_below, swallowing_handler
from rlslint.project.findings import Finding, also_shown
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
        is_hook = trace.hook in (Hook.acquire, Hook.connect)
        span = _caught(trace, step, write, project) if step.event.number >= 0 else None
        if step.event.number < 0:
            handler = swallowing_handler(step.event.span, is_hook)
            if handler and (is_hook or _goes_on(trace, step, write, handler, project)):
                span = handler.span
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
        if trace.hook in (Hook.acquire, Hook.connect) or (site and site.is_surrounding):
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


def _goes_on(
    trace: SessionTrace, step: Step, write: SettingWrite, handler: Handler, project: Project
) -> bool:
    """Tell whether queries that need the setting come behind the handler, here or in a caller."""
    lent = {
        other.event.connection
        for other in trace.steps
        if other.event.kind is CodeEventKind.acquire or other is step
    }
    if returned_below(handler, frozenset(lent)):
        return True
    for caller, taken in trace.occurrences(step):
        for other in on_the_connection(caller, taken):
            if other.query is not None and any(w.name == write.name for w in other.query.writes):
                break
            if other.event.kind is not CodeEventKind.execute:
                continue
            span = other.event.span
            is_behind = caller is not trace or span.text.location(span.start).row > handler.last
            if is_behind and needing(other, write.name, project) is not None:
                return True
    return False


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
