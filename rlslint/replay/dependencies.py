"""What DROP … CASCADE takes along (manual: Dependency Tracking).

Without CASCADE PostgreSQL refuses to drop what others need, so a history that ran did not need it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.replay.state import Replay
from rlslint.sql.expressions import OWN_ROW, Call, Column, ColumnBinding, Expr, Query
from rlslint.text import Statement


def columns_named(clause: Clause) -> frozenset[int]:
    """Return the numbers of the own row's columns that an expression names."""
    return clause.ask(_own_columns)


def _own_columns(expression: Expr) -> frozenset[int]:
    return frozenset(
        part.binding.number
        for part in expression.walk()
        if isinstance(part, Column)
        and isinstance(part.binding, ColumnBinding)
        and part.binding.source is OWN_ROW
    )


def reads(clause: Clause) -> frozenset[int]:
    """Return the identities of the relations that sub-selects read."""
    return clause.ask(_relations_read)


def _relations_read(expression: Expr) -> frozenset[int]:
    return frozenset(
        id(source.relation)
        for part in expression.walk()
        if isinstance(part, Query)
        for source in part.sources
        if source.relation is not None
    )


def note_reader(replay: Replay, reader: Policy | Relation, relations: Iterable[object]) -> None:
    """Remember that a policy or a view reads relations: it goes when they go."""
    for relation in relations:
        replay.readers.setdefault(id(relation), []).append(reader)


def _columns_read(expression: Expr) -> frozenset[tuple[int, int]]:
    return frozenset(
        (id(part.binding.source.relation), part.binding.number)
        for part in expression.walk()
        if isinstance(part, Column) and isinstance(part.binding, ColumnBinding)
    )


def calls(clause: Clause, function: Function) -> bool:
    """Tell whether an expression calls a function of the history."""
    return id(function) in clause.ask(_functions_called)


def _functions_called(expression: Expr) -> frozenset[int]:
    return frozenset(
        id(part.function)
        for part in expression.walk()
        if isinstance(part, Call) and part.function is not None
    )


def drop_dependent_policies(
    replay: Replay, relation: Relation, number: int | None, statement: Statement
) -> None:
    """Remove the policies that name a column of `relation` (or, for None, the relation)."""
    for policy in relation.policies.known():
        if number is not None and any(number in columns_named(c) for c in policy.clauses):
            remove_policy(policy, statement)
    key = (id(relation), number)
    readers = dict.fromkeys(replay.readers.get(id(relation), ()))
    for policy in (one for one in readers if isinstance(one, Policy) and _stands(one)):
        for clause in policy.clauses:
            if id(relation) in reads(clause) and (
                number is None or key in clause.ask(_columns_read)
            ):
                remove_policy(policy, statement)


def _stands(policy: Policy) -> bool:
    return dict.get(policy.relation.policies, policy.name) is policy


def remove_policy(policy: Policy, statement: Statement) -> None:
    """Take a policy from its table."""
    policy.relation.policies.pop(policy.name, None)
    policy.relation.because_of("policies", statement)


def drop_views_reading(
    replay: Replay, relation: Relation, number: int | None, statement: Statement
) -> None:
    """Remove the views that read a relation, or a column of it, and what reads these views."""
    key = (id(relation), number)
    views = [view for view in replay.readers.get(id(relation), ()) if isinstance(view, Relation)]
    _drop_views(
        replay,
        views,
        lambda query: (
            id(relation) in reads(query) and (number is None or key in query.ask(_columns_read))
        ),
        statement,
    )


def drop_dependents_of_function(replay: Replay, function: Function, statement: Statement) -> None:
    """Remove the policies, views, defaults, checks, indexes and triggers that call a function."""
    for policy in list(replay.catalog.policies()):
        if any(calls(clause, function) for clause in policy.clauses):
            remove_policy(policy, statement)
    views = replay.catalog.relations.known()
    _drop_views(replay, views, lambda query: calls(query, function), statement)
    names = (function.name, str(function))
    for relation in replay.catalog.relations.known():
        for name, trigger in list(dict.items(relation.triggers)):
            if trigger.function in names:
                del relation.triggers[name]
        for index in relation.indexes.known():
            if any(calls(clause, function) for clause in index.expressions):
                del relation.indexes[index.name]
        for constraint in relation.constraints.known():
            if constraint.expression is not None and calls(constraint.expression, function):
                del relation.constraints[constraint.name]
        for column in relation.columns.values() if relation.knows("columns") else ():
            if column.knows("default") and column.default and calls(column.default, function):
                column.learn("default", None, statement)


def drop_defaults_from_sequences(
    replay: Replay, relation: Relation, numbers: Iterable[int], statement: Statement
) -> None:
    """Remove the defaults that other tables have taken from serial columns of a relation."""
    keys = [(relation.oid, number) for number in numbers]
    gone = [replay.origins.sequences[key] for key in keys if key in replay.origins.sequences]
    for other in replay.catalog.relations.known() if gone else ():
        for column in other.columns.values() if other.knows("columns") else ():
            if column.knows("default") and any(column.default is default for default in gone):
                column.learn("default", None, statement)


def _drop_views(
    replay: Replay,
    views: Iterable[Relation],
    depends: Callable[[Clause], bool],
    statement: Statement,
) -> None:
    for view in views:
        alive = dict.__contains__(replay.catalog.relations, view.oid)
        if alive and view.knows("query") and view.query is not None and depends(view.query):
            replay.drop_relation(view)
            drop_views_reading(replay, view, None, statement)
            drop_dependent_policies(replay, view, None, statement)
