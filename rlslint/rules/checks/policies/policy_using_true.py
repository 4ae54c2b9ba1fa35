"""policy-using-true: a permissive policy that says TRUE lets every row pass."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.config import Confidence, Severity
from rlslint.meaning.deciding import is_literally_true
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project, is_called_tenant
from rlslint.project.questions import certainty_of_owners
from rlslint.project.questions.conditions import mended, unsaid
from rlslint.project.questions.exposure import (
    Admission,
    admission,
    has_private_columns,
    is_directory,
    is_published,
    is_shared,
    whose,
)
from rlslint.project.questions.siblings import is_called_for_signed_in, is_called_shared
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule


def _says_true(terms: Terms, project: Project) -> bool:
    del project
    return terms.using is not None and _is_open(terms.using)


def _is_open(condition: Condition) -> bool:
    return condition.ask(is_literally_true)


@rule(where=_says_true)
def policy_using_true(policy: Policy, project: Project) -> Iterator[Finding]:
    exposed = admission(policy, project)
    if exposed is None or is_shared(policy, exposed, project):
        return
    yield _finding(policy, exposed, project)


def _finding(policy: Policy, exposed: Admission, project: Project) -> Finding:
    table, using = policy.relation, policy.using
    named = policy.command == "select" and is_called_shared(policy)
    for_signed_in = _is_named_for_signed_in(policy, project)
    published = named or for_signed_in or is_published(policy, project)
    shared = (
        ", as its name says"
        if named or for_signed_in
        else ", which may be meant so"
        if published
        else ""
    )
    created = table.created
    return Finding(
        object=str(policy),
        message=f"{exposed.who} can {exposed.what} every row of {table}{whose(table, project)}: "
        f"policy {policy.spoken} asks nothing of a row{shared}",
        span=shown(using),
        label="true for every row",
        help=mended(policy, project, _is_open) or unsaid(table, "USING"),
        related=also_shown((created, "the table is created here")),
        severity=_severity(policy, named, published, project),
        confidence=certainty_of_owners(table, project)
        or (Confidence.medium if published else None),
    )


def _is_named_for_signed_in(policy: Policy, project: Project) -> bool:
    """Tell whether all who are signed in are to read what no tenant keeps to itself."""
    return (
        policy.command == "select"
        and is_called_for_signed_in(policy)
        and not any(is_called_tenant(c.name) for c in project.tenant_columns(policy.relation))
    )


def _severity(policy: Policy, named: bool, published: bool, project: Project) -> Severity | None:
    if is_directory(policy, project) or (named and not has_private_columns(policy.relation)):
        return Severity.info
    # Where no column tells whose a row is, reading may well be for all.
    if policy.command == "select" and not project.tenant_columns(policy.relation):
        return Severity.warning
    return Severity.warning if published else None
