"""policy-on-non-table: row security asked of a relation that cannot have it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog import Refusal
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def policy_on_non_table(refusal: Refusal, project: Project) -> Iterator[Finding]:
    relation = refusal.relation
    if relation is None or refusal.reason not in ("policy", "row security"):
        return
    created = relation.created
    yield Finding(
        object=str(relation),
        message=f"{relation} stays unprotected: it is a {relation.kind.value}, and PostgreSQL "
        "refuses row security on anything but tables",
        span=refusal.statement.span,
        label="this statement fails",
        help="protect the tables behind it; make a view read them WITH (security_invoker = true)",
        related=also_shown((created, "it is created here")),
        statement=refusal.statement,
    )
