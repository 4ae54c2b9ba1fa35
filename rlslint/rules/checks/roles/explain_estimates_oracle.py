"""explain-estimates-oracle: plans tell how many rows other tenants have."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.exposure import restricts
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import StoredSetting
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier

_PLANS = "pgrst.db_plan_enabled"
_ON = frozenset(("1", "on", "t", "true", "yes"))


@rule
def explain_estimates_oracle(setting: StoredSetting, project: Project) -> Iterator[Finding]:
    if setting.name != _PLANS or setting.value.lower() not in _ON:
        return
    table = next(_kept(project), None)
    if table is None:
        return
    role = setting.role
    yield Finding(
        object=setting.name if role is None else f"{role}.{setting.name}",
        message=f"callers of the API can learn how many rows other tenants have in {table}, and "
        f"which values are common there: {_PLANS} shows them plans, and the estimates in these "
        "come from all rows",
        span=shown(setting.statement),
        label="callers may ask for plans",
        help=f"ALTER ROLE {quoted_identifier(role.name)} RESET {_PLANS};"
        if role is not None
        else f"reset {_PLANS} with ALTER DATABASE",
        related=also_shown((table.because("rls_enabled"), f"policies keep rows of {table} apart")),
    )


def _kept(project: Project) -> Iterator[Relation]:
    """Yield the tables of which row security keeps rows from those who may read some."""
    for table in project.catalog.tables():
        if not (table.knows("rls_enabled") and table.rls_enabled) or table.policies.is_open:
            continue
        readers = project.reachable_by(table, "select")
        is_kept = any(restricts(project.catalog, role, table, "select") for role in readers)
        if is_kept and any(map(project.compared_columns, table.policies.known())):
            yield table
