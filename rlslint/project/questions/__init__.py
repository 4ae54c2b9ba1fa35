"""What several checks ask of a project: who is exposed, by what, and what would mend it.

Here is what most of them ask: which runtime roles a policy serves, which of these are callers
without an account, and which requests from outside are served as.
"""

from __future__ import annotations

from rlslint.access import has_bypassrls, inherited_roles, is_superuser
from rlslint.access.reach import not_exempt
from rlslint.access.runtime_roles import Evidence
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.config import Confidence
from rlslint.config.platforms import ANONYMOUS
from rlslint.project.project import Project
from rlslint.text.sentences import words_of


def served_roles(policy: Policy, project: Project) -> tuple[str, ...]:
    """Return the runtime roles to which a policy applies, without those that bypass them all.

    Nor those that are meant to see more than tenants do, where the policy is for them by name.
    """
    return served_where(policy.roles, project)


def is_refused(table: Relation, command: str, role: str, project: Project) -> bool:
    """Tell whether PostgreSQL refuses a role a command, for it may not execute what policies call.

    A policy that asks nothing of a row has the calls of the others left out, whatever they are.
    """
    return project.ask(_calls_functions, table) and project.ask(_is_refused, table, command, role)


def _calls_functions(project: Project, table: Relation) -> bool:
    clauses = [clause for one in table.policies.known() for clause in one.known_clauses]
    return any(project.condition(clause, table).calls for clause in clauses)


def _is_refused(project: Project, table: Relation, command: str, role: str) -> bool:
    from rlslint.access.refusals import conditions_on, lacks

    catalog = project.catalog
    try:
        conditions = conditions_on(catalog, table, role, command)
    except UnknownFact:
        # There may be one that asks nothing.
        return False
    return any(
        one.privilege == "execute" and not one.through
        for condition in conditions
        for one in lacks(catalog, role, role, condition, frozenset())
    )


def served_where(roles: tuple[str, ...], project: Project) -> tuple[str, ...]:
    """Return the runtime roles that a policy for these roles serves; see served_roles."""
    return project.ask(_served, roles)


def _served(project: Project, roles: tuple[str, ...]) -> tuple[str, ...]:
    catalog, runtime = project.catalog, project.runtime
    found = tuple(
        name
        for name in runtime.names
        if name not in runtime.bypassing
        and not is_superuser(catalog, name)
        and not has_bypassrls(catalog, name)
        and (
            PUBLIC in roles
            or (
                not inherited_roles(catalog, name).isdisjoint(roles)
                and not is_privileged(name, project)
            )
        )
    )
    return not_exempt(catalog, runtime, found)


def is_privileged(role: str, project: Project) -> bool:
    """Tell whether policies bind rows for the other runtime roles, and never for this one by name.

    It is an administrator's or a job's then. The configuration, the platform and connection
    strings say more, unless they are called after such work: who is named there serves tenants.
    One of callers without an account is none.
    """
    runtime = project.runtime
    if role in project.ask(anonymous_roles):
        return False
    weak = (Evidence.sessions, Evidence.grants, Evidence.policies)
    reason = runtime.reason(role)
    bound, own = project.bound_roles, inherited_roles(project.catalog, role)
    if reason.evidence is Evidence.policies and PUBLIC in bound:
        # Where policies bind everybody, those that only name a role are for it to see more.
        return (own - {PUBLIC}).isdisjoint(bound)
    if (reason.evidence not in weak and not reason.works) or len(runtime.names) < 2:
        return False
    return bool(bound) and own.isdisjoint(bound)


def certainty(project: Project) -> Confidence | None:
    """Return low confidence where nothing says who serves requests, else None: the card's."""
    return Confidence.low if project.runtime.assumed else None


def certainty_of_owners(relation: Relation, project: Project) -> Confidence | None:
    """Return medium confidence where no column tells whose a row is, else as `certainty`."""
    known = certainty(project)
    if known is None and relation.knows("columns") and not project.tenant_columns(relation):
        return Confidence.medium
    return known


_CALLED = frozenset(("anon", "anonymous", "guest", "guests", "unauthenticated", "visitor"))


def anonymous_roles(project: Project) -> frozenset[str]:
    """Return the runtime roles that serve callers without an account.

    Those of a platform or of an API's settings, and those whose names say so.
    """
    named = {api.anonymous for api in project.apis if api.anonymous}
    return frozenset(
        role
        for role in project.runtime.names
        if role in ANONYMOUS or role in named or not words_of(role).isdisjoint(_CALLED)
    )


def is_open_to_outside(role: str, project: Project) -> bool:
    """Tell whether route-reaches-bypass-role tells of a role, for it knows the way to it."""
    if not project.deployment.routes:
        return False
    from rlslint.project.questions.outside import unbound, ways_from_outside

    return any(
        connection.role == role and unbound(connection, project) is not None
        for _, connection in ways_from_outside(project)
    )


def is_inside_only(role: str, project: Project) -> bool:
    """Tell whether no route leads to what connects as a role, though some lead to others."""
    if not project.deployment.routes:
        return False
    from rlslint.project.questions.outside import inside_roles

    return role in project.ask(inside_roles)
