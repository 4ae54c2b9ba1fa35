"""write-without-select-policy: rows may be changed that nobody may see, so that none is found."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import Policy, Table
from rlslint.config import Confidence
from rlslint.meaning.deciding import is_always_true
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.unserved_commands import readable, unserved
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


@rule
def write_without_select_policy(table: Table, project: Project) -> Iterator[Finding]:
    blind: dict[str, list[Policy]] = {}
    seeing = set[str]()
    for one in unserved(table, project):
        writing = [
            policy
            for command in ("update", "delete")
            if one.role in project.reachable_by(table, command)
            for policy in one.served[command]
            if not _admits_all(policy)
        ]
        if one.served["select"]:
            seeing.add(one.role)
        elif writing:
            blind[one.role] = writing
    # A policy for everybody is meant for those who see rows, where there are some.
    others = seeing or _all_served(table, project)
    told = {
        role: policies
        for role, policies in blind.items()
        if not others or any(role in policy.roles for policy in policies)
    }
    if told:
        yield _finding(table, told, project)


def _admits_all(policy: Policy) -> bool:
    """Tell whether a policy is a fault of its own: without WHERE all rows are to be had."""
    return policy.using is not None and policy.using.ask(is_always_true)


def _all_served(table: Table, project: Project) -> bool:
    """Tell whether policies serve some role for all commands."""
    return any(
        policy.permissive and policy.covers("select")
        for policy in table.policies.known()
        if not set(policy.roles).isdisjoint((*project.runtime.names, "public"))
    )


def _finding(table: Table, told: dict[str, list[Policy]], project: Project) -> Finding:
    policies = list(dict.fromkeys(policy for found in told.values() for policy in found))
    first, *others = policies
    words = listed(list(dict.fromkeys(policy.command.upper() for policy in policies)))
    who = spoken(told)
    return Finding(
        object=str(table),
        message=f"{words} of {who} finds no row of {table}: no policy lets {who} see one, which "
        "WHERE and RETURNING ask for as well",
        span=shown(first.created),
        label="lets rows be changed that may not be read",
        help=readable(table, told, project),
        related=also_shown(*((other.created, "so does this policy") for other in others)),
        confidence=Confidence.medium if project.runtime.assumed else None,
    )
