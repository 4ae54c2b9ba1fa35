"""role-setting-row-security-off: sessions begin so that every filtered query fails."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.ownership import Answer
from rlslint.access.reach import row_security_active
from rlslint.access.serving import in_words, protected_tables, serves
from rlslint.catalog.roles import StoredSetting
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule

_OFF = frozenset(("off", "false", "no", "0", "f", "n"))


@rule
def role_setting_row_security_off(setting: StoredSetting, project: Project) -> Iterator[Finding]:
    if setting.name != "row_security" or setting.value.lower() not in _OFF:
        return
    for name in (setting.role.name,) if setting.role is not None else project.runtime.names:
        serving = serves(project.catalog, project.runtime, name)
        if serving.answer is Answer.no:
            continue
        tables = tuple(
            table
            for table in protected_tables(project.catalog)
            if row_security_active(project.catalog, name, table)
        )
        if not tables:
            continue
        yield Finding(
            object=name,
            message=f"every query of {name} on {in_words(tables)} fails: row_security is off, "
            "which switches no policy off but refuses what a policy would filter",
            span=shown(setting.statement),
            label="refuses what policies would filter",
            help=setting.reset
            if setting.role is not None
            else f"{setting.reset}; pg_dump sets it for itself",
            related=also_shown((tables[0].because("rls_enabled"), "row security is enabled here")),
            confidence=None if serving.answer is Answer.yes else Confidence.medium,
        )
        return
