"""SQL that mends a fault of a table, taken from what the project writes elsewhere, or advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.access.reach import applicable_policies, functions_around, relations_looked_up
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.project.project import Project
from rlslint.sql import free_name, quoted_identifier

if TYPE_CHECKING:
    from rlslint.project.questions.conditions import MendingCondition


def protection(table: Relation, project: Project) -> str:
    """Return SQL that enables row security on a table without policies, with one of the project's.

    Where no policy of the project shows what binds its rows, and where other policies look the
    table up, which they do as their caller, that is said in words.
    """
    from rlslint.project.questions.broken_bodies import broken_bodies
    from rlslint.project.questions.conditions import model_for

    # A helper that names it as it was called is to look it up again.
    if table in project.consulted or any(broken_bodies(table, project)):
        return (
            f"let callers see their own rows of {table} by a policy before row security is "
            "enabled there: other policies look it up as their caller"
        )
    model = model_for(table, project)
    if model is None:
        return (
            f"enable row security on {table} together with a policy: no policy of the project "
            "shows what its rows are to be compared with"
        )
    return f"{_enable(table, model)}\n{tenant_policy(table, project)}"


def like_above(table: Relation, project: Project) -> str:
    """Return SQL that protects a partition or child as the table above it is.

    A query of the table above asks its policies alone. Who names the partition is asked the same
    where a policy of the project fits; otherwise nobody but the owner gets at rows that way.
    """
    from rlslint.project.questions.conditions import model_for

    model = None if table in project.consulted else model_for(table, project)
    if model is None:
        return _altered(table, "ENABLE")
    return f"{_altered(table, 'ENABLE')}\n{tenant_policy(table, project)}"


def _enable(table: Relation, model: MendingCondition) -> str:
    """Return what enables row security, forced where it is on the table of the model."""
    original = model.policy.relation if model.policy is not None else None
    forced = original is not None and original.knows("rls_forced") and original.rls_forced
    return _altered(table, "ENABLE", "FORCE") if forced else _altered(table, "ENABLE")


def _altered(table: Relation, *words: str) -> str:
    actions = ", ".join(f"{word} ROW LEVEL SECURITY" for word in words)
    return f"ALTER TABLE {table.sql_name} {actions};"


def tenant_policy(table: Relation, project: Project) -> str:
    """Return a CREATE POLICY with the condition of others that fits a table, "" if none does."""
    from rlslint.project.questions.conditions import model_for, roles_for

    model = model_for(table, project)
    if model is None:
        return ""
    taken = [policy.name for policy in table.policies.known()]
    wanted = model.policy.name if model.policy is not None else f"{table.name}_own"
    name = quoted_identifier(free_name(wanted, taken))
    roles = roles_for(model, table, project)
    to = "" if roles == (PUBLIC,) else f" TO {quoted_roles(roles)}"
    return f"CREATE POLICY {name} ON {table.sql_name}{to}\n  USING ({model.sql});"


def enabling(table: Relation, project: Project) -> str:
    """Return SQL that enables row security on a table that may have policies, or advice.

    Those are to admit somebody: without them nobody but the owner would get at the table.
    """
    if not any(policy.permissive for policy in _known(table)):
        return protection(table, project) if not table.policies.known() else _closing(table)
    if any(_leads_back(policy, project) for policy in table.policies.known()):
        return (
            f"let the policies of {table} look it up through a SECURITY DEFINER function before "
            "row security is enabled: as they are they would lead back to themselves"
        )
    refused = _refused(table, project)
    if refused:
        return (
            f"add a policy of {table} for {refused} before row security is enabled: "
            "none admits what is granted"
        )
    return _altered(table, "ENABLE")


def _closing(table: Relation) -> str:
    return (
        f"add a permissive policy to {table} before row security is enabled: "
        "restrictive ones alone admit no row"
    )


def _known(table: Relation) -> tuple[Policy, ...]:
    return tuple(one for one in table.policies.known() if one.knows("permissive"))


def _leads_back(policy: Policy, project: Project) -> bool:
    try:
        return any(
            policy.relation in project.predicate(clause).ask(relations_looked_up, project.catalog)
            for clause in policy.clauses
        )
    except UnknownFact:
        return True


def _refused(table: Relation, project: Project) -> str:
    """Return the first runtime role that gets at a table and that no policy would admit."""
    for role in project.reachable_by(table, "select"):
        try:
            permissive, _ = applicable_policies(project.catalog, table, role, "select")
        except UnknownFact:
            continue
        if not permissive:
            return role
    return ""


def forcing(table: Relation, project: Project) -> str:
    """Return SQL that binds the owner too, or advice where functions rely on its way around."""
    around = functions_around(project.catalog, table)
    if around:
        return (
            f"let the application connect as a role that does not own {table}: "
            f"FORCE ROW LEVEL SECURITY would bind {around[0]} as well"
        )
    return _altered(table, "FORCE")
