"""Settings of sessions that a pooler hands on to other clients."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple, Pattern
from rlslint.config import Confidence
from rlslint.files.deployment import Pooler
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.questions.outliving import Outliving, outliving
from rlslint.project.sessions import SessionTrace, Step, refused_by_server
from rlslint.project.setting_writes import SettingWrite

_MOST_PLACES = 20
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


class HandedOn(NamedTuple):
    """A setting for a session that a pooler hands on; `left` tells whether it stays without one."""

    write: SettingWrite
    left: Outliving | None


def handed_on(pooler: Pooler, project: Project) -> tuple[HandedOn, ...]:
    """Return the settings for sessions that a pooler hands on.

    What a program takes back when it is done is late where each transaction may be another's.
    """
    if not (shares_transactions(pooler) or keeps_settings(pooler)):
        return ()
    found = project.ask(_for_sessions)
    return tuple(one for one in found if shares_transactions(pooler) or one.left is not None)


def _for_sessions(project: Project) -> tuple[HandedOn, ...]:
    """Return the settings that the program makes for whole sessions."""
    return tuple(
        HandedOn(write, outliving(trace, step, write, project))
        for trace in project.traces
        for step, write in trace.writes()
        if _is_for_session(step, write, trace, project)
    )


def _is_for_session(step: Step, write: SettingWrite, trace: SessionTrace, project: Project) -> bool:
    if write.name not in project.context_settings or write.local is not False or write.resets:
        return False
    is_constant_of_all = trace.hook is not None and write.value is not None
    return not (is_constant_of_all or step.event.cleanup or refused_by_server(step, write))


def found_in_pooler(
    pooler: Pooler, cause: str, label: str, help: str, project: Project
) -> Iterator[Finding]:
    """Yield the finding about a pooler that hands settings on, if it does.

    It points to those that it alone hands on: a pool of the program's own is another fault, unless
    the pooler's sessions serve others before the program is done with them.
    """
    found = handed_on(pooler, project)
    if not found:
        return
    name = found[0].write.name
    alone = [
        one.write
        for one in found
        if shares_transactions(pooler) or one.left is None or one.left.confidence < Confidence.high
    ]
    finding = Finding(
        object=name,
        message="whoever gets a connection of this pool next acts as the tenant that "
        f"{name} was set to: {cause}",
        span=pooler.span,
        label=label,
        help=help,
        related=also_shown(
            *((w.statement, f"{w.name} is set for the session") for w in alone[:_MOST_PLACES])
        ),
    )
    yield about_context(finding, project)
