"""pgbouncer-empty-reset-query: the next client keeps the tenant of the last one."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.files.deployment import Pooler
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.pooled_settings import found_in_pooler, keeps_settings
from rlslint.rules.registry import rule


@rule
def pgbouncer_empty_reset_query(pooler: Pooler, project: Project) -> Iterator[Finding]:
    if keeps_settings(pooler):
        query = pooler.reset_query
        sends = f"sends {query}, which keeps it" if query else "sends nothing"
        yield from found_in_pooler(
            pooler,
            f"when a client leaves, PgBouncer {sends}",
            "takes no setting back",
            "server_reset_query = DISCARD ALL",
            project,
        )
