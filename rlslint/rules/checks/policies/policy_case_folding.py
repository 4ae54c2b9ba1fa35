"""policy-case-folding: tenants or callers whose names differ in case are one to a policy."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.config import Severity
from rlslint.meaning.folded_case import FOLDS, Fold, column_of_table, folds
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.exposure import Admission, admission, restricted
from rlslint.project.questions.unique_folds import is_citext, is_unique_when_folded
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql.casts import TEXT_TYPES
from rlslint.sql.expressions import Call, Cast, Column, Expr


def _may_fold(terms: Terms, project: Project) -> bool:
    return project.ask(_uses_citext) or any(
        condition.ask(_calls_a_fold) for condition in terms.conditions
    )


def _calls_a_fold(expression: Expr) -> bool:
    return any(
        (isinstance(part, Call) and part.name[-1] in FOLDS)
        or (isinstance(part, Cast) and part.type == "citext")
        for part in expression.walk()
    )


def _uses_citext(project: Project) -> bool:
    return any(
        column.knows("type") and is_citext(column)
        for table in project.catalog.tables()
        if table.knows("columns")
        for column in table.columns.values()
    )


@rule(where=_may_fold)
def policy_case_folding(policy: Policy, project: Project) -> Iterator[Finding]:
    def is_folded(column: Column) -> bool:
        place = column_of_table(column, policy.relation)
        return place is not None and is_citext(place[1])

    found = [
        (clause, fold)
        for clause in policy.clauses
        for fold in folds(
            project.predicate(clause).expression, project.context_functions, is_folded
        )
        if _is_at_fault(policy, fold, project)
    ]
    exposed = None
    if found:
        exposed = admission(policy, project) if policy.permissive else restricted(policy, project)
    if exposed is not None:
        yield _finding(policy, found, exposed, project)


def _is_at_fault(policy: Policy, fold: Fold, project: Project) -> bool:
    place = column_of_table(fold.column, policy.relation)
    if place is None or any(read.name in _VERIFIED for read in fold.reads):
        return False
    relation, column = place
    if column.type.rpartition(".")[2] not in TEXT_TYPES:
        return False
    return not is_unique_when_folded(relation, column, project)


_VERIFIED = frozenset(("auth.email", "auth.jwt"))
"""What a platform has verified, and folded itself."""


def _finding(
    policy: Policy, found: list[tuple[Clause, Fold]], exposed: Admission, project: Project
) -> Finding:
    (clause, fold), *others = found
    place = column_of_table(fold.column, policy.relation)
    relation, column = place if place is not None else (policy.relation, None)
    name = column.name if column is not None else ""
    how = "citext" if fold.name == "citext" else f"{fold.name}()"
    rows = "rows into" if exposed.commands == ("insert",) else "rows of"
    spans = [other.span(another.expression) for other, another in others]
    return Finding(
        object=str(policy),
        message=f"{exposed.who} can {exposed.what} {rows} {policy.relation} of others whose {name} "
        f"differs in case only: policy {policy.spoken} compares {relation.name}.{name} by {how}",
        span=clause.span(fold.expression),
        label="one for several spellings",
        help=f"compare {name} as it is, or let no two values differ in case only, by a unique "
        "index on the folded value",
        related=also_shown(*((span, "here as well") for span in spans)),
        severity=Severity.info if "mail" in name.lower() else None,
        confidence=certainty(project),
    )
