"""Whether all callers are one and the same user to PostgreSQL."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access import can_log_in, is_declared
from rlslint.access.runtime_roles import Evidence
from rlslint.catalog.facts import UnknownFact
from rlslint.meaning.bodies import settings_written
from rlslint.project.project import Project
from rlslint.text import Span

_SWITCHES = ("role", "session_authorization")


class SharedLogin(NamedTuple):
    """The roles as which all callers connect, why, and where that is said.

    `certain` is False where only grants tell: then the callers may have roles of their own that
    nobody has written down.
    """

    roles: tuple[str, ...]
    because: str
    span: Span | None
    certain: bool


def shared_login(project: Project) -> SharedLogin | None:
    """Return as whom all callers connect, None where they may have roles of their own.

    They have where somebody switches roles, where roles are members of the one that serves
    requests, and where the migrations make several roles that log in.
    """
    runtime, catalog = project.runtime, project.catalog
    if runtime.assumed or not runtime.names or _switches(project):
        return None
    reason = runtime.reason(runtime.names[0])
    span = next(iter(reason.spans), None)
    if runtime.evidence is Evidence.platform:
        return SharedLogin(runtime.names, reason.because, span, True)
    told = [runtime.reason(name).evidence for name in runtime.names]
    if all(evidence is Evidence.connections for evidence in told):
        return SharedLogin(runtime.names, reason.because, span, True)
    if len(runtime.names) > 1:
        return None
    (name,) = runtime.names
    if any(
        membership.role.name == name
        for role in catalog.roles.values()
        for membership in role.memberships.known()
    ):
        return None
    if reason.evidence is not Evidence.configuration and not (
        is_declared(catalog, name) and can_log_in(catalog, name)
    ):
        return None
    certain = reason.evidence is Evidence.configuration
    return SharedLogin(runtime.names, reason.because, span, certain)


def _switches(project: Project) -> bool:
    """Tell whether anything makes a session another role's."""
    if any(write.name in ("", *_SWITCHES) and not write.resets for write in project.setting_writes):
        return True
    for function in project.functions():
        try:
            if any(write.name in _SWITCHES for write in settings_written(function)):
                return True
        except UnknownFact:
            continue
    return any(naming.sets for naming in project.settings_elsewhere(_SWITCHES).values())
