"""policy-or-blocks-index: one alternative without a column, and no index serves the others."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.blocked_indexes import has_row_free_arm, row_free_arm
from rlslint.project.questions.index_needs import SMALL, estimated_rows
from rlslint.rules.registry import rule


@rule(where=has_row_free_arm)
def policy_or_blocks_index(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    arm = row_free_arm(policy, project)
    if arm is None or 0 < estimated_rows(project.catalog, table) < SMALL:
        return
    yield Finding(
        object=str(policy),
        message=f"every query of {table} reads the rows of all tenants: an alternative in policy "
        f"{policy.spoken} asks nothing of the row, so no index can serve the others",
        span=shown(policy.using, arm),
        label="no column of the row stands here",
        help="give those who may see all rows a role, and this alternative a policy of its own TO "
        "that role",
    )
