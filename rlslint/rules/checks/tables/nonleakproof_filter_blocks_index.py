"""nonleakproof-filter-blocks-index: an index for conditions that have to wait for the policy."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.exposure import restricts
from rlslint.catalog.model import Index, Policy, Table
from rlslint.meaning.context import own_columns
from rlslint.meaning.leakproof import why_not_leakproof
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.index_needs import SMALL, estimated_rows
from rlslint.rules.registry import rule


@rule
def nonleakproof_filter_blocks_index(table: Table, project: Project) -> Iterator[Finding]:
    if not table.rls_enabled or project.is_shared(table) or table.partition_of is not None:
        return
    indexes = [(one, why) for one in table.indexes.known() if (why := _obstacle(one, table))]
    if not indexes or 0 < estimated_rows(project.catalog, table) < SMALL:
        return
    roles = tuple(
        role
        for role in project.reachable_by(table, "select")
        if restricts(project.catalog, role, table, "select")
    )
    policies = [one for one in table.policies.known() if one.covers("select") and one.using]
    binding = next((one for one in policies if project.compared_columns(one)), None)
    if not roles or binding is None:
        return
    asked = frozenset[int]().union(
        *(one.using.ask(own_columns) for one in policies if one.using is not None)
    )
    for index, why in indexes:
        # What the policy asks itself comes first, and may use the index.
        if asked.isdisjoint(_columns(index)):
            yield _finding(table, index, why, roles, binding, project)


def _obstacle(index: Index, table: Table) -> str:
    """Return why an index serves no query under row security; one of a key has another use."""
    if not index.valid or index.unique or dict.__contains__(table.constraints, index.name):
        return ""
    return why_not_leakproof(index)


def _columns(index: Index) -> frozenset[int]:
    own = (clause.ask(own_columns) for clause in index.expressions)
    return frozenset(index.columns).union(*own) - {0}


def _finding(
    table: Table,
    index: Index,
    why: str,
    roles: tuple[str, ...],
    policy: Policy,
    project: Project,
) -> Finding:
    return Finding(
        object=f"{table}.{index.name}",
        message=f"{spoken(roles)} cannot look rows of {table} up by index {index.name}: {why}, so "
        f"policy {policy.spoken} is asked first, row by row",
        span=shown(index.statement),
        label="serves no condition under row security",
        help="let an index that begins with the column of the policy find the rows, and the "
        "condition look at these; or keep what is looked for in a column that is compared by =",
        related=also_shown((policy.using, "asked before any other condition")),
        confidence=certainty(project),
    )
