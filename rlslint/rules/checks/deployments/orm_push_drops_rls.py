"""orm-push-drops-rls: a push of the ORM's schema drops the policies that it does not declare."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.serving import in_words, protected_tables
from rlslint.files.deployment import SchemaPush
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def orm_push_drops_rls(push: SchemaPush, project: Project) -> Iterator[Finding]:
    tables = protected_tables(project.catalog)
    policies = [policy for table in tables for policy in table.policies.known()]
    if not policies:
        return
    yield Finding(
        object="drizzle-kit push",
        message=f"this push drops the policies of {in_words(tables)} and disables row security "
        "there, so that roles with privileges read all rows: the schema declares no policies",
        span=push.span,
        label="drops what the schema does not declare",
        help="apply the migrations here (drizzle-kit migrate), or declare policies with pgPolicy",
        related=also_shown((policies[0].created, f"policy {policies[0].spoken} is made here")),
    )
