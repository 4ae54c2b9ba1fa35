"""Tables that policies look something up in, and whose own policies hide it from the caller."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.reach import applicable_policies, named_relations, row_security_active
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.meaning.admitting import Hidden, hides_all_without_context, hides_others
from rlslint.meaning.bodies import runs_as_caller, tables_read
from rlslint.project.project import Project
from rlslint.project.terms import Condition
from rlslint.sql.expressions import Expr


def hiding_others(condition: Condition, project: Project) -> Hidden:
    """Return the tables that a condition reads and that show a caller no row of somebody else."""
    return frozenset(
        table
        for table in _read_as_caller(condition)
        if table.rls_enabled and project.ask(_hides_others, table)
    )


def hiding_all(condition: Condition, project: Project) -> Hidden:
    """Return the tables that a condition reads and that show nothing where no setting was set."""
    return frozenset(
        table
        for table in _read_as_caller(condition)
        if table.rls_enabled and project.ask(_hides_all, table)
    )


def tables_looked_up(condition: Condition) -> Hidden:
    """Return the tables that may be such: those that a condition names and reads as its caller."""
    return frozenset(_read_as_caller(condition))


def _read_as_caller(condition: Condition) -> tuple[Relation, ...]:
    """Return the tables that a condition names, and no function reads with other rights for it."""
    named = condition.written.ask(_tables_named)
    if not named:
        return ()
    others = [function for function in condition.calls if not runs_as_caller(function)]
    try:
        read = {name for function in others for _, name in tables_read(function)}
    except UnknownFact:
        return ()
    return tuple(table for table in named if table.name not in read)


def _tables_named(expression: Expr) -> tuple[Relation, ...]:
    return tuple(
        table
        for table in dict.fromkeys(named_relations(expression))
        if table.is_table and not table.is_beyond_history
    )


def _hides_others(project: Project, table: Relation) -> bool:
    return _hides(table, project, hides_others)


def _hides_all(project: Project, table: Relation) -> bool:
    return _hides(table, project, hides_all_without_context)


def _hides(table: Relation, project: Project, question: Callable[..., bool]) -> bool:
    """Tell whether a table hides rows from all who serve requests, and may be read by them."""
    functions, catalog = project.context_functions, project.catalog

    def hides(policy: Policy) -> bool:
        if policy.using is None:
            return policy.permissive
        condition = project.condition(policy.using, table)
        return condition.ask(question, condition.filled, functions)

    for role in project.runtime.names:
        if not has_any_column_privilege(catalog, role, table, "select"):
            return False
        if not row_security_active(catalog, role, table):
            return False
        permissive, restrictive = applicable_policies(catalog, table, role, "select")
        if not all(map(hides, permissive)) and not any(map(hides, restrictive)):
            return False
    return True
