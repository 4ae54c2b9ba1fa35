"""policy-wrong-discriminator: the tenant is compared with a column that holds something else."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Column, Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.config import Confidence
from rlslint.meaning.bounds import Bound, bounds_of
from rlslint.meaning.context import ContextFunctions, context_reads, own_columns
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project, is_called_tenant, is_only_key
from rlslint.project.questions import served_roles
from rlslint.project.questions.rewording import reworded
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql import expressions as sql
from rlslint.sql import quoted_identifier
from rlslint.sql.expressions import ColumnBinding, Expr, Query, Source, SubSelect
from rlslint.text.sentences import words_of

_PEOPLE = frozenset(
    """account actor assignee author by creator customer email employee login member owner person
    profile sub uid user username""".split()  # noqa: SIM905
)
"""Words of what tells single people apart, of whom a row may have several."""

_OWNERS = frozenset(("org", "organisation", "organization", "tenant", "workspace"))
"""Words of columns that hold nothing but whose a row is."""

_LOOKED_UP = "looked up"
_Asked = tuple[str, str, tuple[str, ...]]
"""What a column is compared with: the kind of a read, its name and its path, or the column in which
a sub-select looks the caller's up."""


class _Usual(NamedTuple):
    """The column that policies compare with what they ask, the first such clause, and how many."""

    column: str
    clause: Clause
    tables: tuple[Relation, ...]


class _Fault(NamedTuple):
    clause: Clause
    bound: Bound
    column: Column
    usual: _Usual
    meant: Column


def _compares(terms: Terms, project: Project) -> bool:
    functions = project.context_functions
    return bool(project.ask(_usual_columns)) and any(
        condition.ask(_compared, functions) for condition in terms.conditions
    )


