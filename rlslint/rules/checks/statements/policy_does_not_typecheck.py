"""policy-does-not-typecheck: a condition that is not even true or false."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog import Refusal
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def policy_does_not_typecheck(refusal: Refusal, project: Project) -> Iterator[Finding]:
    table = refusal.relation
    if table is None or refusal.reason != "type of a policy":
        return
    yield Finding(
        object=str(table),
        message=f"{table} goes without this policy, which PostgreSQL refuses: its condition is of "
        f"type {refusal.type}, and not boolean",
        span=refusal.statement.span,
        label="is refused",
        help="compare it with the value that is meant, or cast it to boolean",
        related=also_shown((table.created, "the table is created here")),
        statement=refusal.statement,
    )
