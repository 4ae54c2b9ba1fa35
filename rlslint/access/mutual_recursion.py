"""Policies of several tables that read one another, and what PostgreSQL makes of it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access.reach import TableRead, reads_behind
from rlslint.access.recursion import (
    applies_to,
    clauses_for,
    has_sub_select,
    looked_up,
    select_policies,
)
from rlslint.access.row_security import row_security_active
from rlslint.catalog.binding import find_relation
from rlslint.catalog.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.overloads import Given, find_function
from rlslint.catalog.predicates import Clause
from rlslint.meaning.bodies import functions_called, tables_read
from rlslint.sql.expressions import Call, Expr, Source


class Step(NamedTuple):
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
    steps: tuple[Step, ...]

    @property
    def tables(self) -> frozenset[Relation]:
        return frozenset(step.policy.relation for step in self.steps)


def mutual_recursion(catalog: Catalog, policy: Policy, role: str, command: str) -> Circle | None:
    """Return how `command` of `role` on a policy's table leads over other tables back to it.

    See recursion.recursion for a policy that reads its own table, which is left out here. Raises
    UnknownFact where only what is not known may lead back.
    """
    table = policy.relation
    if not applies_to(catalog, policy, role) or not row_security_active(catalog, role, table):
        return None
    search = _Search(catalog, table)
    for clause in clauses_for(policy, command):
        for step in search.steps(policy, clause, role):
            found = search.back((step,))
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

    def back(self, way: tuple[Step, ...]) -> Circle | None:
        """Return the circle that a way from home closes, None if it leads nowhere."""
        table, role, _, _ = way[-1].read
        seen = (id(table), role, any(step.calls for step in way))
        if seen in self._seen:
            return None
        self._seen.add(seen)
        for policy in self._policies(table, role):
            if policy.using is None:
                continue
            for step in self.steps(policy, policy.using, role):
                longer = (*way, step)
                if step.read.table is self.home:
                    if (circle := self._closed(longer)) is not None:
                        return circle
                elif (found := self.back(longer)) is not None:
                    return found
        return None

    def _closed(self, way: tuple[Step, ...]) -> Circle | None:
        again = list(self._policies(self.home, way[-1].read.role))
        if any(step.calls for step in way):
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

    def steps(self, policy: Policy, clause: Clause, role: str) -> Iterator[Step]:
        """Yield the reads of other tables that the policies of these filter."""
        for place, source in clause.ask(looked_up):
            try:
                for read in self._reads(source, role):
                    if read.table is not policy.relation and self._is_filtered(read):
                        yield Step(policy, clause, place, read, isinstance(source, Call))
            except UnknownFact as unknown:
                self.gap = self.gap or unknown

    def _is_filtered(self, read: TableRead) -> bool:
        if read.from_copy or read.table.is_beyond_history:
            return False
        return row_security_active(self.catalog, read.role, read.table)

    def _reads(self, source: Source | Call, role: str) -> Iterator[TableRead]:
        match source:
            case Source(relation=Relation() as relation) if not relation.is_beyond_history:
                yield from reads_behind(relation, role)
            case Call(function=Function() as function):
                yield from self._of_function(function, role, ())

    def _of_function(
        self, function: Function, role: str, callers: tuple[Function, ...]
    ) -> Iterator[TableRead]:
        if function in callers:
            return
        reader = function.owner if function.security_definer else role
        path = function.search_path
        for name in tables_read(function):
            relation = find_relation(self.catalog, path, name.schema, name.name)
            if relation is not None and not relation.is_beyond_history:
                yield from reads_behind(relation, reader)
        for words, arguments in functions_called(function):
            called, _ = find_function(self.catalog, path, words, Given(("",) * arguments))
            if called is not None:
                yield from self._of_function(called, reader, (*callers, function))
