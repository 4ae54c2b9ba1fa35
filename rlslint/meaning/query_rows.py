"""Whose rows a query puts out: those of everybody, or only what is tied to the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.meaning import inner_query
from rlslint.meaning.bodies import reads_context, tables_read
from rlslint.meaning.bounds import kind_of, unbounded_branches
from rlslint.meaning.callers import query_reads
from rlslint.meaning.context import ContextFunctions, context_reads
from rlslint.meaning.simplifying import conjunction, simplified
from rlslint.sql.expressions import (
    OWN_ROW,
    And,
    Call,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    IsNull,
    Not,
    Operator,
    Other,
    Query,
    Source,
    SubSelect,
)
from rlslint.sql.operations import AGGREGATES
from rlslint.sql.rebuilding import with_sources

UnboundInView = Callable[[Relation], "frozenset[Relation] | None"]
"""What a view puts out, see unbound_relations; None for what is no view."""

STATISTICS = frozenset(
    ("count", "sum", "avg", "min", "max", "stddev", "stddev_pop", "stddev_samp", "variance",
     "var_pop", "var_samp", "bool_or", "bool_and", "every", "corr", "regr_count")
)  # fmt: skip
"""The aggregates that tell of many rows at once, none of which they show."""


def unbound_relations(
    query: Query, functions: ContextFunctions, unbound_in_view: UnboundInView
) -> tuple[Relation, ...]:
    """Return the relations whose rows a query puts out, whoever asks.

    A FROM entry is tied to the caller where conditions compare it with the context, find it among
    rows that are tied, or set it equal to an entry that is. What only conditions read puts out no
    rows. Raises UnknownFact where only a function that cannot be read may tie the rows.
    """
    analysis = _Analysis(functions, unbound_in_view)
    found = {id(relation): relation for relation in analysis.unbound(query, frozenset())}
    if not found and analysis.gap is not None:
        raise analysis.gap
    return tuple(found.values())


class _Analysis:
    def __init__(self, functions: ContextFunctions, unbound_in_view: UnboundInView) -> None:
        self.functions = functions
        self.unbound_in_view = unbound_in_view
        self.gap: UnknownFact | None = None
        self._open: set[int] = set()

    def unbound(self, query: Query, outside: frozenset[Source]) -> Iterator[Relation]:
        """Yield what a query puts out unbound; `outside` are the tied entries around it."""
        if id(query) in self._open:
            return
        self._open.add(id(query))
        for arm in query.arms if query.set_operation == "union" else query.arms[:1]:
            yield from self.unbound(arm, outside)
        tied = outside | self._tied(query, outside)
        for source in query.sources:
            if source in tied:
                continue
            if isinstance(source.relation, Relation):
                yield source.relation
            elif (inner := inner_query(source)) is not None:
                yield from self.unbound(inner, tied)
        for output in query.outputs:
            for inner in _queries_below(output):
                yield from self.unbound(inner, tied)
        self._open.discard(id(query))

    def _tied(self, query: Query, outside: frozenset[Source]) -> frozenset[Source]:
        joined = tuple(_joined_for_each_row(query))
        conditions = (*query.conditions, *(one for inner in joined for one in inner.conditions))
        condition = simplified(conjunction(conditions, -1))
        entries = frozenset((*query.sources, *(one for inner in joined for one in inner.sources)))
        tied = {
            source
            for source in query.sources
            if self._ties_itself(source) or self._bounds(condition, source, entries - {source})
        }
        links = list(_links(condition))
        while True:
            more = {
                one
                for one, other in links
                if one not in tied and one in query.sources and (other in tied or other in outside)
            }
            if not more:
                return frozenset(tied)
            tied |= more

    def _ties_itself(self, source: Source) -> bool:
        """Tell whether an entry yields only rows of the caller, whatever the query asks."""
        inner = inner_query(source)
        if inner is None and isinstance(source.relation, Relation):
            return self._holds_own_rows(source.relation)
        if inner is not None:
            return self._puts_out_own_rows(inner)
        if source.call is None:
            return False
        return bool(context_reads(source.call, self.functions)) or any(
            isinstance(part, Call)
            and isinstance(part.function, Function)
            and reads_context(part.function, self.functions)
            for part in source.call.walk()
        )

    def _puts_out_own_rows(self, query: Query) -> bool:
        """Tell whether a query asks for the caller, and puts out no rows of others."""
        asks = query_reads(query, self.functions) or self._tied(query, frozenset())
        return bool(asks) and not tuple(self.unbound(query, frozenset()))

    def _holds_own_rows(self, relation: Relation) -> bool:
        """Tell whether a relation is a view that holds only rows of the caller."""
        try:
            found = self.unbound_in_view(relation)
        except UnknownFact as gap:
            self.gap = self.gap or gap
            return True
        return found is not None and not found

    def _bounds(self, condition: Expr, source: Source, others: frozenset[Source]) -> bool:
        """Tell whether a condition binds the rows of an entry, as a policy would a table's."""
        own = with_sources(condition, {source: OWN_ROW})
        branches = unbounded_branches(own, frozenset(), self.functions)
        return all(
            any(
                self._guards(conjunct) and _is_about_own_row(conjunct, branch.conjuncts, others)
                for conjunct in branch.conjuncts
            )
            for branch in branches
        )

    def _guards(self, conjunct: Expr) -> bool:
        """Tell whether a conjunct asks who is calling, and lets only some callers pass.

        A function that looks something up may do so: then nothing is certain.
        """
        if _only_asks_for_presence(conjunct):
            return False
        reads = bool(context_reads(conjunct, self.functions))
        parts = list(conjunct.walk())
        if any(isinstance(part, SubSelect) and part.query.sources for part in parts):
            if reads:
                self.gap = self.gap or UnknownFact("a sub-select", "whom it lets pass", None)
            return reads
        if kind_of(conjunct, self.functions) == "gate":
            return reads and not any(isinstance(part, Column) for part in parts)
        return any(self._may_guard(part) for part in parts if isinstance(part, Call))

    def _may_guard(self, call: Call) -> bool:
        """A function of an extension or of PostgreSQL itself never asks who is calling."""
        function = call.function
        if isinstance(function, Function):
            try:
                if reads_context(function, self.functions):
                    return True
                if not tables_read(function):
                    return False
                unknown = UnknownFact(function, "meaning", function.because("body"))
            except UnknownFact as cause:
                unknown = cause
            self.gap = self.gap or unknown
            return True
        if call.unknown:
            self.gap = self.gap or UnknownFact(".".join(call.name), "meaning", None)
        return call.unknown


