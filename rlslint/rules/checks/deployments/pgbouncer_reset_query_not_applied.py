"""pgbouncer-reset-query-not-applied: the next transaction of another client keeps the tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.files.deployment import Pooler
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.pooled_settings import found_in_pooler, shares_transactions
from rlslint.rules.registry import rule


@rule
def pgbouncer_reset_query_not_applied(pooler: Pooler, project: Project) -> Iterator[Finding]:
    if shares_transactions(pooler):
        yield from found_in_pooler(
            pooler,
            f"in {pooler.mode} mode {pooler.product} hands connections on without taking it back",
            "hands on what was set for the session",
            "set it by set_config(…, true) in each transaction; or let the pooler hand on whole "
            "sessions",
            project,
        )
