"""grant-truncate: TRUNCATE empties a table for every tenant, whatever its policies say."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.privileges import Granted, revocation
from rlslint.access.runtime_roles import Evidence
from rlslint.access.serving import in_words
from rlslint.catalog.model import Table
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.table_privileges import EVERYBODY, holders, is_held
from rlslint.rules.registry import rule

_PRIVILEGE = ("truncate",)
_ALONG = ("references", "trigger")
"""What grant-references-trigger leaves to this rule where the same statement grants TRUNCATE."""


@rule
def grant_truncate(table: Table, project: Project) -> Iterator[Finding]:
    found = False
    for granted in project.grants_beginning_with(table):
        held = [one for one in granted if is_held(one, _PRIVILEGE, project)]
        if held:
            found = True
            along = [one for one in granted if is_held(one, _ALONG, project)]
            yield _finding(held, along, project)
    if not found and table.rls_enabled:
        # Raises where more may be granted than is known.
        any(is_held(Granted(table, one), _PRIVILEGE, project) for one in table.grants.values())


def _finding(granted: list[Granted], along: list[Granted], project: Project) -> Finding:
    statement = granted[0].grant.statement
    tables = list(dict.fromkeys(one.table for one in granted))
    roles = dict.fromkeys(
        role for one in granted for role in holders(one.grant, one.table, project)
    )
    everybody = EVERYBODY in roles
    privileges = [
        name
        for name in (*_PRIVILEGE, *_ALONG)
        if any(one.grant.privilege == name for one in (*granted, *along))
    ]
    on_platform = project.runtime.evidence is Evidence.platform and not everybody
    because = " (an info, for the platform's API offers no TRUNCATE)" if on_platform else ""
    return Finding(
        object=str(tables[0]),
        message=f"{spoken(roles)} can TRUNCATE {in_words(tables)}, the rows of all tenants: "
        f"no policy applies to that{because}",
        span=shown(statement),
        label="grants TRUNCATE",
        help=revocation(privileges, (*granted, *along), project.catalog),
        severity=Severity.info if on_platform else None,
        confidence=Confidence.low if project.runtime.assumed and not everybody else None,
    )
