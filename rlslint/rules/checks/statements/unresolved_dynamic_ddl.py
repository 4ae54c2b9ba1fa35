"""unresolved-dynamic-ddl: dynamic SQL that may change row security and could not be evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog import Dynamic
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def unresolved_dynamic_ddl(dynamic: Dynamic, project: Project) -> Iterator[Finding]:
    yield Finding(
        object=dynamic.statement.kind or "statement",
        message="what this statement does to row security could not be found out: "
        f"{dynamic.reason}",
        span=dynamic.statement.span,
        label="not evaluated",
        statement=dynamic.statement,
    )
