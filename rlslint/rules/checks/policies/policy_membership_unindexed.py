"""policy-membership-unindexed: the table that says who belongs where is read as a whole."""

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


def _looks_up(terms: Terms, project: Project) -> bool:
    del project
    return terms.using is not None and bool(terms.using.ask(lookups))


@rule(where=_looks_up)
def policy_membership_unindexed(policy: Policy, project: Project) -> Iterator[Finding]:
    found = unindexed_lookup(policy, project, by_row=False)
    # One that is read whole for each row weighs more, and is enough to say.
    if found is not None and unindexed_lookup(policy, project, by_row=True) is None:
        yield whole_table_read(policy, found, project)
