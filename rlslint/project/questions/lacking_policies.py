"""Statements of programs and functions that need policies which their roles do not have."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.reach import applicable_policies
from rlslint.catalog.binding import find_relation
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH
from rlslint.meaning.bodies import body_statements
from rlslint.meaning.calls import search_path_of
from rlslint.meaning.statement_needs import Cause, Need, needs_of
from rlslint.project import Finding, Shown, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.bound_queries import bound_roles
from rlslint.project.questions.function_exposure import callers
from rlslint.project.sessions import QuerySite


class Lack(NamedTuple):
    """That the roles that run a statement have policies for its command, and lack another's."""

    table: Relation
    need: Need
    roles: tuple[str, ...]
    place: Shown


def lacks_of_query(query: QuerySite, project: Project, *causes: Cause) -> Iterator[Lack]:
    """Yield what the statements of a program lack, one for each statement."""
    for parsed in query.statements:
        for need in needs_of({parsed.statement.kind: parsed.node}):
            if need.cause in causes:
                lack = _lack(need, DEFAULT_SEARCH_PATH, None, parsed.statement, project)
                if lack is not None:
                    yield lack
                    break


def lacks_of_function(function: Function, project: Project, *causes: Cause) -> Iterator[Lack]:
    """Yield what the statements of a function lack that runs with the rights of its caller.

    Raises UnknownFact where they are not certain.
    """
    roles = callers(function, project)
    if not roles:
        return
    for statement in body_statements(function):
        for need in needs_of(statement.node):
            if need.cause in causes:
                path = search_path_of(function)
                lack = _lack(need, path, roles, function.because("body"), project)
                if lack is not None:
                    yield lack
                    return


def _lack(
    need: Need, path: tuple[str, ...], roles: tuple[str, ...] | None, place: Shown, project: Project
) -> Lack | None:
    """Return what is lacking: no role that may run the statement has a policy for what it needs."""
    table = find_relation(project.catalog, path, *need.table)
    if table is None or not table.is_table or not table.rls_enabled:
        return None
    running = tuple(
        role
        for role in bound_roles(table, project)
        if (roles is None or role in roles)
        and has_any_column_privilege(project.catalog, role, table, need.command)
        and applicable_policies(project.catalog, table, role, need.command)[0]
    )
    if not running or any(
        applicable_policies(project.catalog, table, role, need.other)[0] for role in running
    ):
        return None
    return Lack(table, need, running, place)


_EFFECTS = {
    Cause.returning: "INSERT … RETURNING into {table} is refused for {who}",
    Cause.conflict: "INSERT … ON CONFLICT into {table} is refused for {who}",
    Cause.locking: "SELECT … FOR UPDATE or FOR SHARE finds no row of {table} for {who}",
}
_WITHOUT = {"select": "shows it a row", "update": "lets it change a row"}


def finding_of(lack: Lack, project: Project) -> Finding:
    """Return the finding that a statement lacks policies."""
    table, need = lack.table, lack.need
    policy = applicable_policies(project.catalog, table, lack.roles[0], need.command)[0][0]
    place = shown(lack.place)
    return Finding(
        object=str(table),
        message=f"{_EFFECTS[need.cause].format(table=table, who=spoken(lack.roles))}: no policy "
        f"{_WITHOUT[need.other]}, which {need.cause.value} asks for",
        span=place,
        label=f"needs a policy for {need.other.upper()} as well",
        help=f"add a policy of {table} for {need.other.upper()}, as policy {policy.spoken} is for "
        f"{need.command.upper()}",
        related=also_shown(
            (policy.created, f"policy {policy.spoken} is for {policy.command.upper()} alone"),
            beside=place,
        ),
    )
