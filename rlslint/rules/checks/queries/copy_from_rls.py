"""copy-from-rls: COPY … FROM fails for every role that policies bind."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.bound_queries import accesses, bound_roles
from rlslint.project.sessions import QuerySite
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


@rule
def copy_from_rls(query: QuerySite, project: Project) -> Iterator[Finding]:
    for parsed in query.statements:
        if parsed.statement.kind != "CopyStmt" or not parsed.node.get("is_from"):
            continue
        for access in accesses(parsed, project):
            roles = bound_roles(access.table, project)
            if roles:
                yield Finding(
                    object=str(access.table),
                    message=f"COPY into {access.table} always fails for {listed(roles)}: "
                    "PostgreSQL copies no rows into a table whose policies bind the role",
                    span=parsed.statement.span,
                    label="not supported with row-level security",
                    help="COPY the rows into a temporary table, and INSERT them from there",
                    related=also_shown(
                        (access.table.because("rls_enabled"), "row security is enabled here")
                    ),
                    statement=parsed.statement,
                )