def _joined_for_each_row(query: Query) -> Iterator[Query]:
    """Yield the queries in FROM that leave out the rows beside which they find none."""
    for source in query.sources:
        inner = inner_query(source) if source.lateral and source.join == "inner" else None
        # An aggregate without groups finds one row, whatever its conditions say.
        if inner is not None and inner.inner_only and not any(map(_collects, inner.outputs)):
            yield inner


def _is_about_own_row(conjunct: Expr, conjuncts: Iterable[Expr], others: frozenset[Source]) -> bool:
    """Tell whether a conjunct chooses among the rows of an entry, not just among those beside it.

    What it asks of another entry chooses among these rows where something ties the two together.
    """
    asked = _sources_in(conjunct)
    if OWN_ROW in asked or asked.isdisjoint(others):
        return True
    return any(
        OWN_ROW in tied and not tied.isdisjoint(asked & others)
        for tied in map(_sources_in, conjuncts)
    )


def _sources_in(expression: Expr) -> frozenset[Source]:
    return frozenset(
        part.binding.source
        for part in expression.walk()
        if isinstance(part, Column) and isinstance(part.binding, ColumnBinding)
    )


def _only_asks_for_presence(conjunct: Expr) -> bool:
    """`current_setting(…) IS NOT NULL` and `<> ''` are true of every caller with a context."""
    match conjunct:
        case IsNull():
            return True
        case Operator("<>" | "is distinct from", _, Constant()):
            return True
        case Not(argument):
            return _only_asks_for_presence(argument)
        case _:
            return False


def _queries_below(expression: Expr) -> Iterator[Query]:
    if isinstance(expression, Query):
        yield expression
        return
    for child in expression.children():
        yield from _queries_below(child)


def _links(condition: Expr) -> Iterator[tuple[Source, Source]]:
    """Yield the pairs of entries that a condition sets equal in some column, both ways."""
    for conjunct in condition.arguments if isinstance(condition, And) else (condition,):
        match conjunct:
            case Operator("=", left, right) if left is not None and not conjunct.quantifier:
                one, other = _source_of(left), _source_of(right)
                if one is not None and other is not None:
                    yield one, other
                    yield other, one


def _source_of(expression: Expr) -> Source | None:
    match expression:
        case Cast(argument):
            return _source_of(argument)
        case Column() if isinstance(expression.binding, ColumnBinding):
            return expression.binding.source
        case _:
            return None


def group_columns(query: Query) -> tuple[ColumnBinding, ...] | None:
    """Return the columns that a query of statistics groups by and puts out.

    None where it is no such query: where it puts out rows, or values of rows.
    """
    if query.arms:
        return None
    keys = [output for output in query.outputs if not _is_statistic(output)]
    if len(keys) == len(query.outputs) or any(map(_collects, keys)):
        return None
    columns = [part for key in keys for part in key.walk() if isinstance(part, Column)]
    bindings = [c.binding for c in columns if isinstance(c.binding, ColumnBinding)]
    return tuple(bindings) if len(bindings) == len(columns) else None


_OF_AGGREGATES = frozenset(("AggregateDistinct", "AggregateFilter"))
"""What chooses the rows that an aggregate counts."""


def _is_statistic(output: Expr) -> bool:
    """Tell whether an output is made from an aggregate; a window function leaves every row."""
    parts = list(output.walk())
    if any(isinstance(part, Other) and part.tag not in _OF_AGGREGATES for part in parts):
        return False
    called = {part.name[-1] for part in parts if isinstance(part, Call)}
    return not called.isdisjoint(STATISTICS) and called & AGGREGATES <= STATISTICS


def _collects(output: Expr) -> bool:
    """Tell whether an aggregate such as array_agg puts out the values of every row."""
    return any(isinstance(part, Call) and part.name[-1] in AGGREGATES for part in output.walk())
