"""Which policies make PostgreSQL read whole tables, for no index serves, and how grave that is."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Index, Kind, Policy, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.catalog.roles import PUBLIC
from rlslint.config import Severity
from rlslint.meaning.bounds import tenant_columns
from rlslint.meaning.cost import IndexedComparison, index_groups
from rlslint.meaning.index_support import (
    IndexLayout,
    Obstacle,
    Unserved,
    index_layout,
    scans_whole,
    unserved,
)
from rlslint.project import shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.terms import Terms
from rlslint.sql import quoted_identifier
from rlslint.sql.expressions import And, Call, Expr, Operator, SubSelect
from rlslint.sql.plain_spelling import plain


def looks_rows_up(terms: Terms, project: Project) -> bool:
    """Tell whether policies find the rows of a caller by comparisons that an index could serve."""
    using = terms.using
    if using is None or not using.ask(tenant_columns, project.context_functions):
        return False
    return bool(using.written.ask(index_groups))


def hides_columns(terms: Terms, project: Project) -> bool:
    """Tell whether a column is wrapped in a cast or a call where policies look rows up."""
    return looks_rows_up(terms, project) and any(
        comparison.is_wrapped
        for group in (terms.using.written.ask(index_groups) if terms.using is not None else ())
        for comparison in group
    )


def index_need(policy: Policy, project: Project, obstacle: Obstacle) -> Unserved | None:
    """Return a comparison with the context that no index serves for this reason, None if none.

    Of several policies that need the same index the first by name counts. Rows that are only
    checked on their way in need none.
    """
    for need in project.ask(_needs, policy):
        if need.obstacle is obstacle and not _said_before(policy, need, project):
            return need
    return None


def filters_rows(policy: Policy, project: Project) -> bool:
    """Tell whether rows of a table that may be large are looked for by a policy."""
    relation = policy.relation
    if policy.using is None or project.is_shared(relation) or not relation.rls_enabled:
        return False
    return bool(served_roles(policy, project))


def _needs(project: Project, policy: Policy) -> tuple[Unserved, ...]:
    using, relation = project.terms(policy).using, policy.relation
    if using is None:
        return ()
    served = project.ask(_served)
    alike = using.written, project.ask(_layout, relation)
    if alike in served:
        return ()
    columns = using.ask(tenant_columns, project.context_functions)
    found = unserved(using.written.ask(index_groups), relation, columns) if columns else ()
    if not found:
        served.add(alike)
        return ()
    if not filters_rows(policy, project):
        return ()
    if not policy.permissive and project.ask(_is_narrowed, relation):
        return ()
    if policy.permissive and (demanded := _demanded_beside(policy)):
        beside = _compared_beside(policy)
        groups = [
            [one._replace(arm=(*one.arm, *demanded)) for one in (*group, *beside)]
            for group in using.written.ask(index_groups)
        ]
        found = unserved(groups, relation, columns)
    if is_widened(policy, project) or _partitions_have_indexes(relation, found, project):
        return ()
    return found


def _compared_beside(policy: Policy) -> tuple[IndexedComparison, ...]:
    """Return the equalities of restrictive policies that apply wherever a permissive one does.

    PostgreSQL joins them with AND, so that one index may serve both.
    """
    found: list[IndexedComparison] = []
    for condition in _restrictive_beside(policy):
        groups = condition.ask(index_groups)
        equal = (one for group in groups[:1] for one in group if _is_equality(one.comparison))
        found += equal if len(groups) == 1 else ()
    return tuple(found)


def is_served_beside(policy: Policy) -> bool:
    """Tell whether an index can serve what restrictive policies compare beside a permissive one."""
    beside = _compared_beside(policy)
    return bool(beside) and not scans_whole([beside], policy.relation)


def _demanded_beside(policy: Policy) -> tuple[Expr, ...]:
    """Return all that restrictive policies demand wherever a permissive one applies."""
    return tuple(
        part
        for condition in _restrictive_beside(policy)
        for part in (
            condition.expression.arguments
            if isinstance(condition.expression, And)
            else (condition.expression,)
        )
    )


def _restrictive_beside(policy: Policy) -> Iterator[Clause]:
    for other in policy.relation.policies.known():
        if other.permissive or other.command != "all" or other.using is None:
            continue
        if PUBLIC in other.roles or set(policy.roles) <= set(other.roles):
            yield other.using


def _is_equality(comparison: Expr) -> bool:
    return isinstance(comparison, Operator) and comparison.symbol == "="


def _served(project: Project) -> set[tuple[Predicate, IndexLayout]]:
    """Return the predicates of which it is known that such indexes serve them, none at first."""
    del project
    return set()


def _layout(project: Project, relation: Relation) -> IndexLayout:
    del project
    return index_layout(relation)


def _is_narrowed(project: Project, relation: Relation) -> bool:
    """Tell whether permissive policies offer comparisons that indexes can serve."""
    del project
    return any(
        policy.permissive and policy.using is not None and not reads_whole_table(policy)
        for policy in relation.policies.known()
    )


def is_widened(policy: Policy, project: Project, besides: Collection[Policy] = ()) -> bool:
    """Tell whether other permissive policies make every query read the table as a whole.

    Those of `besides` are left out.
    """
    if not policy.permissive:
        return False
    served = frozenset(served_roles(policy, project))
    readers, gap = project.ask(_whole_readers, policy.relation)
    others = [
        other
        for other in readers
        if other not in besides and served.issubset(served_roles(other, project))
    ]
    widened = all(
        any(other.covers(command) for other in others)
        for command in ("select", "update", "delete")
        if policy.covers(command)
    )
    if gap is not None and not widened:
        raise gap
    return widened


def _whole_readers(
    project: Project, relation: Relation
) -> tuple[tuple[Policy, ...], UnknownFact | None]:
    """Return permissive policies that make queries read a table as a whole, one of each terms.

    Beside them stands why one more may do so.
    """
    found: dict[Terms, Policy] = {}
    gap: UnknownFact | None = None
    for policy in relation.policies.known():
        try:
            if policy.permissive and reads_whole_table(policy):
                found.setdefault(project.terms(policy), policy)
        except UnknownFact as unknown:
            gap = unknown
    return tuple(found.values()), gap


def reads_whole_table(policy: Policy) -> bool:
    """Tell whether no index can serve what a policy asks of the rows that are there."""
    if policy.using is None:
        return False
    return scans_whole(policy.using.ask(index_groups), policy.relation)


def _partitions_have_indexes(
    relation: Relation, needs: tuple[Unserved, ...], project: Project
) -> bool:
    if relation.kind is not Kind.partitioned_table:
        return False
    partitions = [t for t in project.catalog.tables() if t.partition_of is relation]
    return bool(partitions) and not any(
        unserved([[need.comparison]], partition, frozenset((need.comparison.column,)))
        for partition in partitions
        for need in needs
    )


def _said_before(policy: Policy, need: Unserved, project: Project) -> bool:
    if need.obstacle is Obstacle.wrapped:
        return False
    for other in project.ask(_by_name, policy.relation):
        if other is policy:
            return False
        if any(
            (earlier.comparison.column, earlier.obstacle) == (need.comparison.column, need.obstacle)
            for earlier in project.ask(_needs, other)
        ):
            return True
    return False


def is_of_changes_alone(policy: Policy, need: Unserved, project: Project) -> bool:
    """Tell whether only UPDATE and DELETE are in need, which mostly name the row by its key."""
    return policy.command in ("update", "delete") and not any(
        other.covers("select") and earlier.comparison.column == need.comparison.column
        for other in policy.relation.policies.known()
        for earlier in project.ask(_needs, other)
    )


def _by_name(project: Project, relation: Relation) -> tuple[Policy, ...]:
    del project
    return tuple(sorted(relation.policies.known(), key=str))


_IMMUTABLE = frozenset(
    ("abs", "btrim", "left", "length", "lower", "ltrim", "md5", "replace", "reverse", "right",
     "rtrim", "split_part", "substr", "substring", "translate", "upper")
)  # fmt: skip


def is_indexable(operand: Expr) -> bool:
    """Tell whether an index may hold what a policy compares: IMMUTABLE functions alone make it."""
    return all(
        _is_immutable(part) if isinstance(part, Call) else not isinstance(part, SubSelect)
        for part in operand.walk()
    )


def _is_immutable(call: Call) -> bool:
    if isinstance(call.function, Function):
        return call.function.volatility == "immutable"
    return call.name[-1] in _IMMUTABLE


def index_making(policy: Policy, need: Unserved) -> str:
    """Return SQL for an index that serves a policy, or advice where none can."""
    element = index_element(policy, need)
    if not element:
        column = policy.relation.column(need.comparison.column)
        return f"compare {column} itself: no index can hold what the policy makes of it"
    return f"CREATE INDEX ON {policy.relation.sql_name} ({element});"


def index_element(policy: Policy, need: Unserved) -> str:
    """Return what an index has to begin with to serve a policy, "" where none can."""
    clause, column = policy.using, policy.relation.column(need.comparison.column)
    span = shown(clause, need.comparison.operand)
    if need.comparison.is_wrapped and span is not None:
        return f"({plain(span)})" if is_indexable(need.comparison.operand) else ""
    return quoted_identifier(column.name) if column is not None else ""


def reindexed(index: Index, table: Relation) -> str:
    """Return SQL for an index that CREATE INDEX CONCURRENTLY has left invalid (see its manual)."""
    name = f"{quoted_identifier(table.schema)}.{quoted_identifier(index.name)}"
    return f"REINDEX INDEX CONCURRENTLY {name};\n-- or DROP INDEX {name}, and create it again"


SMALL = 1_000
LARGE = 1_000_000
"""The numbers of rows below which nobody notices, and from which everybody does.

