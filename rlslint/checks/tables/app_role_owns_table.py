"""app-role-owns-table: whoever owns a table can switch its row security off."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import (
    Evidence,
    in_words,
    is_administrative,
    protected_tables,
    role_of,
)
from rlslint.access.data_roles import escapes_row_security
from rlslint.catalog.model import MIGRATION_ROLE, Relation, Table
from rlslint.evidence import Connection
from rlslint.findings import Confidence, Finding, Related, Severity
from rlslint.project import Project
from rlslint.registry import rule
from rlslint.sql.quoting import quoted_identifier


@rule
def app_role_owns_table(table: Table, project: Project) -> Iterator[Finding]:
    # Where row security is not forced, the owner needs not even switch it off: rls-not-forced.
    if not table.rls_enabled or not table.rls_forced or project.runtime.assumed:
        return
    owner = table.owner
    if owner == MIGRATION_ROLE:
        yield from _by_connection(table, project)
    elif owner in project.runtime.names and not _is_set_aside(owner, project):
        tables = [t for t in _forced(project, owner) if t.because("owner") is _made(table)]
        if tables[0] is table:
            yield _finding(owner, tables, project)


def _is_set_aside(owner: str, project: Project) -> bool:
    """Tell whether a role that owns tables serves nobody, or passes by policies anyway."""
    if project.runtime.evidence in (Evidence.grants, Evidence.policies):
        if is_administrative(owner):
            return True
    return escapes_row_security(project.catalog, owner)
