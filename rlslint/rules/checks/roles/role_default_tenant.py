"""role-default-tenant: sessions begin as a tenant that nobody has chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import Pattern
from rlslint.access.data_roles import escapes_row_security
from rlslint.access.ownership import Answer
from rlslint.access.serving import serves
from rlslint.catalog.roles import StoredSetting
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule

_NOBODY = Pattern(r"[\s0-]*|-1|none|null|nobody", re.IGNORECASE)
"""Values that no tenant has: empty ones, zeros, the nil UUID."""


@rule
def role_default_tenant(setting: StoredSetting, project: Project) -> Iterator[Finding]:
    if setting.name not in project.ask(_binding) or _NOBODY().fullmatch(setting.value):
        return
    role = setting.role
    if role is None:
        yield _finding(setting, "every session of the database", Answer.yes, project)
    elif not escapes_row_security(project.catalog, role.name) and not _is_tenant(setting, project):
        serving = serves(project.catalog, project.runtime, role.name)
        if serving.answer is not Answer.no:
            yield _finding(setting, f"every session of {role}", serving.answer, project)


def _binding(project: Project) -> frozenset[str]:
    """Return the names of the settings, in small letters, with which policies compare columns."""
    return frozenset(
        read.name.lower()
        for read in project.bound_values.values()
        if read.kind == "setting" and read.name is not None
    )


def _help(setting: StoredSetting) -> str:
    if setting.role is None:
        return f"{setting.reset}, and set it in each transaction"
    return setting.reset


def _is_tenant(setting: StoredSetting, project: Project) -> bool:
    """Tell whether each tenant has a role of its own: others have other values."""
    values = {
        (one.role, one.value)
        for one in project.catalog.stored_settings()
        if one.name == setting.name and one.role is not None
    }
    return len({value for _, value in values}) > 1


def _finding(setting: StoredSetting, whose: str, answer: Answer, project: Project) -> Finding:
    policies = [
        policy
        for policy in project.catalog.policies()
        for column in project.compared_columns(policy)
        if (read := project.bound_values.get(column.name)) is not None
        and (read.name or "").lower() == setting.name
    ]
    certain = answer is Answer.yes
    return Finding(
        object=setting.name if setting.role is None else setting.role.name,
        message=f"{whose} reads and writes the rows of tenant {setting.value} until it sets "
        f"another one: {setting.name} has that value by default, and again after DISCARD ALL",
        span=shown(setting.statement),
        label="is the tenant of whoever sets none",
        help=_help(setting),
        related=also_shown(
            *((policy.using, f"policy {policy.spoken} goes by it") for policy in policies[:1])
        ),
        severity=None if certain else Severity.warning,
        confidence=None if certain else Confidence.medium,
    )
