"""New rows that no policy shows before a row of another table is there, which only comes later.

RETURNING has to satisfy the policies for SELECT (manual: CREATE POLICY, INSERT) before any AFTER
trigger runs, and a row that refers to the new one cannot have been there before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.reach import applicable_policies, relations_looked_up
from rlslint.catalog.binding import find_relation
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH
from rlslint.meaning.bodies import body_statements, tables_written
from rlslint.meaning.branches import branches_or_whole
from rlslint.meaning.calls import search_path_of
from rlslint.meaning.context import own_columns
from rlslint.meaning.statement_needs import Cause, Need, needs_of
from rlslint.project import Finding, Shown, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.bound_queries import bound_roles
from rlslint.project.questions.function_exposure import callers
from rlslint.project.questions.triggers import trigger_places
from rlslint.project.sessions import QuerySite
from rlslint.sql.expressions import (
    OWN_ROW,
    Call,
    Column,
    ColumnBinding,
    Expr,
    Operator,
    Query,
    SubSelect,
)


class ReferringColumn(NamedTuple):
    """That `column` of `other` refers to `key`, a column of the table that is asked about."""

    other: Relation
    column: int
    key: int


class LaterRow(NamedTuple):
    """That all `policies` that show rows of a table wait for a row of `other`."""

    table: Relation
    other: Relation
    policies: tuple[Policy, ...]
    roles: tuple[str, ...]
    place: Shown


def later_rows_of_query(query: QuerySite, project: Project) -> Iterator[LaterRow]:
    """Yield the inserts of a program that ask for their rows too early."""
    for parsed in query.statements:
        for need in needs_of({parsed.statement.kind: parsed.node}):
            yield from _of_need(need, DEFAULT_SEARCH_PATH, None, parsed.statement, project)


def later_rows_of_function(function: Function, project: Project) -> Iterator[LaterRow]:
    """Yield the inserts of a function that ask for their rows too early, run as its caller.

    Raises UnknownFact where its statements are not certain.
    """
    roles = callers(function, project)
    if not roles or "returning" not in function.body.lower():
        return
    path, place = search_path_of(function), function.because("body")
    for statement in body_statements(function):
        for need in needs_of(statement.node):
            yield from _of_need(need, path, roles, place, project)


def _of_need(
    need: Need, path: tuple[str, ...], roles: tuple[str, ...] | None, place: Shown, project: Project
) -> Iterator[LaterRow]:
    table = find_relation(project.catalog, path, *need.table)
    if need.cause is not Cause.returning or table is None:
        return
    if not table.is_table or not table.rls_enabled:
        return
    running = tuple(
        role
        for role in bound_roles(table, project)
        if (roles is None or role in roles)
        and has_any_column_privilege(project.catalog, role, table, "insert")
        and applicable_policies(project.catalog, table, role, "insert")[0]
    )
    policies: dict[Policy, None] = {}
    others: dict[Relation, None] = {}
    for role in running:
        permissive, _ = applicable_policies(project.catalog, table, role, "select")
        for policy in permissive:
            other = project.ask(_awaited, policy)
            if other is None:
                return
            policies[policy] = None
            others[other] = None
    if others:
        yield LaterRow(table, next(iter(others)), tuple(policies), running, place)


def _awaited(project: Project, policy: Policy) -> Relation | None:
    """Return a table of which each branch of a policy asks a row that refers to the row itself."""
    if policy.using is None:
        return None
    references = tuple(_references(policy.relation, project))
    found: Relation | None = None
    using = project.predicate(policy.using).expression
    for branch in branches_or_whole(using) if references else ():
        awaited = (_asked_of(conjunct, references, project) for conjunct in branch)
        found = next((other for other in awaited if other is not None), None)
        if found is None:
            return None
    return found


def _references(table: Relation, project: Project) -> Iterator[ReferringColumn]:
    for other in project.catalog.relations.known():
        for constraint in other.constraints.known():
            if constraint.kind == "foreign" and constraint.referenced is table is not other:
                pairs = zip(constraint.columns, constraint.referenced_columns, strict=False)
                yield from (ReferringColumn(other, column, key) for column, key in pairs)
    keys = [one.columns for one in table.constraints.known() if one.kind == "primary"]
    for (key,) in (columns for columns in keys if len(columns) == 1):
        for other in _made_by_triggers(table, project):
            columns = other.columns.values()
            yield from (ReferringColumn(other, column.number, key) for column in columns)


def _made_by_triggers(table: Relation, project: Project) -> Iterator[Relation]:
    """Yield the tables in which AFTER triggers on a table put rows for its new ones."""
    for function, places in project.ask(trigger_places).items():
        for placed, trigger in places:
            if placed is table and not trigger.before and "insert" in trigger.events:
                written: tuple[tuple[str, str], ...] = ()
                with suppress(UnknownFact):
                    written = tables_written(function)
                for name in written:
                    other = find_relation(project.catalog, search_path_of(function), *name)
                    if other is not None and other is not table and other.knows("columns"):
                        yield other


def _asked_of(
    conjunct: Expr, references: tuple[ReferringColumn, ...], project: Project
) -> Relation | None:
    """Return the table of which a condition demands a row that refers to the own row."""
    match conjunct:
        case SubSelect("exists", None, query):
            return _linked(query, references)
        case SubSelect("any", left, query, "=") if left is not None and not query.arms:
            for reference in references:
                if _own_column(left) == reference.key and any(
                    _gives(output, reference, project) for output in query.outputs[:1]
                ):
                    return reference.other
            return None
        case Call(_, arguments, function=Function()):
            # A function that takes nothing of the row but its key can only look the key up.
            asked = {number for argument in arguments for number in own_columns(argument)}
            looked_up = relations_looked_up(conjunct, project.catalog)
            for reference in references:
                if asked == {reference.key} and looked_up == (reference.other,):
                    return reference.other
            return None
        case _:
            return None


def _linked(query: Query, references: tuple[ReferringColumn, ...]) -> Relation | None:
    """Return the table whose rows a query joins with the own row by a foreign key."""
    if query.arms or not query.inner_only:
        return None
    for condition in query.conditions:
        linked = [
            next(filter(None, (_link(conjunct, references) for conjunct in branch)), None)
            for branch in branches_or_whole(condition)
        ]
        if linked and None not in linked:
            return linked[0]
    return None


def _link(conjunct: Expr, references: tuple[ReferringColumn, ...]) -> Relation | None:
    """Return the table of whose rows a condition asks that they refer to the own row."""
    match conjunct:
        case Operator("=", left, right) if left is not None and not conjunct.quantifier:
            for one, other in ((left, right), (right, left)):
                for reference in references:
                    if _own_column(one) == reference.key and _is_column(other, reference):
                        return reference.other
    return None


def _own_column(expression: Expr) -> int | None:
    match expression:
        case Column(binding=ColumnBinding(source, number)) if source is OWN_ROW:
            return number
        case _:
            return None


def _gives(output: Expr, reference: ReferringColumn, project: Project) -> bool:
    """Tell whether an output is the column that refers, or a function's that reads only its table.

    What such a function is asked for, to compare it with the key, is what refers to the key.
    """
    match output:
        case Call(function=Function()):
            return relations_looked_up(output, project.catalog) == (reference.other,)
        case _:
            return _is_column(output, reference)


def _is_column(expression: Expr, reference: ReferringColumn) -> bool:
    match expression:
        case Column(binding=ColumnBinding(source, number)):
            return source.relation is reference.other and number == reference.column
        case _:
            return False


def finding_of(later: LaterRow) -> Finding:
    """Return the finding that an INSERT asks for its row too early."""
    table, other, place = later.table, later.other, shown(later.place)
    return Finding(
        object=str(table),
        message=f"INSERT … RETURNING into {table} is refused for {spoken(later.roles)}: policies "
        f"show a row only once {other} refers to it, and nothing can before the row is there",
        span=place,
        label=f"asks for a row that {other} does not know yet",
        help="let a policy for SELECT show the row by its own columns to who inserts it, or insert "
        "without RETURNING",
        related=also_shown(
            *((policy.using, f"asks for a row of {other}") for policy in later.policies),
            beside=place,
        ),
    )
