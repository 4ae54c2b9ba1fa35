"""policy-writable-authority-table: callers may write what policies believe about them."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import Table
from rlslint.config import Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.authority_writes import AuthorityWrite, authority_write, beliefs
from rlslint.project.terms import believed_setting
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed

_BOTH = ("insert", "update")
_DEEDS = {("insert",): "add rows with any", ("update",): "change", _BOTH: "write any"}


@rule
def policy_writable_authority_table(table: Table, project: Project) -> Iterator[Finding]:
    if table not in project.ask(beliefs):
        return
    found = project.ask(authority_write, table)
    if found is not None:
        yield _finding(table, found, project)


def _finding(table: Table, found: AuthorityWrite, project: Project) -> Finding:
    policy, clause, authority = found.belief
    names = listed([column.name for column in found.columns])
    deeds = _DEEDS[found.writes]
    cause = (
        f"policy {found.by.spoken} accepts them"
        if found.by is not None
        else "no row security keeps them out"
    )
    grant = found.grants[0] if found.grants else None
    check = found.by.effective_check if found.by is not None else None
    place = shown(check) or shown(grant) or shown(table.created)
    privilege = f"{found.role} may write by this privilege"
    setting = believed_setting(project.terms(policy), project.context_functions)
    # Clients of an API write rows and set nothing.
    lowered = (
        f"; a warning, for whoever runs SQL of their own may set {setting} as well"
        if setting is not None and found.role not in project.api_roles
        else ""
    )
    return Finding(
        object=str(table),
        message=f"{spoken((found.role,))} can give itself access to {policy.relation}: it can "
        f"{deeds} {names} in {table}, which policy {policy.spoken} believes, and {cause}{lowered}",
        span=place,
        label="lets callers say what they may do"
        if check is not None
        else "lets callers write what policies believe",
        help=_help(found, names),
        related=also_shown(
            (clause.span(authority.expression), f"policy {policy.spoken} believes it here"),
            (grant, privilege),
            beside=place,
        ),
        severity=Severity.info
        if found.is_guarded_by_trigger
        else Severity.warning
        if lowered
        else None,
        confidence=certainty(project),
    )


def _help(found: AuthorityWrite, names: str) -> str:
    table = found.belief.authority.relation
    if found.by is not None:
        return f"let policy {found.by.spoken} accept only what an administrator writes into {names}"
    return (
        f"enable row security on {table} with a policy for reading alone, or revoke the privilege"
    )
