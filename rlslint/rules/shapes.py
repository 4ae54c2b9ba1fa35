"""What rules can tell apart in a policy: policies of one shape have the same faults, or none.

Schemas repeat a few policies over hundreds of tables. Where a rule finds nothing in one of them,
it finds nothing in another that differs only in names to which no rule gives a meaning.
"""

from __future__ import annotations

from collections.abc import Hashable

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Column, Kind, Policy, Relation
from rlslint.meaning.bodies import tables_read, tables_written
from rlslint.meaning.calls import called_in_body, called_in_expression
from rlslint.meaning.context import own_columns
from rlslint.project.project import Project
from rlslint.project.questions.siblings import is_called_shared
from rlslint.sql.expressions import Expr, Query

JUDGED_BY_SHAPE = frozenset(
    (
        "current-setting-empty-cast",
        "insert-check-true",
        "permissive-policies-widen",
        "policy-casts-column",
        "policy-client-controlled-setting",
        "policy-coalesce-to-column",
        "policy-column-shadowed",
        "policy-column-unindexed",
        "policy-function-not-wrapped",
        "policy-index-wrong-leading-column",
        "policy-membership-unindexed",
        "policy-no-row-reference",
        "policy-null-context-allows",
        "policy-self-recursion",
        "policy-tautology",
        "policy-user-editable-claim",
        "policy-using-true",
        "read-predicate-grants-write",
        "restrictive-intent-permissive",
        "restrictive-without-using",
        "update-check-weaker-than-using",
    )
)
"""The rules on policies that look at nothing but what a shape tells.

A rule that speaks of the first of several policies, wherever these are, is none of them, except
for the first that calls a function: that one has no shape.
"""


class Shapes:
    """The shapes of a project's policies.

    Two policies of equal shape are judged alike by JUDGED_BY_SHAPE: the policies of their tables
    have the same predicates, commands and roles in the same order, and all columns by which a rule
    can tell the tables apart have the same places, names and types.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tables: dict[Relation, dict[str, Hashable]] = {}
        self._numbers: dict[Hashable, int] = {}
        self._first_callers: set[Policy] | None = None

    def of(self, policy: Policy) -> Hashable | None:
        """Return the shape of a policy, None where more than a shape may matter.

        So it is where something is unknown, the table takes part in inheritance, no column tells
        whose its rows are, the policy is the first that calls a function, or a predicate leaves
        the row and the session to look into tables (the same sub-select is a circle on one table
        and none on another).
        """
        table = policy.relation
        if table not in self._tables:
            self._tables[table] = self._of_policies(table)
        return self._tables[table].get(policy.name)

    def _of_policies(self, table: Relation) -> dict[str, Hashable]:
        try:
            shape = _table_shape(self._project, table)
            if self._first_callers is None:
                callers = self._project.policy_functions.values()
                self._first_callers = {policies[0] for policies in callers}
        except (UnknownFact, RecursionError):
            return {}
        if shape is None:
            return {}
        number = self._numbers.setdefault(shape, len(self._numbers))
        return {
            policy.name: (number, place, is_called_shared(policy))
            for place, policy in enumerate(table.policies.values())
            if policy not in self._first_callers
        }


def _table_shape(project: Project, table: Relation) -> Hashable | None:
    if table.unknown or table.kind is not Kind.table or table.is_beyond_history:
        return None
    if table.parents or table.partition_of or table.copied_from:
        return None
    policies = tuple(table.policies.values())
    columns = _telling_columns(project, table, policies)
    if columns is None or any(index.expressions for index in table.indexes.values()):
        return None
    by_name = sorted(range(len(policies)), key=lambda place: str(policies[place]))
    return (
        (table.schema, table.owner, table.rls_enabled, table.rls_forced, table.temporary),
        project.is_shared(table),
        columns,
        tuple((p.permissive, p.command, p.roles, *_predicates(p)) for p in policies),
        tuple(by_name),
        tuple(table.grants),
        tuple((i.columns, i.unique, i.partial, i.method, i.valid) for i in table.indexes.values()),
        tuple(c.columns for c in table.constraints.values() if c.kind == "primary"),
        tuple(table.triggers.values()),
    )


def _predicates(policy: Policy) -> tuple[object, object]:
    """Return the predicates of USING and WITH CHECK, which policies of equal ones share."""
    using, check = policy.using, policy.check
    return (
        using.predicate if using is not None else None,
        check.predicate if check is not None else None,
    )


def _telling_columns(
    project: Project, table: Relation, policies: tuple[Policy, ...]
) -> tuple[tuple[int, str, str, bool], ...] | None:
    """Return the columns that policies name and those that tell whose a row is, None if unusual."""
    wanted: set[int] = set()
    if any(policy.unknown for policy in policies):
        return None
    for predicate in {clause.predicate for policy in policies for clause in policy.clauses}:
        if predicate.ask(_looks_around, project.catalog):
            return None
        wanted |= predicate.ask(own_columns)
    owners = project.tenant_columns(table)
    if not owners or 0 in wanted:
        return None
    wanted.update(column.number for column in owners)
    return tuple(map(_facts, (c for c in table.columns.values() if c.number in wanted)))


def _facts(column: Column) -> tuple[int, str, str, bool]:
    return column.number, column.name, column.type, column.not_null


def _looks_around(expression: Expr, catalog: Catalog) -> bool:
    """Tell whether a predicate reads tables, itself or in the functions that it calls.

    Raises UnknownFact where a function does what cannot be told.
    """
    if any(isinstance(part, Query) and part.sources for part in expression.walk()):
        return True
    waiting = list(called_in_expression(expression, catalog))
    met: set[Function] = set()
    while waiting:
        function = waiting.pop()
        if function in met:
            continue
        met.add(function)
        if function.unknown or tables_read(function) or tables_written(function):
            return True
        waiting.extend(called_in_body(function, catalog))
    return False
