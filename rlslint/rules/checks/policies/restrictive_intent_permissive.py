"""restrictive-intent-permissive: a policy that should keep rows out lets rows in."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import Policy
from rlslint.config import Confidence
from rlslint.meaning.intents import leaves_rows_out
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.exposure import whose
from rlslint.project.questions.siblings import (
    Neighbour,
    as_restrictive,
    binding,
    is_meant_for_everyone,
    keeps_rows_out,
    lets_all_rows_pass,
    neighbours,
)
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import words_of

_RESTRICTING = frozenset(
    (
        "block",
        "deny",
        "exclude",
        "forbid",
        "hide",
        "must",
        "no",
        "not",
        "only",
        "require",
        "without",
    )
)


def _keeps_rows_out(terms: Terms, project: Project) -> bool:
    return (
        terms.permissive
        and terms.using is not None
        and terms.using.ask(leaves_rows_out, project.context_functions)
    )


@rule(where=_keeps_rows_out)
def restrictive_intent_permissive(policy: Policy, project: Project) -> Iterator[Finding]:
    if not keeps_rows_out(policy, project):
        return
    if is_meant_for_everyone(policy, project):
        return
    beside = neighbours(policy, project)
    idle = next((other for other in beside if lets_all_rows_pass(other.policy, project)), None)
    whose_rows = tuple(one for one in beside if not keeps_rows_out(one.policy, project))
    other = idle or binding(whose_rows, project)
    if other is not None:
        yield _finding(policy, other, idle is not None, project)


def _finding(policy: Policy, other: Neighbour, idle: bool, project: Project) -> Finding:
    table, using, name = policy.relation, policy.using, other.policy.spoken
    who = spoken(other.roles)
    effect = (
        f"policy {policy.spoken} keeps {who} from nothing in {table}: policy {name} admits every "
        "row"
        if idle
        else f"{who} can {other.verbs} rows of {table} that policy {policy.spoken} admits"
        f"{whose(table, project)}: policy {name} alone would bind them"
    )
    clause = other.policy.using
    place = shown(clause)
    return Finding(
        object=str(policy),
        message=f"{effect}, but permissive policies are joined with OR, and only a restrictive "
        "one keeps rows out",
        span=shown(using),
        label="lets rows in instead of keeping them out",
        help=as_restrictive(policy, project),
        related=also_shown((place, f"policy {name} admits rows")),
        confidence=certainty(project) or _confidence(policy),
    )


def _confidence(policy: Policy) -> Confidence:
    says_so = not words_of(policy.name).isdisjoint(_RESTRICTING)
    return Confidence.high if says_so else Confidence.medium
