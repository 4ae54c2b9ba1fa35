"""Tables that tell the one tenant that each caller belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Relation
from rlslint.meaning.context import ContextFunctions, context_reads
from rlslint.project.project import Project, is_called_tenant
from rlslint.sql.expressions import Column, ColumnBinding, Expr, Operator, Query, Source


def homes_of_callers(project: Project) -> frozenset[Relation]:
    """Return the tables in which policies find a caller by a key, to learn their tenant.

    Whoever has a row there has one tenant, and what else the row says, they are in that one.
    """
    return frozenset(
        relation
        for policy in project.catalog.policies()
        if policy.permissive
        for clause in policy.known_clauses
        for relation in _homes(
            project, project.condition(clause, policy.relation).predicate.expression
        )
    )


def _homes(project: Project, expression: Expr) -> Iterator[Relation]:
    functions, names = project.context_functions, project.tenant_column_names
    for query in expression.walk():
        if not isinstance(query, Query):
            continue
        for output in query.outputs:
            match output:
                case Column(binding=ColumnBinding(source, number, name)) if name in names:
                    relation = source.relation
                    if not isinstance(relation, Relation):
                        continue
                    if (number,) in _keys(relation) and not is_called_tenant(name):
                        continue  # A key tells who the caller is, not where they belong.
                    if _is_found_by_key(query, source, relation, functions):
                        yield relation


def _keys(relation: Relation) -> frozenset[tuple[int, ...]]:
    return frozenset(
        constraint.columns
        for constraint in relation.constraints.known()
        if constraint.kind in ("primary", "unique")
    )


def _is_found_by_key(
    query: Query, source: Source, relation: Relation, functions: ContextFunctions
) -> bool:
    keys = _keys(relation)
    return any(
        (number,) in keys
        for condition in query.conditions
        for number in _compared(condition, source, functions)
    )


def _compared(condition: Expr, source: Source, functions: ContextFunctions) -> Iterator[int]:
    match condition:
        case Operator("=", Expr() as left, right):
            for one, other in ((left, right), (right, left)):
                match one:
                    case Column(binding=ColumnBinding(its, number, _)) if its is source:
                        if context_reads(other, functions):
                            yield number
