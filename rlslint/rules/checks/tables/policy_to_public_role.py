"""policy-to-public-role: what roles besides the application's may ask for a tenant's rows."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import (
    has_bypassrls,
    inherited_roles,
    is_probably_superuser,
    is_superuser,
    spoken,
)
from rlslint.access.data_roles import is_administrative
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.reach import row_security_active
from rlslint.access.runtime_roles import Evidence
from rlslint.catalog.model import Policy, Table
from rlslint.catalog.roles import PUBLIC
from rlslint.config import Confidence
from rlslint.config.server_settings import is_own_setting
from rlslint.meaning.bounds import bounds_of
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import anonymous_roles
from rlslint.project.questions.exposure import COMMANDS
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


@rule
def policy_to_public_role(table: Table, project: Project) -> Iterator[Finding]:
    if not table.rls_enabled or table.is_beyond_history or project.runtime.assumed:
        return
    # Who calls a platform's API sets nothing.
    if project.runtime.evidence is Evidence.platform:
        return
    if not table.grants.is_open and len({grant.grantee for grant in table.grants.known()}) < 2:
        return
    named: dict[str, str] = {}
    policies: list[Policy] = []
    for policy in table.policies.known():
        setting = project.ask(_setting, project.terms(policy))
        if setting is not None:
            roles = _using(policy, project)
            if len(roles) > 1:
                named |= dict.fromkeys(roles, setting)
                policies.append(policy)
    if policies:
        yield _finding(policies, tuple(named), next(iter(named.values())), project)


def _setting(project: Project, terms: Terms) -> str | None:
    """Return the setting of the program's own by which a policy for PUBLIC tells callers apart.

    Every session may set that; what a platform has checked, a token or a signed-in user, not.
    """
    using = terms.using
    if not terms.permissive or PUBLIC not in terms.roles or using is None:
        return None
    reads = [
        read for bound in using.ask(bounds_of, project.context_functions) for read in bound.reads
    ]
    names = [read.name for read in reads if read.kind == "setting" and read.name is not None]
    own = len(names) == len(reads) and all(
        is_own_setting(name) and not name.startswith("request.") for name in names
    )
    return names[0] if names and own else None


def _using(policy: Policy, project: Project) -> tuple[str, ...]:
    """Return the roles that are granted a command of a policy and that it binds, groups once."""
    catalog, table = project.catalog, policy.relation
    commands = [command for command in COMMANDS if policy.covers(command)]
    granted = {
        grant.grantee
        for grant in table.grants.known()
        if grant.privilege in commands and grant.grantee != PUBLIC
    }
    aside = project.runtime.bypassing | project.runtime.migrating
    found = sorted(
        role
        for role in granted - aside
        if not is_administrative(role)
        and not is_superuser(catalog, role)
        and not is_probably_superuser(catalog, role)
        and not has_bypassrls(catalog, role)
        and row_security_active(catalog, role, table)
        and any(has_any_column_privilege(catalog, role, table, name) for name in commands)
    )
    groups = {above for role in found for above in inherited_roles(catalog, role) - {role}}
    return tuple(role for role in found if role not in groups)


def _finding(
    policies: list[Policy], roles: tuple[str, ...], setting: str, project: Project
) -> Finding:
    first, *others = policies
    table = first.relation
    strangers = [role for role in roles if role in project.ask(anonymous_roles)]
    who = spoken(strangers or roles)
    return Finding(
        object=str(table),
        message=f"{who} may read or write rows of {table}, whosever they are, by setting "
        f"{setting}, as every role may that is granted the table later: policy {first.spoken} is "
        "for PUBLIC",
        span=shown(first.because("roles")),
        label="for every role, callers without an account too" if strangers else "for every role",
        help=f"say for whom policy {first.spoken} is, by TO: {listed(roles)} "
        f"{'is' if len(roles) == 1 else 'are'} granted the table",
        related=also_shown(
            *((one.because("roles"), f"so is policy {one.spoken}") for one in others),
            beside=first.because("roles"),
        ),
        confidence=None if strangers else Confidence.low,
    )
