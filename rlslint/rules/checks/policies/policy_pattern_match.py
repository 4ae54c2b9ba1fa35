"""policy-pattern-match: the caller's value is a pattern, and matches other tenants as well."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.meaning.claims import is_client_controlled
from rlslint.meaning.loose_matches import LooseMatch, loose_matches
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.conditions import mended
from rlslint.project.questions.exposure import Admission, admission, restricted
from rlslint.project.questions.rewording import reworded, written
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Operator

_CAUSES = {
    "pattern": "takes {} for a pattern, in which wildcards stand for any text",
    "prefix": "lets every value pass that begins with {}",
    "part": "lets every value pass that has a part in common with {}",
}


def _matches_loosely(terms: Terms, project: Project) -> bool:
    return any(_matches(condition, project) for condition in terms.conditions)


def _matches(condition: Condition, project: Project) -> tuple[LooseMatch, ...]:
    """Return the loose matches; one with what the client sends is another rule's."""
    found = condition.ask(loose_matches, project.context_functions)
    return tuple(one for one in found if not any(map(is_client_controlled, one.reads)))


@rule(where=_matches_loosely)
def policy_pattern_match(policy: Policy, project: Project) -> Iterator[Finding]:
    exposed = admission(policy, project) if policy.permissive else restricted(policy, project)
    if exposed is not None:
        yield _finding(policy, exposed, project)


def _finding(policy: Policy, exposed: Admission, project: Project) -> Finding:
    table = policy.relation
    found = [
        (clause, match)
        for clause in policy.clauses
        for match in _matches(project.condition(clause, table), project)
    ]
    (clause, match), *others = found
    spans = [other.span(another.expression) for other, another in others]
    name = match.reads[0].name or "the caller's context"
    rows = "rows into" if exposed.commands == ("insert",) else "rows of"
    word = "USING" if clause is policy.using else "WITH CHECK"
    return Finding(
        object=str(policy),
        message=f"{exposed.who} can {exposed.what} other tenants' {rows} {table}: policy "
        f"{policy.spoken} {_CAUSES[match.kind].format(name)}",
        span=clause.span(match.expression),
        label="more than one value matches",
        help=_equality(policy, found)
        or mended(policy, project, lambda one: bool(_matches(one, project)))
        or f"compare with = in {word}, or cast what is compared to a type without wildcards",
        related=also_shown(*((span, "here as well") for span in spans)),
        confidence=certainty(project),
    )


def _equality(policy: Policy, found: list[tuple[Clause, LooseMatch]]) -> str:
    """Return the ALTER POLICY with = in the place of LIKE, "" where more is to be changed."""
    parts = []
    for clause, match in found:
        operator = match.expression
        written_here = any(part is operator for part in clause.expression.walk())
        if not written_here or not isinstance(operator, Operator) or operator.symbol != "~~":
            return ""
        if operator.left is None or operator.quantifier:
            return ""
        if isinstance(operator.right, Operator) and operator.right.symbol == "||":
            return ""
        left, right = written(clause, operator.left), written(clause, operator.right)
        if not left or not right:
            return ""
        parts.append((clause, operator, f"{left} = {right}"))
    return reworded(policy, parts)
