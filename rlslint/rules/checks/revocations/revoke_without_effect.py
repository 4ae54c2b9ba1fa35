"""revoke-without-effect: a REVOKE after which the role holds the privilege as before."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog import IdleRevoke
from rlslint.catalog.roles import PUBLIC
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.revocations import still_held, taken_for_good
from rlslint.project.subjects import Revocation
from rlslint.rules.registry import rule

_VERBS = {
    "select": "read",
    "insert": "insert into",
    "update": "change",
    "delete": "delete rows of",
    "execute": "call",
}


@rule
def revoke_without_effect(revocation: Revocation, project: Project) -> Iterator[Finding]:
    if not project.uses_row_security:
        return
    idle = [one for one in revocation.idle if still_held(one, project)]
    if idle:
        yield _finding(idle)


def _finding(idle: list[IdleRevoke]) -> Finding:
    first = idle[0]
    roles = spoken(dict.fromkeys(one.grantee for one in idle))
    verb = _VERBS.get(first.privilege, f"use {first.privilege.upper()} on")
    what = f"{first.column} of {first.owned}" if first.column else str(first.owned)
    others = len({(one.owned, one.column) for one in idle}) - 1
    more = f" and {others} more" if others else ""
    return Finding(
        object=str(first.owned),
        message=f"{roles} can {verb} {what}{more} as before this REVOKE, because {_why(first)}",
        span=shown(first.statement),
        label=f"leaves {first.privilege.upper()} as it was",
        help=taken_for_good(idle),
        related=also_shown((first.through.statement, "what still gives the privilege")),
    )


def _why(one: IdleRevoke) -> str:
    privilege, through = one.privilege.upper(), one.through
    if through.grantee == one.grantee:
        if one.column and not through.column:
            return f"{privilege} is granted on the whole table"
        return f"the grant comes from {through.grantor}, and not from who revokes"
    if through.grantee == PUBLIC:
        return f"PUBLIC holds {privilege}"
    return f"it has the privileges of {through.grantee}, which holds {privilege}"
