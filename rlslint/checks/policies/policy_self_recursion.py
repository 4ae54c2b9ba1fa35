"""policy-self-recursion: a policy that reads its own table fails every query that it is for."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.recursion import Recursion, recursion
from rlslint.access.wording import listed, spoken
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.findings import Finding, Related
from rlslint.meaning.context import own_columns
from rlslint.project import Project
from rlslint.questions.exposure import COMMANDS, certainty, qualified
from rlslint.registry import rule
from rlslint.sql.expressions import Column, ColumnBinding, Expr, Source, SubSelect
from rlslint.sql.quoting import quoted_identifier


@rule
def policy_self_recursion(policy: Policy, project: Project) -> Iterator[Finding]:
    found = [
        (command, role, circle)
        for command in COMMANDS
        if policy.covers(command)
        for role in project.runtime.names
        if (circle := recursion(project.catalog, policy, role, command)) is not None
        and role in project.reachable_by(policy.relation, command)
    ]
    if found:
        commands = tuple(dict.fromkeys(command.upper() for command, _, _ in found))
        roles = tuple(dict.fromkeys(role for _, role, _ in found))
        yield _finding(policy, commands, roles, found[0][2], project)


def _finding(
    policy: Policy,
    commands: tuple[str, ...],
    roles: tuple[str, ...],
    circle: Recursion,
    project: Project,
) -> Finding:
    table, again, through = policy.relation, circle.again, circle.through
    error = "infinite recursion" if circle.sqlstate == "42P17" else "stack depth limit exceeded"
    kind = "function" if isinstance(through, Function) else "view"
    way = f" through the {kind} {through}" if through is not None else " itself"
    sub_select = " contains a sub-select, which PostgreSQL takes for a circle"
    reason = "" if again is policy else f", whose policy {again.name}{sub_select}"
    place = again.created
    verb = "fails" if len(commands) == 1 else "fail"
    return Finding(
        object=str(policy),
        message=f"{listed(commands)} on {table} {verb} for {spoken(roles)} with {circle.sqlstate} "
        f"({error}): policy {policy.name} reads {table}{way}{reason}",
        span=circle.clause.span(circle.expression),
        label=f"reads {table} again",
        help=_help(policy, circle),
        related=(Related(place.span, f"policy {again.name} applies to that read"),)
        if place is not None and again is not policy
        else (),
        confidence=certainty(project),
    )


def _help(policy: Policy, circle: Recursion) -> str:
    path = f"SET search_path = {quoted_identifier(policy.relation.schema)}, pg_temp"
    match circle.through:
        case Function() as function:
            return f"ALTER FUNCTION {function.signature} SECURITY DEFINER {path};"
        case None:
            return _with_function(policy, circle, path) or _ADVICE
        case _:
            return _ADVICE


_ADVICE = (
    "-- move the sub-select into a SECURITY DEFINER function whose owner bypasses row security, "
    "and call that"
)


def _with_function(policy: Policy, circle: Recursion, path: str) -> str | None:
    """Return SQL that moves a sub-select into a function, None where it needs the row or text."""
    clause, place = circle.clause, circle.expression
    if not isinstance(place, SubSelect) or place.kind != "any" or own_columns(place.query):
        return None
    output, shown = clause.span(place.query), clause.span(place)
    left = clause.span(place.left) if place.left is not None else None
    type_name = _type_of(place.query.outputs)
    if clause.sql is None or None in (output, shown, left) or type_name is None:
        return None
    assert output is not None and shown is not None and left is not None
    schema = quoted_identifier(policy.relation.schema)
    name = f"{schema}.{quoted_identifier(policy.relation.name + '_of_caller')}"
    body = " ".join(output.sql.split())
    call = f"{left.sql} IN (SELECT {name}())"
    mended = clause.sql.replace(" ".join(shown.sql.split()), call)
    words = "WITH CHECK" if clause is policy.check else "USING"
    return (
        f"CREATE FUNCTION {name}() RETURNS SETOF {type_name} LANGUAGE sql STABLE "
        f"SECURITY DEFINER {path} AS $$ {body} $$;\n"
        f"ALTER POLICY {qualified(policy)} {words} ({mended});"
    )


def _type_of(outputs: tuple[Expr, ...]) -> str | None:
    match outputs:
        case (Column() as output,):
            match output.binding:
                case ColumnBinding(Source(relation=Relation() as relation), number, _):
                    column = relation.column(number) if relation.knows("columns") else None
                    return column.type if column is not None else None
    return None
