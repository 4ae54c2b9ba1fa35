"""policy-name-typo-drop-if-exists: the policy that was to go has nearly that name, and stays."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import MissedDrop, Policy
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.alterations import is_open
from rlslint.project.questions.exposure import Admission, admission, is_shared, whose
from rlslint.rules.registry import rule

_ALIKE = 0.8


@rule
def policy_name_typo_drop_if_exists(missed: MissedDrop, project: Project) -> Iterator[Finding]:
    table = missed.relation
    if not table.rls_enabled:
        return
    made = _is_made_by_this_name(missed)
    for policy in table.policies.known():
        if not _was_there(policy, missed):
            continue
        if _is_respelled(policy.name, missed.name) if made else _is_meant(policy.name, missed.name):
            exposed = _left_open(policy, project)
            if exposed is not None:
                yield _finding(missed, policy, exposed, project)
                return


def _is_made_by_this_name(missed: MissedDrop) -> bool:
    """Tell whether a policy of this name is made at some time: the script may be run again."""
    made = [*missed.relation.policies.known(), *(one.policy for one in missed.relation.removed)]
    return any(policy.name == missed.name for policy in made)


def _is_respelled(name: str, wanted: str) -> bool:
    """Tell whether a name is the one that was wanted, but for its case and what separates words."""
    return name != wanted and _letters(name) == _letters(wanted)


def _was_there(policy: Policy, missed: MissedDrop) -> bool:
    return policy.created is None or policy.created.number < missed.statement.number


def _is_meant(name: str, wanted: str) -> bool:
    """Tell whether two names differ by a slip: of the hand, of quoting, of a separator."""
    from difflib import SequenceMatcher

    one, other = _letters(name), _letters(wanted)
    return one == other or SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _letters(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _left_open(policy: Policy, project: Project) -> Admission | None:
    """Return whom a policy lets get at rows that it does not bind to them."""
    if policy.using is None or not is_open(policy.using, policy.relation, project):
        return None
    exposed = admission(policy, project)
    if exposed is None or is_shared(policy, exposed, project):
        return None
    reached = project.reachable_by(policy.relation, *exposed.commands)
    roles = tuple(role for role in exposed.roles if role in reached)
    return exposed._replace(roles=roles) if roles else None


def _finding(missed: MissedDrop, policy: Policy, exposed: Admission, project: Project) -> Finding:
    table = missed.relation
    return Finding(
        object=str(policy),
        message=f"{spoken(exposed.roles)} can {exposed.what} every row of "
        f"{table}{whose(table, project)}: policy {policy.spoken} is still there, for this names "
        f"{missed.name}",
        span=shown(missed.statement),
        label="drops nothing: there is no such policy",
        help=f"DROP POLICY {policy.sql_name};"
        if _is_replaced(policy, project)
        else (
            f"drop policy {policy.spoken} of {table}, and make one that says whose rows are "
            "admitted"
        ),
        related=also_shown((policy.using, "lets the rows pass"), (policy.created, "is made here")),
        confidence=Confidence.medium,
    )


def _is_replaced(policy: Policy, project: Project) -> bool:
    """Tell whether another policy admits each role's own rows for all that this one is for."""
    others = [one for one in policy.relation.policies.known() if one is not policy]
    return any(
        one.permissive
        and one.command in ("all", policy.command)
        and one.using is not None
        and not is_open(one.using, policy.relation, project)
        and set(served_roles(policy, project)) <= set(served_roles(one, project))
        for one in others
    )
