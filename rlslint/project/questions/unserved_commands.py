"""Which commands roles of the application are granted on a table, and which policies serve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from rlslint import NamedTuple
from rlslint.access import inherited_roles
from rlslint.access.privileges import Access, access_to, gives, grants_to
from rlslint.access.reach import row_security_active
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import PUBLIC, Grant, quoted_roles
from rlslint.project.project import Project
from rlslint.project.questions.conditions import model_for
from rlslint.project.questions.exposure import COMMANDS
from rlslint.project.terms import Terms
from rlslint.sql import free_name, quoted_identifier


class UnservedCommands(NamedTuple):
    """That policies let a role do something with a table, and for other commands there is none.

    `served` are the permissive policies by command, `granted` the grants by command that a
    statement of the history makes; a platform's own say nothing of what is meant. What serves
    members of the role, which have its grants, is `for_members`.
    """

    role: str
    served: dict[str, tuple[Policy, ...]]
    granted: dict[str, list[Grant]]
    for_members: frozenset[str] = frozenset()

    @property
    def left_out(self) -> tuple[str, ...]:
        """The commands that are granted and that no policy is for."""
        return tuple(
            name
            for name in COMMANDS
            if self.granted[name] and not self.served[name] and name not in self.for_members
        )


def unserved(table: Relation, project: Project) -> tuple[UnservedCommands, ...]:
    """Return the roles that policies of a table serve for some command, and not for all.

    Raises UnknownFact where its policies or grants are not known.
    """
    return project.ask(_unserved, table)


def _unserved(project: Project, table: Relation) -> tuple[UnservedCommands, ...]:
    return tuple(_found(table, project))


def _found(table: Relation, project: Project) -> Iterator[UnservedCommands]:
    if table.is_beyond_history or not table.rls_enabled or not table.policies:
        return
    demanded = project.demands(table)
    access = access_to(project.catalog, table)
    if access is not None and not project.ask(_leave_anything_out, demanded, access):
        return
    for role in project.runtime.names:
        if not row_security_active(project.catalog, role, table):
            continue
        numbers = project.ask(_commands_served, demanded, role)
        if numbers and len(numbers) < len(COMMANDS):
            policies = list(table.policies.values())
            served = {
                name: tuple([policies[number] for number in numbers.get(name, ())])
                for name in COMMANDS
            }
            above = [project.ask(_commands_served, demanded, one) for one in _heirs(role, project)]
            granted = {
                name: [
                    grant
                    for grant in grants_to(project.catalog, role, table, name)
                    if grant.statement is not None and not grant.doubt
                ]
                for name in COMMANDS
            }
            yield UnservedCommands(role, served, granted, frozenset(chain.from_iterable(above)))


def _heirs(role: str, project: Project) -> list[str]:
    """Return the roles that have what is granted to a role, as its members."""
    catalog = project.catalog
    return [one for one in catalog.roles if one != role and role in inherited_roles(catalog, one)]


def _leave_anything_out(project: Project, demanded: tuple[Terms, ...], access: Access) -> bool:
    """Tell whether what such policies serve for a role lacks SELECT, or what it may be granted."""
    for role in project.runtime.names:
        served = project.ask(_commands_served, demanded, role)
        if served and "select" not in served:
            return True
        if served and any(
            gives(project.catalog, role, access, name) for name in COMMANDS if name not in served
        ):
            return True
    return False


def _commands_served(
    project: Project, demanded: tuple[Terms, ...], role: str
) -> dict[str, tuple[int, ...]]:
    """Return which permissive policies of such terms are for a command of a role, by command."""
    roles = inherited_roles(project.catalog, role)
    served = {
        name: tuple(
            number
            for number, terms in enumerate(demanded)
            if terms.permissive
            and terms.command in ("all", name)
            and (PUBLIC in terms.roles or not roles.isdisjoint(terms.roles))
        )
        for name in COMMANDS
    }
    return {name: numbers for name, numbers in served.items() if numbers}


def readable(table: Relation, roles: Iterable[str], project: Project) -> str:
    """Return SQL that lets roles read the rows that are their own, or advice."""
    model = model_for(table, project, "select")
    if model is None:
        return f"add a policy of {table} for SELECT that says whose rows are shown"
    taken = [policy.name for policy in table.policies.known()]
    name = quoted_identifier(free_name(f"{table.name}_read", taken))
    named = tuple(roles)
    to = "" if project.runtime.assumed or PUBLIC in named else f" TO {quoted_roles(named)}"
    return f"CREATE POLICY {name} ON {table.sql_name} FOR SELECT{to} USING ({model.sql});"
