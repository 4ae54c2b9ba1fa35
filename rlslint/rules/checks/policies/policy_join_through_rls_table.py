"""policy-join-through-rls-table: policies of other tables are evaluated inside of a policy."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import SMALL, estimated_rows
from rlslint.project.questions.nested_policies import nested_policies, reads_tables
from rlslint.rules.registry import rule


@rule(where=reads_tables)
def policy_join_through_rls_table(policy: Policy, project: Project) -> Iterator[Finding]:
    table, found = policy.relation, nested_policies(policy, project)
    if found is None or 0 < estimated_rows(project.catalog, table) < SMALL:
        return
    inner = found.inner
    yield Finding(
        object=str(policy),
        message=f"queries of {table} evaluate policies inside of policies: {policy.spoken} reads "
        f"{inner.relation}, whose policy {inner.spoken} reads {found.further}",
        span=shown(policy.using, found.place),
        label=f"filtered by {inner.name} of {inner.relation}",
        help=f"keep whose a row is in {table} itself, or ask once, by a SECURITY DEFINER function "
        "that returns no more than the caller's keys",
        related=also_shown((inner.using, f"reads {found.further}, for each of these rows")),
    )
