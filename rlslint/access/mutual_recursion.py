"""Policies of several tables that read one another, and what PostgreSQL makes of it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access.reach import TableRead, reads_behind, row_security_active
from rlslint.access.recursion import (
    applies_to,
    clauses_for,
    has_sub_select,
    looked_up,
    select_policies,
)
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.binding import find_relation
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.overloads import Given, find_function
from rlslint.catalog.predicates import Clause
from rlslint.meaning.bodies import functions_called, tables_read
from rlslint.sql.expressions import Call, Expr, Source


class PolicyStep(NamedTuple):
    """That a clause of a policy reads another table, by a part of it.

    `calls` tells that a function does so when it runs, which starts a query of its own.
    """

    policy: Policy
    clause: Clause
    expression: Expr
    read: TableRead
    calls: bool


class Circle(NamedTuple):
    """Steps from the policy of a table over other tables back to the first.

    `sqlstate` is 42P17 where the rewriter notices, 54001 where functions call one another until
    the stack is full.
    """

    sqlstate: str
    steps: tuple[PolicyStep, ...]

    @property
    def tables(self) -> frozenset[Relation]:
        return frozenset(step.policy.relation for step in self.steps)


def mutual_recursion(catalog: Catalog, policy: Policy, role: str, command: str) -> Circle | None:
    """Return how `command` of `role` on a policy's table leads over other tables back to it.

    See recursion.recursion for a policy that reads its own table, which is left out here. Raises
    UnknownFact where only what is not known may lead back.
    """
    table = policy.relation
    if table not in _leading_into_circles(catalog):
        return None
    if not applies_to(catalog, policy, role) or not row_security_active(catalog, role, table):
        return None
    search = _Search(catalog, table)
    for clause in clauses_for(policy, command):
        for step in search.steps(policy, clause, role):
            found = search.back(step)
            if found is not None:
                return found
    if search.gap is not None:
        raise search.gap
    return None


class _Search:
    def __init__(self, catalog: Catalog, home: Relation) -> None:
        self.catalog = catalog
        self.home = home
        self.gap: UnknownFact | None = None
        self._seen: set[tuple[int, str, bool]] = set()

    def back(self, first: PolicyStep) -> Circle | None:
        """Return the circle that a step away from home begins, None if it leads nowhere."""
        way = [first]
        branches = [(self._onward(first.read, first.calls), first.calls)]
        while branches:
            onward, calls = branches[-1]
            step = next(onward, None)
            if step is None:
                branches.pop()
                way.pop()
            elif step.read.table is self.home:
                if (circle := self._closed((*way, step), calls or step.calls)) is not None:
                    return circle
            else:
                way.append(step)
                calls = calls or step.calls
                branches.append((self._onward(step.read, calls), calls))
        return None

    def _onward(self, read: TableRead, calls: bool) -> Iterator[PolicyStep]:
        """Yield the steps from a table that was not yet reached like this."""
        table, role, _, _ = read
        seen = (id(table), role, calls)
        if seen in self._seen:
            return
        self._seen.add(seen)
        for policy in self._policies(table, role):
            if policy.using is not None:
                yield from self.steps(policy, policy.using, role)

    def _closed(self, way: tuple[PolicyStep, ...], calls: bool) -> Circle | None:
        again = list(self._policies(self.home, way[-1].read.role))
        if calls:
            returns = any(policy is way[0].policy for policy in again)
            return Circle("54001", way) if returns else None
        if any(has_sub_select(clause) for policy in again for clause in policy.clauses):
            return Circle("42P17", way)
        return None

    def _policies(self, table: Relation, role: str) -> Iterator[Policy]:
        try:
            yield from select_policies(self.catalog, table, role)
        except UnknownFact as unknown:
            self.gap = self.gap or unknown

    def steps(self, policy: Policy, clause: Clause, role: str) -> Iterator[PolicyStep]:
        """Yield the reads of other tables that the policies of these filter."""
        for place, source in clause.ask(looked_up):
            try:
                for read in _reads(self.catalog, source, role):
                    if read.table is not policy.relation and self._may_lead_back(read):
                        yield PolicyStep(policy, clause, place, read, isinstance(source, Call))
            except UnknownFact as unknown:
                self.gap = self.gap or unknown

    def _may_lead_back(self, read: TableRead) -> bool:
        if read.table not in _leading_into_circles(self.catalog):
            return False
        return row_security_active(self.catalog, read.role, read.table)


@remembered
def _leading_into_circles(catalog: Catalog) -> frozenset[Relation]:
    """Return the tables whose policies lead into a circle of tables, or perhaps do.

    Any policy counts, for whatever role and command: from all other tables every way certainly
    ends, so that nobody need follow the same long way once for each table on it.
    """
    ways_on: dict[Relation, int] = {}
    readers: dict[Relation, list[Relation]] = {}
    waiting = [policy.relation for policy in catalog.policies()]
    while waiting:
        table = waiting.pop()
        if table in ways_on:
            continue
        further = _read_by_policies(catalog, table)
        ways_on[table] = len(further)
        waiting += further
        for read in further:
            readers.setdefault(read, []).append(table)
    ended = [table for table, count in ways_on.items() if count == 0]
    for table in ended:
        for reader in readers.get(table, ()):
            ways_on[reader] -= 1
            if ways_on[reader] == 0:
                ended.append(reader)
    return frozenset(ways_on).difference(ended)


def circling_on(catalog: Catalog, table: Relation) -> frozenset[Relation]:
    """Return the tables that the policies of a table read and that lead into circles, or may.

    The table itself is among them where not all is known.
    """
    return _read_by_policies(catalog, table) & _leading_into_circles(catalog)


@remembered
def _read_by_policies(catalog: Catalog, table: Relation) -> frozenset[Relation]:
    """Return the other tables that any policy of a table reads.

    The table itself is among them where not all is known: it perhaps leads anywhere.
    """
    found: set[Relation] = set()
    unknown = False
    try:
        for policy in table.policies.values():
            for clause in policy.clauses:
                for _, source in clause.ask(looked_up):
                    # Which tables are read is the same for every role.
                    found.update(read.table for read in _reads(catalog, source, ""))
    except UnknownFact:
        unknown = True
    return frozenset(found | {table} if unknown else found - {table})


def _reads(catalog: Catalog, source: Source | Call, role: str) -> Iterator[TableRead]:
    """Yield the reads of tables whose policies may filter them."""
    match source:
        case Source(relation=Relation() as relation):
            yield from _of_relation(relation, role)
        case Call(function=Function() as function):
            yield from _of_function(catalog, function, role, ())


def _of_relation(relation: Relation, role: str) -> Iterator[TableRead]:
    if not relation.is_beyond_history:
        for read in reads_behind(relation, role):
            if not read.from_copy and not read.table.is_beyond_history:
                yield read


def _of_function(
    catalog: Catalog, function: Function, role: str, callers: tuple[Function, ...]
) -> Iterator[TableRead]:
    if function in callers:
        return
    reader = function.owner if function.security_definer else role
    path = function.search_path
    for name in tables_read(function):
        relation = find_relation(catalog, path, name.schema, name.name)
        if relation is not None:
            yield from _of_relation(relation, reader)
    for words, arguments in functions_called(function):
        called, _ = find_function(catalog, path, words, Given(("",) * arguments))
        if called is not None:
            yield from _of_function(catalog, called, reader, (*callers, function))
