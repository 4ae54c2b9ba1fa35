"""policy-null-safe-comparison: without a context, rows without a tenant are the caller's."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Column, Policy
from rlslint.config import Severity
from rlslint.meaning.context import own_column
from rlslint.meaning.openings import openings
from rlslint.meaning.ownerless_rows import fillable_columns, is_spelled_out, rows_without_value
from rlslint.meaning.worlds import MISSING, SessionSettings
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.exposure import admission, restricted
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Expr


def _may_match_nothing(terms: Terms, project: Project) -> bool:
    return any(_columns_open(condition, project) for condition in terms.conditions)


def _columns_open(
    condition: Condition, project: Project
) -> tuple[tuple[int, Expr, SessionSettings], ...]:
    """Return the columns whose rows without a value only a caller without a context gets."""
    functions, filled = project.context_functions, condition.filled
    if condition.ask(openings, filled, functions):
        return ()
    found = []
    for column in condition.ask(fillable_columns, filled, functions):
        if condition.ask(rows_without_value, column, SessionSettings.given, filled, functions):
            continue
        for session in MISSING:
            place = condition.ask(rows_without_value, column, session, filled, functions)
            if place is not None:
                found.append((own_column(column), place, session))
                break
    return tuple(found)


@rule(where=_may_match_nothing)
def policy_null_safe_comparison(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    exposed = admission(policy, project) if policy.permissive else restricted(policy, project)
    if exposed is None:
        return
    for clause in policy.clauses:
        for number, place, session in _columns_open(project.condition(clause, table), project):
            column = table.column(number)
            if column is None:
                continue
            rows = "rows into" if exposed.commands == ("insert",) else "the rows of"
            yield Finding(
                object=str(policy),
                message=f"without a context {exposed.who} can {exposed.what} {rows} {table} "
                "without "
                f"{column}: policy {policy.spoken} takes NULL and NULL for "
                f"equal when the context is {session.value}",
                span=clause.span(place),
                label=f"true where {column} and the context are NULL",
                help=_help(policy, column),
                severity=_severity(clause.expression, number, exposed.commands),
                confidence=certainty(project),
            )
            return


def _severity(expression: Expr, number: int, commands: tuple[str, ...]) -> Severity | None:
    """Return how grave it is: who writes `IS NULL AND … IS NULL` knows of rows without an owner."""
    if not is_spelled_out(expression, number):
        return None
    return Severity.info if commands == ("insert",) else Severity.warning


def _help(policy: Policy, column: Column) -> str:
    return (
        f"compare {column} with =, which is not true of NULL, or let no row of "
        f"{policy.relation} be without it"
    )
