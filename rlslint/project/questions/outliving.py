"""Settings of the session that outlive the work for which application code set them."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.functions import Function
from rlslint.code.sites import Hook
from rlslint.config import Confidence, Severity
from rlslint.meaning.bodies import SettingChange, settings_written, span_of_write
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.questions.function_exposure import callers
from rlslint.project.sessions import Proof, SessionTrace, Step, lifetime_of
from rlslint.project.setting_writes import SettingWrite, setting_call
from rlslint.text import Statement


class Outliving(NamedTuple):
    """That a session keeps a setting when others go on with it, and how sure that is.

    `reset` would take it back, but nothing tells whether it runs.
    """

    severity: Severity
    confidence: Confidence
    because: str
    reset: Statement | None = None


ROLES = ("role", "session_authorization")
"""The settings that say as whom the session acts."""

_CERTAIN = Outliving(Severity.error, Confidence.high, "the connection goes back to a pool")
_AFTER_ERRORS = Outliving(
    Severity.warning, Confidence.high, "nothing takes it back when a step in between fails"
)
_SHARED = Outliving(
    Severity.warning, Confidence.medium, "the connection lives on, perhaps in a pool"
)
_RENEWED = Outliving(
    Severity.info, Confidence.medium, "whoever gets it otherwise, or sets nothing, goes on so"
)
_SOMETIMES_RENEWED = Outliving(
    Severity.warning, Confidence.medium, "whoever gets it and sets nothing goes on so"
)
_OF_A_SCRIPT = Outliving(
    Severity.info, Confidence.low, "the connection lives on, unless the script ends first"
)
_SCRIPTS = frozenset(("bin", "script", "scripts", "seed", "seeds"))
"""Folders of programs that end when they have done their work."""
_PERHAPS_POOLED = Outliving(
    Severity.info, Confidence.low, "a pooler may stand between the program and PostgreSQL"
)


def outliving(
    trace: SessionTrace, step: Step, write: SettingWrite, project: Project
) -> Outliving | None:
    """Return whether what a step sets for the session stays for others; None if it does not.

    Only settings on which policies depend count.
    """
    if write.name not in project.context_settings or write.local is not False or write.resets:
        return None
    # What is set when a connection comes back is nobody's who uses it.
    if step.event.hook is Hook.release:
        return None
    # The same value for all who will ever use the connection is a part of its configuration.
    if step.event.hook in (Hook.connect, Hook.acquire) and write.value is not None:
        return None
    if project.assumes_context and write.value is not None:
        return None
    left = _kept(trace, step, write)
    if left is None or not _is_in_script(step, pooled=left in (_CERTAIN, _AFTER_ERRORS)):
        return left
    return _OF_A_SCRIPT


def _is_in_script(step: Step, *, pooled: bool) -> bool:
    """Tell whether a step is one of a script that somebody runs, by its folder.

    `bin` holds servers too, which have a pool.
    """
    folders = set(step.event.span.text.path.lower().split("/")[:-1])
    return not folders.isdisjoint(_SCRIPTS - {"bin"} if pooled else _SCRIPTS)


def outliving_role(trace: SessionTrace, step: Step, write: SettingWrite) -> Outliving | None:
    """Return whether the role that a step takes on for the session stays that of others."""
    if write.name not in ROLES or write.local is not False or write.resets:
        return None
    # One role for all who will ever use the connection is a part of its configuration.
    if step.event.hook in (Hook.connect, Hook.acquire) and write.value is not None:
        return None
    return _kept(trace, step, write)


def _kept(trace: SessionTrace, step: Step, write: SettingWrite) -> Outliving | None:
    # What is set last, however the function ends, takes back what was set before.
    if step.event.cleanup and write.value is not None:
        return None
    found = [
        # The next one to borrow it sets its own, unless the hook does so for some alone.
        left and min(left, _SOMETIMES_RENEWED if place[1].event.is_chosen else _RENEWED)
        if place[0].hook is Hook.acquire
        else left
        for place in trace.occurrences(step)
        if place[0].hook is not Hook.acquire or not place[0].resets(write.name)
        for left in (_left_behind(*place, write.name),)
    ]
    return max(
        (each for each in found if each is not None), key=lambda each: each[:3], default=None
    )


def _left_behind(trace: SessionTrace, step: Step, name: str) -> Outliving | None:
    lifetime = lifetime_of(step)
    reset = trace.reset_after(step, name)
    if lifetime.pooled is False or (lifetime.reset_by_library and not _survives_reset(step, name)):
        return None
    if reset is not None and reset.proof is Proof.guarded:
        return None
    if lifetime.pooled is None and trace.opens(step):
        return _PERHAPS_POOLED
    if reset is not None and reset.proof is Proof.somewhere:
        return _perhaps_taken_back(reset.step)
    if lifetime.pooled is None:
        return _SHARED
    return _CERTAIN if reset is None else _AFTER_ERRORS


def _survives_reset(step: Step, name: str) -> bool:
    driver = step.event.site.driver if step.event.site is not None else None
    return name in ROLES and driver is not None and driver.reset_keeps_role


def _perhaps_taken_back(step: Step) -> Outliving:
    place = step.event.span
    row = place.text.location(place.start).row
    because = f"nothing shows that {place.text.path}:{row}, which takes it back, runs before that"
    reset = step.query.statements[0].statement if step.query and step.query.statements else None
    return Outliving(Severity.warning, Confidence.low, because, reset)


def found_in_session(
    step: Step, write: SettingWrite, left: Outliving, cause: str, project: Project
) -> Finding:
    """Return the finding about a setting that application code leaves to others."""
    driver = step.query.site.driver if step.query is not None else None
    finding = Finding(
        object=write.name,
        message="whoever uses this connection next reads and writes as the tenant that is set "
        f"here: {cause} until the session ends, and {left.because}",
        span=write.statement.span,
        label="lasts longer than the request",
        help=f"{setting_call(write.name, driver)} -- in the transaction that uses it",
        severity=left.severity,
        confidence=left.confidence,
        statement=write.statement,
        related=also_shown((left.reset, "takes it back where it runs")),
    )
    return about_context(finding, project)


def left_by_function(function: Function, project: Project) -> Iterator[SettingChange]:
    """Yield what a function of the history sets for the rest of its caller's session.

    What `context-setters` names is meant to: whoever calls it takes the setting back. So do
    programs where each call is on a connection that is cleaned when it goes back to its pool.
    Raises UnknownFact where the body is not known.
    """
    named = {function.name, str(function)} & set(project.config.context_setters)
    if named or function.language not in ("sql", "plpgsql"):
        return
    last: dict[str, SettingChange] = {}
    first: dict[str, SettingChange] = {}
    for write in settings_written(function):
        if write.name is not None and write.is_local is False:
            last[write.name.lower()] = write
            if not write.resets:
                first.setdefault(write.name.lower(), write)
    for name, write in first.items():
        is_kept = name in project.context_settings and not last[name].resets
        if is_kept and callers(function, project) and not _is_taken_back(function, name, project):
            yield write


def _is_taken_back(function: Function, name: str, project: Project) -> bool:
    """Tell whether programs call a setter, and each of them surely takes the setting back."""
    calls = [
        (trace, step, write)
        for trace in project.traces
        for step, write in trace.writes()
        if write.through is function and write.name == name
    ]
    return bool(calls) and all(_kept(*call) is None for call in calls)


def found_in_function(
    function: Function, write: SettingChange, cause: str, project: Project
) -> Finding:
    """Return the finding about a setting that a function leaves in its caller's session."""
    finding = Finding(
        object=str(function),
        message=f"after a call of {function} the session keeps {write.name} until it ends, so "
        f"whoever uses the connection next reads and writes as that tenant: {cause}",
        span=span_of_write(function, write),
        label="lasts longer than the transaction",
        help="set it by set_config(…, true), which ends with the transaction",
        statement=function.because("body"),
    )
    return about_context(finding, project)
