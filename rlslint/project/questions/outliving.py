"""Settings of the session that outlive the work for which application code set them."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.functions import Function
from rlslint.code.sites import Hook
from rlslint.config.scales import Confidence, Severity
from rlslint.meaning.bodies import SettingChange, settings_written, span_of_write
from rlslint.project.findings import Finding
from rlslint.project.project import Project
from rlslint.project.questions.function_exposure import callers
from rlslint.project.sessions import SessionTrace, Step, lifetime_of
from rlslint.project.setting_writes import SettingWrite, setting_call


class Outliving(NamedTuple):
    """That a session keeps a setting when others go on with it, and how sure that is."""

    severity: Severity
    confidence: Confidence
    because: str


_CERTAIN = Outliving(Severity.error, Confidence.high, "the connection goes back to a pool")
_AFTER_ERRORS = Outliving(
    Severity.warning, Confidence.high, "nothing takes it back when a step in between fails"
)
_SHARED = Outliving(
    Severity.warning, Confidence.medium, "the connection lives on, perhaps in a pool"
)
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
    # The same value for all who will ever use the connection is a part of its configuration.
    if step.event.hook is Hook.connect and write.value is not None:
        return None
    found = [_left_behind(*place, write.name) for place in trace.occurrences(step)]
    return max((each for each in found if each is not None), default=None)


def _left_behind(trace: SessionTrace, step: Step, name: str) -> Outliving | None:
    lifetime = lifetime_of(step)
    if lifetime.pooled is False or lifetime.reset_by_library or trace.resets_after(step, name):
        return None
    if lifetime.pooled is None:
        return _PERHAPS_POOLED if trace.opens(step) else _SHARED
    return _AFTER_ERRORS if trace.resets_after(step, name, certainly=False) else _CERTAIN


def found_in_session(step: Step, write: SettingWrite, left: Outliving, cause: str) -> Finding:
    """Return the finding about a setting that application code leaves to others."""
    driver = step.query.site.driver if step.query is not None else None
    return Finding(
        object=write.name,
        message="whoever uses this connection next reads and writes as the tenant that is set "
        f"here: {cause} until the session ends, and {left.because}",
        span=write.statement.span,
        label="lasts longer than the request",
        help=f"{setting_call(write.name, driver)} -- in the transaction that uses it",
        severity=left.severity,
        confidence=left.confidence,
        statement=write.statement,
    )


def left_by_function(function: Function, project: Project) -> Iterator[SettingChange]:
    """Yield what a function of the history sets for the rest of its caller's session.

    What `context-setters` names is meant to: whoever calls it takes the setting back. Raises
    UnknownFact where the body is not known.
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
        if is_kept and callers(function, project):
            yield write


def found_in_function(function: Function, write: SettingChange, cause: str) -> Finding:
    """Return the finding about a setting that a function leaves in its caller's session."""
    return Finding(
        object=str(function),
        message=f"after a call of {function} the session keeps {write.name} until it ends, so "
        f"whoever uses the connection next reads and writes as that tenant: {cause}",
        span=span_of_write(function, write),
        label="lasts longer than the transaction",
        help="set it by set_config(…, true), which ends with the transaction",
        statement=function.because("body"),
    )
