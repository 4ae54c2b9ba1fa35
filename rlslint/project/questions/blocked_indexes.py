"""What in a policy keeps PostgreSQL from using the indexes that its other parts could use."""

from __future__ import annotations

from rlslint.catalog.model import Policy, Relation
from rlslint.meaning.context import own_columns
from rlslint.meaning.cost import IndexedComparison, index_groups
from rlslint.meaning.index_support import scans_whole
from rlslint.meaning.planning import UNDECIDED, constant_truth
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import filters_rows, is_served_beside, is_widened
from rlslint.project.terms import Terms
from rlslint.sql.expressions import Expr, Items, Or, SubSelect


def has_row_free_arm(terms: Terms, project: Project) -> bool:
    """Tell whether an arm of a USING clause that is one OR asks nothing of the row."""
    del project
    return terms.using is not None and bool(terms.using.written.ask(_row_free_arms))


def row_free_arm(policy: Policy, project: Project) -> Expr | None:
    """Return an arm that asks nothing of the row, where indexes could serve all the others.

    None where other policies for the same callers make their queries read the whole table anyway.
    """
    found = _row_free_arm(policy)
    return found if found is not None and _is_decisive(policy, project) else None


def _row_free_arm(policy: Policy) -> Expr | None:
    using = policy.using
    free = using.ask(_row_free_arms) if using is not None else ()
    if using is None or not free:
        return None
    arms = using.expression.arguments if isinstance(using.expression, Or) else ()
    groups = [group for arm in arms if arm not in free for group in index_groups(arm)]
    if not groups or scans_whole(groups, policy.relation):
        return None
    return free[0]


def _row_free_arms(expression: Expr) -> tuple[Expr, ...]:
    """Return the arms without a column of the row, but for constants, which the planner drops."""
    if not isinstance(expression, Or):
        return ()
    return tuple(
        arm
        for arm in expression.arguments
        if not own_columns(arm) and constant_truth(arm) is UNDECIDED
    )


def looks_among_rows(terms: Terms, project: Project) -> bool:
    """Tell whether a USING clause compares a column with the rows of a sub-select."""
    del project
    return terms.using is not None and any(
        comparison.form == "sub-select"
        for group in terms.using.written.ask(index_groups)
        for comparison in group
    )


def hashed_comparison(policy: Policy, project: Project) -> IndexedComparison | None:
    """Return an `IN (SELECT …)` that alone keeps indexes from serving a policy.

    Written as an array it could use one, and so could all else that the policy asks.
    """
    found = _hashed_comparison(policy)
    return found if found is not None and _is_decisive(policy, project) else None


def _hashed_comparison(policy: Policy) -> IndexedComparison | None:
    using, relation = policy.using, policy.relation
    if using is None:
        return None
    found: list[IndexedComparison] = []
    for group in using.ask(index_groups):
        others = [one for one in group if one.form != "sub-select"]
        if not scans_whole([others], relation):
            continue
        sets = [one for one in group if one.form == "sub-select" and not _is_of_rows(one)]
        as_arrays = [one._replace(form="array") for one in sets]
        if scans_whole([as_arrays], relation):
            return None
        found += sets
    return found[0] if found else None


def _is_of_rows(comparison: IndexedComparison) -> bool:
    """Tell whether several columns are compared at once, for which there is no array."""
    match comparison.comparison:
        case SubSelect("any", left, _):
            return isinstance(left, Items)
        case _:
            return False


def _is_decisive(policy: Policy, project: Project) -> bool:
    """Tell whether indexes could serve if this policy, and those like it, let them."""
    if not policy.permissive or not filters_rows(policy, project) or is_served_beside(policy):
        return False
    return not is_widened(policy, project, project.ask(_blocking, policy.relation))


def _blocking(project: Project, relation: Relation) -> frozenset[Policy]:
    """Return the policies of a table that can be written so that indexes serve them."""
    del project
    return frozenset(
        policy
        for policy in relation.policies.known()
        if policy.knows("using")
        and (_row_free_arm(policy) is not None or _hashed_comparison(policy) is not None)
    )
