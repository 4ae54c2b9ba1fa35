"""policy-helper-not-executable: a policy calls what the roles under it may not execute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint.access import inherited_roles, spoken
from rlslint.access.privileges import can_use_schema, may_execute
from rlslint.access.reach import row_security_active
from rlslint.access.refusals import asked, conditions_on
from rlslint.catalog.binding import find_relation
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.config import Severity
from rlslint.meaning.bodies import runs_as_caller, tables_read
from rlslint.meaning.calls import called_in_body, search_path_of
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.exposure import COMMANDS
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


def _calls_what_not_all_may(terms: Terms, project: Project) -> bool:
    functions = {one for condition in terms.conditions for one in condition.calls}
    try:
        return any(
            not may_execute(project.catalog, role, one)
            for function in functions
            for one in (function, *_called_as_caller(function, project))
            for role in project.runtime.names
        ) or any(
            not can_use_schema(project.catalog, role, schema)
            for function in functions
            for schema in _entered_as_caller(function, project)
            for role in project.runtime.names
        )
    except UnknownFact:
        return True


@rule(where=_calls_what_not_all_may)
def policy_helper_not_executable(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    if project.runtime.assumed or not table.rls_enabled:
        return
    roles = [role for role in project.runtime.names if _is_under(role, policy, project)]
    if not roles:
        return
    asking = _commands_asking(policy, roles, project)
    called = {
        function: clause
        for clause in policy.clauses
        for function in project.condition(clause, table).calls
        if function in asking
    }
    for function, clause in called.items():
        queries = _queries(asking[function], policy, roles, project)
        for one in (function, *_called_as_caller(function, project)):
            refused = tuple(r for r in roles if not may_execute(project.catalog, r, one))
            if refused:
                statement = one.because("grants")
                yield Finding(
                    object=str(policy),
                    message=f"every {queries} of {table} by {spoken(refused)} that policy "
                    f"{policy.spoken} is for fails: it calls {one}, which the role may not execute",
                    span=shown(statement),
                    label=f"leaves {spoken(refused)} without EXECUTE",
                    help=f"GRANT EXECUTE ON FUNCTION {one.signature} TO {quoted_roles(refused)};",
                    related=also_shown(
                        (clause, f"policy {policy.spoken} calls it"), beside=statement
                    ),
                    severity=None if _is_for(policy, refused, roles) else Severity.info,
                )
                return
        for schema in _entered_as_caller(function, project):
            refused = tuple(r for r in roles if not can_use_schema(project.catalog, r, schema))
            if refused:
                yield _shut_schema(policy, function, clause, schema, refused, roles)
                return


def _commands_asking(
    policy: Policy, roles: Iterable[str], project: Project
) -> dict[Function, tuple[str, ...]]:
    """Return what is called for which commands, once PostgreSQL has left out what decides nothing.

    What another policy says counts: beside one that is TRUE, none is asked.
    """
    table = policy.relation
    found: dict[Function, dict[str, None]] = {}
    for command in COMMANDS:
        for role in roles:
            if policy.covers(command) and role in project.reachable_by(table, command):
                for function in project.ask(_called_for, table, command, role):
                    found.setdefault(function, {})[command] = None
    return {function: tuple(commands) for function, commands in found.items()}


def _called_for(project: Project, table: Relation, command: str, role: str) -> tuple[Function, ...]:
    catalog = project.catalog
    return tuple(
        one.subject
        for condition in conditions_on(catalog, table, role, command)
        for one in asked(catalog, role, role, condition)
        if isinstance(one.subject, Function)
    )


def _queries(
    commands: tuple[str, ...], policy: Policy, roles: Iterable[str], project: Project
) -> str:
    """Return the commands that fail as words: query where they are all that a role may use."""
    usable = [
        command
        for command in COMMANDS
        if policy.covers(command)
        and any(role in project.reachable_by(policy.relation, command) for role in roles)
    ]
    return "query" if len(commands) == len(usable) else listed([one.upper() for one in commands])


def _entered_as_caller(function: Function, project: Project) -> tuple[str, ...]:
    """Return the schemas of tables in a body, which looks them up when its caller runs it."""
    if function.atomic or not runs_as_caller(function):
        return ()
    tables = (
        find_relation(project.catalog, search_path_of(function), *name)
        for name in tables_read(function)
        if name[0]
    )
    return tuple(dict.fromkeys(table.schema for table in tables if table is not None))


def _shut_schema(
    policy: Policy,
    function: Function,
    clause: Clause,
    schema: str,
    refused: tuple[str, ...],
    roles: list[str],
) -> Finding:
    table, statement = policy.relation, function.because("body")
    return Finding(
        object=str(policy),
        message=f"every query of {table} by {spoken(refused)} that policy {policy.spoken} is for "
        f"fails: {function} reads a table of schema {schema}, on which the role has no USAGE",
        span=shown(statement),
        label="reads it with the rights of its caller",
        help=f"make {function.signature} SECURITY DEFINER with a search_path of its own, or grant "
        f"USAGE on schema {schema} where policies protect all that is granted in it",
        related=also_shown((clause, f"policy {policy.spoken} calls it"), beside=statement),
        severity=None if _is_for(policy, refused, roles) else Severity.info,
    )


def _is_for(policy: Policy, refused: tuple[str, ...], roles: list[str]) -> bool:
    """Tell whether a policy is meant for roles that fail: it names them, or all fail alike."""
    return len(refused) == len(roles) or not set(refused).isdisjoint(policy.roles)


def _is_under(role: str, policy: Policy, project: Project) -> bool:
    """Tell whether a policy is asked for what a role may do with its table."""
    catalog, table = project.catalog, policy.relation
    if PUBLIC not in policy.roles and inherited_roles(catalog, role).isdisjoint(policy.roles):
        return False
    if not row_security_active(catalog, role, table):
        return False
    return any(
        policy.covers(command) and role in project.reachable_by(table, command)
        for command in COMMANDS
    )


def _called_as_caller(function: Function, project: Project) -> tuple[Function, ...]:
    """Return what a function calls with the rights of its caller."""
    return () if function.security_definer else called_in_body(function, project.catalog)
