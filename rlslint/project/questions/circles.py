"""Policies that lead back to their own table, and SQL that breaks the circle."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access.reach import bypass
from rlslint.access.recursion import Recursion, may_read, recursion
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.meaning.callers import query_reads
from rlslint.meaning.context import context_reads, own_columns
from rlslint.project.project import Project
from rlslint.project.questions.exposure import COMMANDS
from rlslint.project.questions.rewording import reworded
from rlslint.project.terms import Terms
from rlslint.sql import free_name, quoted_identifier, quoted_type
from rlslint.sql.expressions import Column, ColumnBinding, Expr, Source, SubSelect
from rlslint.sql.plain_spelling import plain

ADVICE = (
    "move the sub-select into a SECURITY DEFINER function that reads no more than its caller's "
    "rows and whose owner bypasses row security, and call that"
)


class Failing(NamedTuple):
    """The commands and roles that end in a circle, as sentences list them, and the circle."""

    commands: tuple[str, ...]
    roles: tuple[str, ...]
    circle: Recursion


def may_lead_back(terms: Terms, project: Project) -> bool:
    """Tell whether policies with these terms read anything that could lead back to their table."""
    return any(may_read(one.written.expression, project.catalog) for one in terms.conditions)


def failing(policy: Policy, project: Project, by_forced_owner: bool) -> Failing | None:
    """Return for whom a policy leads back to its own table.

    `by_forced_owner` asks about the circles that would end if row security did not bind the owner
    of the table, else about the others.
    """
    found = [
        (command, role, circle)
        for command in COMMANDS
        if policy.covers(command)
        for role in project.runtime.names
        if (circle := recursion(project.catalog, policy, role, command)) is not None
        and role in project.reachable_by(policy.relation, command)
        and _is_by_forced_owner(circle, policy) is by_forced_owner
    ]
    if not found:
        return None
    commands = tuple(dict.fromkeys(command.upper() for command, _, _ in found))
    roles = tuple(dict.fromkeys(role for _, role, _ in found))
    return Failing(commands, roles, found[0][2])


def _is_by_forced_owner(circle: Recursion, policy: Policy) -> bool:
    helper, table = circle.through, policy.relation
    return isinstance(helper, Function) and helper.security_definer and table.rls_forced


def without_circle(policy: Policy, circle: Recursion, project: Project) -> str:
    """Return SQL that lets a policy read its table without leading back to itself, or advice.

    A function that runs as its owner shows what it reads to every caller, so it has to ask who
    that is; and its owner has to get past the policies of the table.
    """
    path = f"SET search_path = {quoted_identifier(policy.relation.schema)}, pg_temp"
    match circle.through:
        case Function() as function if _asks_for_caller(function, project):
            if bypass(project.catalog, function.owner, policy.relation) is None:
                return ADVICE
            return f"ALTER FUNCTION {function.signature} SECURITY DEFINER {path};"
        case None:
            return _with_function(policy, circle, path, project) or ADVICE
        case _:
            return ADVICE


def _asks_for_caller(function: Function, project: Project) -> bool:
    """Tell whether what a function gives depends on who calls it."""
    try:
        body = project.body(function)
    except UnknownFact:
        return False
    return body is not None and bool(context_reads(body, project.context_functions))


def _with_function(policy: Policy, circle: Recursion, path: str, project: Project) -> str | None:
    """Return SQL that moves a sub-select into a function, None where that would not do.

    It may need the row, or have no text; and the owner may be bound by the policies as well.
    """
    clause, place = circle.clause, circle.expression
    if not isinstance(place, SubSelect) or place.kind != "any" or own_columns(place.query):
        return None
    if bypass(project.catalog, MIGRATION_ROLE, policy.relation) is None:
        return None
    if not query_reads(place.query, project.context_functions):
        return None
    output = clause.span(place.query)
    left = clause.span(place.left) if place.left is not None else None
    type_name = _type_of(place.query.outputs)
    if output is None or left is None or type_name is None:
        return None
    schema = quoted_identifier(policy.relation.schema)
    name = f"{schema}.{quoted_identifier(_free(policy, project))}"
    call = f"{left.sql} IN (SELECT {name}())"
    mended = reworded(policy, [(clause, place, call)])
    if not mended:
        return None
    return (
        f"CREATE FUNCTION {name}() RETURNS SETOF {quoted_type(type_name)} LANGUAGE sql STABLE "
        f"SECURITY DEFINER {path} AS $$ {plain(output)} $$;\n{mended}"
    )


def _free(policy: Policy, project: Project) -> str:
    """Return a name for the function of one policy that no function has, and no other policy's."""
    taken = {function.name for function in project.functions()}
    return free_name(f"{policy.relation.name}_of_{policy.name}", taken)


def _type_of(outputs: tuple[Expr, ...]) -> str | None:
    match outputs:
        case (Column() as output,):
            match output.binding:
                case ColumnBinding(Source(relation=Relation() as relation), number, _):
                    column = relation.column(number) if relation.knows("columns") else None
                    return column.type if column is not None else None
    return None
