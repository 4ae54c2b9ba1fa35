"""default-privileges-broad: whatever is made later is open before anybody protects it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.data_roles import escapes_row_security
from rlslint.access.serving import in_words
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.defaults import (
    are_given_by_platform,
    calls_api,
    is_told_of,
    opened_since,
    protects_new_tables,
    served_by,
)
from rlslint.project.subjects import DefaultGrants
from rlslint.rules.registry import rule
from rlslint.text import CatalogText

_MOST_SHOWN = 20


@rule
def default_privileges_broad(grants: DefaultGrants, project: Project) -> Iterator[Finding]:
    roles = served_by(grants, project)
    strangers = roles == (PUBLIC,) or calls_api(roles, project)
    if not roles or not (project.uses_row_security or (strangers and roles != (PUBLIC,))):
        return
    tables = opened_since(grants, project) if roles != (PUBLIC,) else []
    if tables:
        yield _finding(grants, roles, tables, project)
    elif roles != (PUBLIC,) and isinstance(grants.statement.text, CatalogText):
        return  # What came of it nothing tells there.
    elif not (protects_new_tables(project) or are_given_by_platform(roles, project)) and not (
        # What came of it already, grant-all-to-public tells.
        roles == (PUBLIC,) and is_told_of(grants, project)
    ):
        bound = tuple(
            role
            for role in roles
            if role not in project.runtime.exempt
            and not escapes_row_security(project.catalog, role)
        )
        if bound:
            yield _finding(grants, bound, [], project, None if strangers else Severity.info)


def _finding(
    grants: DefaultGrants,
    roles: tuple[str, ...],
    tables: list[Relation],
    project: Project,
    severity: Severity | None = None,
) -> Finding:
    what = f"the rows of all tenants in {in_words(tables)}" if tables else "whatever is made later"
    places = ((one.created, "made without row security") for one in tables[:_MOST_SHOWN])
    return Finding(
        object=str(tables[0]) if tables else str(grants),
        message=f"{spoken(roles)} can get at {what}, because this opens each new table from the "
        "moment that it is made, before row security is enabled",
        span=shown(grants.statement),
        label="grants tables that nobody has thought of yet",
        help="grant each table by its name, where its row security is enabled",
        related=also_shown(*places),
        severity=severity,
        confidence=Confidence.low if project.runtime.assumed and roles != (PUBLIC,) else None,
    )
