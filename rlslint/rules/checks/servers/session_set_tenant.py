"""session-set-tenant in a server's statistics: a role has set the tenant for whole sessions."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.data_roles import escapes_row_security
from rlslint.access.ownership import Answer
from rlslint.access.serving import serves
from rlslint.config import Confidence, Severity
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.setting_writes import setting_call
from rlslint.rules.registry import rule
from rlslint.server.evidence import SessionSetting

_OFTEN = 10
"""How many times nobody types a statement who only tries something."""


@rule
def session_set_tenant(setting: SessionSetting, project: Project) -> Iterator[Finding]:
    if setting.name not in project.context_settings or setting.calls < _OFTEN:
        return
    role, serving = setting.role, serves(project.catalog, project.runtime, setting.role)
    if serving.answer is Answer.no or escapes_row_security(project.catalog, role):
        return
    doubt = ", though some values may have been empty, which the server does not show"
    yield Finding(
        object=setting.name,
        message=f"whoever uses a session of {role} next may read and write as the tenant that was "
        f"set before: {role} has run SET {setting.name} without LOCAL {setting.calls:,} times "
        f"or more, so that it lasts until the session ends{doubt if setting.is_masked else ''}",
        span=setting.span,
        label="lasts longer than the transaction",
        help=f"{setting_call(setting.name, None)} -- in the transaction that uses it",
        severity=Severity.warning,
        confidence=Confidence.low if setting.is_masked else Confidence.medium,
    )
