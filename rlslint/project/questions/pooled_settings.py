"""Settings of sessions that a pooler hands on to other clients."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.config.scales import Confidence
from rlslint.files.deployment.facts import Pooler
from rlslint.project.findings import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.questions.outliving import outliving
from rlslint.project.sessions import SessionTrace, Step, refused_by_server
from rlslint.project.setting_writes import SettingWrite
from rlslint.text.patterns import Pattern

_MOST_PLACES = 3
_RESETS = Pattern(r"(?i)discard\s+all|reset\s+all")


def shares_transactions(pooler: Pooler) -> bool:
    """Tell whether a pooler gives a session to another client after each transaction, as it is."""
    return pooler.mode != "session" and not (pooler.always and _resets(pooler))


def keeps_settings(pooler: Pooler) -> bool:
    """Tell whether a pooler gives a session to another client with what the last one set."""
    return pooler.mode == "session" and not _resets(pooler)


def _resets(pooler: Pooler) -> bool:
    """Tell whether what a pooler sends takes all settings back; it sends DISCARD ALL by itself."""
    return pooler.reset_query is None or _RESETS().search(pooler.reset_query) is not None


def handed_on(pooler: Pooler, project: Project) -> tuple[SettingWrite, ...]:
    """Return the settings for sessions that a pooler hands on, and that nothing else tells of.

    Where a pool of the program's own surely keeps them, that is reported where they are set. What a
    program takes back when it is done is late where each transaction may be another's.
    """
    if not (shares_transactions(pooler) or keeps_settings(pooler)):
        return ()
    found = project.ask(_for_sessions)
    return tuple(write for write, is_reset in found if shares_transactions(pooler) or not is_reset)


def _for_sessions(project: Project) -> tuple[tuple[SettingWrite, bool], ...]:
    """Return the settings for whole sessions, and whether something takes each back."""
    return tuple(
        (write, left is None)
        for trace in project.traces
        for step, write in trace.writes()
        if _is_for_session(step, write, trace, project)
        for left in (outliving(trace, step, write, project),)
        if left is None or left.confidence < Confidence.high
    )


def _is_for_session(step: Step, write: SettingWrite, trace: SessionTrace, project: Project) -> bool:
    if write.name not in project.context_settings or write.local is not False or write.resets:
        return False
    is_constant_of_all = trace.hook is not None and write.value is not None
    return not (is_constant_of_all or step.event.cleanup or refused_by_server(step, write))


def found_in_pooler(
    pooler: Pooler, cause: str, label: str, help: str, project: Project
) -> Iterator[Finding]:
    """Yield the finding about a pooler that hands settings on, if it does."""
    writes = handed_on(pooler, project)
    if not writes:
        return
    name = writes[0].name
    finding = Finding(
        object=name,
        message="whoever gets a server connection of this pool next reads and writes as the tenant "
        f"that {name} was set to: {cause}",
        span=pooler.span,
        label=label,
        help=help,
        related=also_shown(
            *((w.statement, f"{w.name} is set for the session") for w in writes[:_MOST_PLACES])
        ),
    )
    yield about_context(finding, project)


def is_told_by_pooler(write: SettingWrite, project: Project) -> bool:
    """Tell whether a finding about a pooler speaks of what a write sets."""
    return any(
        write is other
        for pooler in project.deployment.poolers
        for other in handed_on(pooler, project)
    )
