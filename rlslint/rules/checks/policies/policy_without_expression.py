"""policy-without-expression: a permissive policy without a condition admits nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import Pattern
from rlslint.access import spoken
from rlslint.access.reach import applicable_policies
from rlslint.catalog.model import Policy
from rlslint.meaning.deciding import truths
from rlslint.meaning.worlds import Situation
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty, served_roles
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed

_VERBS = {"select": "read", "insert": "insert", "update": "change", "delete": "delete"}
_DENIES = Pattern(r"(?:^|[\W_])(?:no|none|nobody|den(?:y|ied|ies)|block\w*|forbid\w*|lock\w*)")


def _asks_nothing(terms: Terms, project: Project) -> bool:
    del project
    return terms.permissive and all(map(_is_never_met, terms.conditions))


def _is_never_met(condition: Condition) -> bool:
    """Tell whether NULL keeps a condition from being true of any row.

    FALSE does so as well, and says that nothing is meant to pass.
    """
    found = condition.ask(truths, Situation(condition.filled))
    return True not in found and found != {False}


@rule(where=_asks_nothing)
def policy_without_expression(policy: Policy, project: Project) -> Iterator[Finding]:
    if not policy.relation.rls_enabled or _DENIES().search(policy.name.lower()):
        return
    found = [
        (command, role)
        for command in _VERBS
        if policy.covers(command)
        for role in project.reachable_by(policy.relation, command)
        if role in served_roles(policy, project)
        if not _is_served(policy, command, role, project)
    ]
    if found:
        commands, roles = (tuple(dict.fromkeys(words)) for words in zip(*found, strict=True))
        verbs = listed(_VERBS[command] for command in commands)
        yield Finding(
            object=str(policy),
            message=f"{spoken(roles)} can {verbs} no row of {policy.relation}: policy "
            f"{policy.spoken} {_cause(policy)}, so it admits none",
            span=shown(policy.clauses[0] if policy.clauses else policy.created),
            label="admits no row",
            help="say in USING, and in WITH CHECK for new rows, which rows the policy is to admit",
            related=also_shown((policy.relation.created, "the table is created here")),
            confidence=certainty(project),
        )


def _cause(policy: Policy) -> str:
    if not policy.clauses:
        return "has neither USING nor WITH CHECK"
    return "compares with NULL, which is true of no row"


def _is_served(policy: Policy, command: str, role: str, project: Project) -> bool:
    permissive, _ = applicable_policies(project.catalog, policy.relation, role, command)
    return any(other is not policy and other.clauses for other in permissive)
