"""Updates after which no policy shows the row any more: PostgreSQL refuses them.

An UPDATE that reads a column, in WHERE or RETURNING, has to satisfy the policies for SELECT with
the new row as well (manual: CREATE POLICY, UPDATE).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.reach import applicable_policies
from rlslint.catalog.binding import find_relation
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH
from rlslint.meaning.bodies import body_statements
from rlslint.meaning.calls import search_path_of
from rlslint.meaning.deciding import can_be_true
from rlslint.project import Finding, Shown, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.bound_queries import bound_roles
from rlslint.project.questions.function_exposure import callers
from rlslint.project.sessions import QuerySite
from rlslint.sql.expressions import OWN_ROW, Call, Cast, Column, ColumnBinding, Constant, Expr
from rlslint.sql.nodes import expression
from rlslint.sql.parser import Node
from rlslint.sql.rebuilding import rebuilt
from rlslint.text.sentences import listed


class HiddenUpdate(NamedTuple):
    """That an UPDATE gives columns values with which `policies`, all for SELECT, show no row."""

    table: Relation
    columns: tuple[str, ...]
    policies: tuple[Policy, ...]
    roles: tuple[str, ...]
    place: Shown


def hidden_updates_of_query(query: QuerySite, project: Project) -> Iterator[HiddenUpdate]:
    """Yield the updates of a program that hide their own rows."""
    for parsed in query.statements:
        if parsed.statement.kind == "UpdateStmt":
            yield from _hidden(parsed.node, DEFAULT_SEARCH_PATH, None, parsed.statement, project)


def hidden_updates_of_function(function: Function, project: Project) -> Iterator[HiddenUpdate]:
    """Yield the updates of a function that hide their own rows; it runs as its caller.

    Raises UnknownFact where its statements are not certain.
    """
    roles = callers(function, project)
    if not roles:
        return
    for statement in body_statements(function):
        for kind, fields in statement.node.items():
            if kind == "UpdateStmt":
                path, place = search_path_of(function), function.because("body")
                yield from _hidden(fields, path, roles, place, project)


def _hidden(
    node: Node, path: tuple[str, ...], roles: tuple[str, ...] | None, place: Shown, project: Project
) -> Iterator[HiddenUpdate]:
    if "whereClause" not in node and "returningClause" not in node:
        return
    relation = node["relation"]
    table = find_relation(
        project.catalog, path, relation.get("schemaname", ""), relation["relname"]
    )
    if table is None or not table.is_table or not table.rls_enabled:
        return
    given = dict(_given(node, table))
    running = [
        role
        for role in bound_roles(table, project)
        if (roles is None or role in roles)
        and has_any_column_privilege(project.catalog, role, table, "update")
        and applicable_policies(project.catalog, table, role, "update")[0]
    ]
    hiding: dict[Policy, None] = {}
    for role in running if given else ():
        permissive, _ = applicable_policies(project.catalog, table, role, "select")
        if not permissive or not all(_hides(policy, given, project) for policy in permissive):
            return
        hiding |= dict.fromkeys(permissive)
    if hiding:
        names = tuple(name for name in table.columns if table.columns[name].number in given)
        yield HiddenUpdate(table, names, tuple(hiding), tuple(running), place)


def _given(node: Node, table: Relation) -> Iterator[tuple[int, Expr]]:
    """Yield the columns that get a value that the statement itself tells, with these values."""
    for item in node["targetList"]:
        target = item["ResTarget"]
        column = table.columns.get(target.get("name", ""))
        if column is not None and "indirection" not in target and "val" in target:
            value = _assigned(target["val"])
            if _is_told(value):
                yield column.number, value


def _assigned(value: Node) -> Expr:
    match value:
        case {"MultiAssignRef": {"source": {"RowExpr": {"args": values}}, "colno": number}} if (
            number <= len(values)  # PostgreSQL's grammar lets fewer pass.
        ):
            return expression(values[number - 1])
        case _:
            return expression(value)


def _is_told(value: Expr) -> bool:
    match value:
        case Constant():
            return True
        case Cast(argument):
            return _is_told(argument)
        case Call(name, ()):
            return len(name) == 1
        case _:
            return False


def _hides(policy: Policy, given: Mapping[int, Expr], project: Project) -> bool:
    """Tell whether a policy shows a row, but none that has the values given."""
    if policy.using is None:
        return False
    found = project.predicate(policy.using).expression
    filled = project.filled_columns(policy.relation)

    def change(child: Expr) -> Expr:
        match child:
            case Column(binding=ColumnBinding(source, number)) if (
                source is OWN_ROW and number in given
            ):
                return given[number]
            case _:
                return rebuilt(child, change)

    return can_be_true(found, filled) and not can_be_true(change(found), filled)


def finding_of(hidden: HiddenUpdate) -> Finding:
    """Return the finding that an update hides its own row."""
    table, place = hidden.table, shown(hidden.place)
    columns = listed(hidden.columns)
    return Finding(
        object=str(table),
        message=f"this UPDATE of {table} is refused for {spoken(hidden.roles)}: with {columns} as "
        "it sets it no policy for SELECT shows the row, which WHERE and RETURNING ask for",
        span=place,
        label=f"sets {columns} so that the row may not be seen",
        help=f"let a policy for SELECT show the row to who changes it, and leave out what has such "
        f"{columns} in queries or a view",
        related=also_shown(
            *((policy.using, "shows no such row") for policy in hidden.policies), beside=place
        ),
    )