@rule(where=_compares)
def policy_wrong_discriminator(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    if not table.rls_enabled or not table.knows("columns") or _is_older(policy, table):
        return
    faults = list(_faults(policy, project))
    roles = served_roles(policy, project) if faults else ()
    if roles:
        yield _finding(policy, faults, roles, project)


def _is_older(policy: Policy, table: Relation) -> bool:
    """Tell whether the policy was there before what makes the table, if it is missing.

    The table was another one then, whose columns the history does not show.
    """
    made, created = policy.created, table.created
    return made is not None and created is not None and made.number < created.number


def _faults(policy: Policy, project: Project) -> Iterator[_Fault]:
    table, usual_columns = policy.relation, project.ask(_usual_columns)
    for clause, condition in zip(policy.clauses, project.terms(policy).conditions, strict=True):
        for asked, bound in condition.ask(_compared, project.context_functions):
            usual = usual_columns.get(asked)
            column = _only_column(bound, table) if usual is not None else None
            if usual is None or column is None or column.name == usual.column:
                continue
            meant = table.columns.get(usual.column)
            if meant is None:
                continue
            fault = _Fault(clause, bound, column, usual, meant)
            if _is_told(fault, table, project) and not _is_meant(fault, table, project):
                yield fault


def _compared(expression: Expr, functions: ContextFunctions) -> tuple[tuple[_Asked, Bound], ...]:
    """Return what compares one column with one thing, and that thing."""
    found = ((_asked(bound), bound) for bound in bounds_of(expression, functions))
    return tuple(
        (asked, bound) for asked, bound in found if asked is not None and len(bound.columns) == 1
    )


def _asked(bound: Bound) -> _Asked | None:
    """Return the one thing that columns are compared with, None where there are several."""
    match bound.expression:
        case SubSelect(
            "any", Expr(), Query(sources=(Source(relation=Relation() as read),)) as query
        ):
            return _looked_up(query, read)
    found = {(read.kind, read.name, read.path) for read in bound.reads}
    if bound.form != "equality" or len(found) != 1:
        return None
    ((kind, name, path),) = found
    return (kind, name, path) if name is not None else None


def _looked_up(query: Query, read: Relation) -> _Asked | None:
    """Return the column of which `IN (SELECT m.tenant_id FROM members m …)` takes the values."""
    match query.outputs:
        case (sql.Column(binding=ColumnBinding(_, _, name)),):
            return _LOOKED_UP, f"{read.name}.{name}", (str(read),)
        case _:
            return None


def _only_column(bound: Bound, table: Relation) -> Column | None:
    return table.column(next(iter(bound.columns)))


def _usual_columns(project: Project) -> dict[_Asked, _Usual]:
    """Return by what is asked the column that most tables compare with it, where some do not."""
    found: dict[_Asked, dict[str, dict[Relation, Clause]]] = {}
    for policy in project.catalog.policies():
        table = policy.relation
        if policy.unknown or not table.knows("columns"):
            continue
        for clause, condition in zip(policy.clauses, project.terms(policy).conditions, strict=True):
            try:
                compared = condition.ask(_compared, project.context_functions)
            except UnknownFact:
                continue
            for asked, bound in compared:
                column = _only_column(bound, table)
                if column is not None:
                    tables = found.setdefault(asked, {}).setdefault(column.name, {})
                    tables.setdefault(table, clause)
    usual: dict[_Asked, _Usual] = {}
    for asked, columns in found.items():
        if len(columns) == 1:
            continue
        ranks = {
            name: (len(tables), is_called_tenant(name), not _OWNERS.isdisjoint(words_of(name)))
            for name, tables in columns.items()
        }
        best = max(ranks.values())
        names = [name for name, rank in ranks.items() if rank == best]
        if len(names) == 1:
            tables = columns[names[0]]
            usual[asked] = _Usual(names[0], next(iter(tables.values())), tuple(tables))
    return usual


def _is_told(fault: _Fault, table: Relation, project: Project) -> bool:
    """Tell whether enough tables compare the other column, and it is not a person's.

    A row may belong to a user in several ways, by `owner_id` and by `user_id`; no user is its key.
    """
    name = fault.usual.column
    others = [one for one in fault.usual.tables if one is not table]
    is_owner = not _OWNERS.isdisjoint(words_of(name))
    if len(others) < (1 if is_owner else 2):
        return False
    if _is_made_up(table, fault.column, project):
        return True
    kind, asked, path = _asked(fault.bound) or ("", "", ())
    words = words_of(" ".join((name, asked, *path)))
    return (kind == "setting" and _PEOPLE.isdisjoint(words)) or (kind == _LOOKED_UP and is_owner)


def _is_made_up(table: Relation, column: Column, project: Project) -> bool:
    """Tell whether new rows make up the values of a column, which is the key by itself."""
    if not is_only_key(table, column) or _referenced(table, column):
        return False
    if column.default is None:
        return column.identity
    default = project.predicate(column.default)
    return not default.ask(context_reads, project.context_functions)


def _is_meant(fault: _Fault, table: Relation, project: Project) -> bool:
    """Tell whether the column holds a tenant as well, or its table is that of the tenants."""
    owners = project.ask(_owner_tables, fault.usual.column)
    stem = _stem(fault.usual.column)
    if table in owners or _is_called_after(table, stem):
        return True
    references = _referenced(table, fault.column)
    if any(one in owners or _is_called_after(one, stem) for one in references):
        return True
    if words_of(stem) <= words_of(fault.column.name):
        return True
    if _is_made_up(table, fault.column, project):
        return False
    # Where the tenant's own column is asked for as well, the other one shares the row.
    return any(
        _asked(bound) == _asked(fault.bound) and fault.meant.number in bound.columns
        for policy in table.policies.values()
        for clause in policy.clauses
        for bound in project.predicate(clause).ask(bounds_of, project.context_functions)
    )


def _owner_tables(project: Project, name: str) -> frozenset[Relation]:
    """Return the tables to which columns of a name refer: those of the tenants."""
    return frozenset(
        relation
        for table in project.catalog.tables()
        if table.knows("columns") and (column := table.columns.get(name)) is not None
        for relation in _referenced(table, column)
    )


def _referenced(table: Relation, column: Column) -> list[Relation]:
    return [
        constraint.referenced
        for constraint in table.constraints.known()
        if constraint.kind == "foreign"
        and constraint.columns == (column.number,)
        and constraint.referenced is not None
    ]


def _stem(name: str) -> str:
    for ending in ("_id", "_uuid", "_key", "Id"):
        name = name.removesuffix(ending)
    return name


def _is_called_after(table: Relation, stem: str) -> bool:
    name = table.name.lower()
    return name.removesuffix("s") == stem.lower() or words_of(name) <= words_of(stem)


def _finding(
    policy: Policy, faults: list[_Fault], roles: tuple[str, ...], project: Project
) -> Finding:
    table, first = policy.relation, faults[0]
    column, meant = first.column.name, first.meant.name
    kind, name, path = _asked(first.bound) or ("", "the caller", ())
    if path and kind != _LOOKED_UP:
        name = f"{path[-1]} of {name}"
    count = len([one for one in first.usual.tables if one is not table])
    does, do = ("looks up", "look up") if kind == _LOOKED_UP else ("compares", "compare")
    with_, where = ("in", "where") if kind == _LOOKED_UP else ("with", "which")
    tables = f"that of another table {does}" if count == 1 else f"those of {count} tables {do}"
    there = "" if kind == _LOOKED_UP else " with"
    return Finding(
        object=str(policy),
        message=f"{spoken(roles)} can get at rows of {table} whatever their {meant}: "
        f"policy {policy.spoken} {does} {column} {with_} {name}, {where} {tables}{there} {meant}",
        span=first.clause.span(first.bound.expression),
        label=f"{column} is not what {name} holds",
        help=_help(policy, faults) or f"{do} {meant} instead of {column}",
        related=also_shown(
            (first.usual.clause, f"{does} {meant}"),
            *((one.clause.span(one.bound.expression), "here as well") for one in faults[1:]),
            beside=first.clause.span(first.bound.expression),
        ),
        confidence=None if _is_made_up(table, first.column, project) else Confidence.medium,
    )


def _help(policy: Policy, faults: list[_Fault]) -> str:
    """Return the ALTER POLICY that compares the other column, "" where its type is another."""
    parts: list[tuple[Clause, Expr, str]] = []
    for fault in faults:
        if fault.column.type != fault.meant.type:
            return ""
        for part in fault.clause.expression.walk():
            if isinstance(part, sql.Column) and own_columns(part) == fault.bound.columns:
                names = (*part.names[:-1], fault.meant.name)
                parts.append((fault.clause, part, ".".join(map(quoted_identifier, names))))
    return reworded(policy, parts)
