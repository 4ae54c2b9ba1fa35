"""policy-correlated-exists: for each row, a policy reads the whole of another table."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.cost import lookups
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.row_costs import unindexed_lookup
from rlslint.project.questions.unindexed_lookups import whole_table_read
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule


def _looks_up_by_row(terms: Terms, project: Project) -> bool:
    del project
    using = terms.using
    return using is not None and any(one.is_correlated for one in using.ask(lookups))


@rule(where=_looks_up_by_row)
def policy_correlated_exists(policy: Policy, project: Project) -> Iterator[Finding]:
    found = unindexed_lookup(policy, project, by_row=True)
    if found is not None:
        yield whole_table_read(policy, found, project)