Measured on PostgreSQL 18, rows of 130 bytes of 500 tenants, all in memory: to read those of one
tenant takes 0.08 ms of 1,000 rows without an index and 0.03 ms with one; 0.7 and 0.06 ms of 10,000;
230 and 6 ms of 1,000,000, and every query of the table pays that.
"""


class Weight(NamedTuple):
    """What the size of a table makes of a finding, and the end of its message that says so.

    `severity` is None where the size is not known, or neither small nor large.
    """

    severity: Severity | None
    because: str


def weight_of(catalog: Catalog, table: Relation, times: Relation | None = None) -> Weight:
    """Return how grave it is that a table is read as a whole, once for each row of `times`.

    The planner's estimate counts, which is as old as the last ANALYZE.
    """
    rows = estimated_rows(catalog, table)
    counted = f"{table} has about {rows_in_words(rows)}"
    if times is not None:
        others = estimated_rows(catalog, times)
        if others:
            rows *= others
            counted += f", and {times} about {rows_in_words(others)}"
        elif rows < LARGE:
            return Weight(None, "")
    if 0 < rows < SMALL:
        return Weight(Severity.info, f"; an info, for {counted}")
    if rows >= LARGE:
        return Weight(Severity.error, f"; an error, for {counted}")
    return Weight(None, "")


def estimated_rows(catalog: Catalog, table: Relation) -> int:
    """Return how many rows a table probably has, 0 where nothing tells.

    An estimate of 0 tells nothing: before PostgreSQL 14 it also stood for a table that was never
    analysed (manual: pg_class, reltuples), and an empty table is not yet what it is made to be.
    Where a partitioned table has no estimate of its own, its partitions have.
    """
    if table.estimated_rows or table.kind is not Kind.partitioned_table:
        return table.estimated_rows or 0
    rows = [
        estimated_rows(catalog, other) for other in catalog.tables() if other.partition_of is table
    ]
    return sum(rows) if all(rows) or sum(rows) >= LARGE else 0


def rows_in_words(rows: int) -> str:
    """Return "50 rows", "12,000 rows" or "50 million rows": two digits are all that is known."""
    for unit, name in ((10**9, "billion"), (10**6, "million")):
        if rows >= unit:
            return f"{float(f'{rows / unit:.2g}'):,g} {name} rows"
    if rows == 1:
        return "1 row"
    digits = max(len(str(rows)) - 2, 0)
    return f"{round(rows, -digits):,} rows"
