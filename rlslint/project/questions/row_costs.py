"""What policies evaluate for every row though once would do, and what their look-ups read."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Index, Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.config import Severity
from rlslint.meaning.calls import called_in_body
from rlslint.meaning.context import own_columns
from rlslint.meaning.cost import Lookup, lookups, row_calls, unwrapped_calls, unwrapped_reads
from rlslint.meaning.index_support import leading_index
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.index_needs import filters_rows, is_served_beside, reads_whole_table
from rlslint.sql.expressions import Call, Cast, Constant, Expr, Or


class RepeatedCall(NamedTuple):
    """A call that no row takes part in, evaluated for each row."""

    call: Call
    severity: Severity


class UnindexedLookup(NamedTuple):
    """A look-up that no index serves; `invalid` is the index that would if it were valid."""

    lookup: Lookup
    invalid: Index | None


def repeated_calls(policy: Policy, project: Project) -> tuple[RepeatedCall, ...]:
    """Return the calls in USING that are evaluated again and again, the first of each function.

    `current_setting` alone costs little; with a cast it counts where no index condition takes its
    value once. What WITH CHECK calls runs once for each row that is written.
    """
    clause = policy.using
    if clause is None or not filters_rows(policy, project) or _is_planned_away(clause):
        return ()
    if _is_beside_true(policy, project):
        return ()
    found: dict[tuple[str, ...], RepeatedCall] = {}
    for call in clause.ask(unwrapped_calls):
        if _is_worth_wrapping(call):
            found.setdefault(call.name, RepeatedCall(call, Severity.warning))
    reads = clause.ask(unwrapped_reads)
    if reads and not found:
        scans = reads_whole_table(policy) and clause.ask(_casts_a_read)
        severity = Severity.warning if scans else Severity.info
        found[reads[0].name] = RepeatedCall(reads[0], severity)
    return tuple(found.values())


def _is_beside_true(policy: Policy, project: Project) -> bool:
    """Tell whether TRUE of other policies takes the place of what a permissive one asks.

    PostgreSQL joins them with OR, and its planner evaluates none of that then.
    """
    served = frozenset(served_roles(policy, project))
    others = [
        other
        for other in policy.relation.policies.known()
        if other.permissive
        and other is not policy
        and other.using is not None
        and other.using.expression == Constant(True)
        and served.issubset(served_roles(other, project))
    ]
    return policy.permissive and all(
        any(other.covers(command) for other in others)
        for command in ("select", "update", "delete")
        if policy.covers(command)
    )


def _is_planned_away(clause: Clause) -> bool:
    """Tell whether the planner makes TRUE of a clause, for an alternative is written so."""
    match clause.predicate.expression:
        case Or(arguments=alternatives):
            return any(one == Constant(True) for one in alternatives)
        case _:
            return False


def _is_worth_wrapping(call: Call) -> bool:
    """Tell whether the value is the same for all rows of a query.

    The planner evaluates an immutable function once; of a volatile one another rule speaks.
    """
    function = call.function
    if not isinstance(function, Function):
        return True
    return not function.returns_set and function.volatility == "stable"


def _casts_a_read(expression: Expr) -> bool:
    return any(
        isinstance(part, Cast)
        and part.type not in ("text", "varchar")
        and any(unwrapped_reads(child) for child in part.children())
        for part in expression.walk()
    )


def unindexed_lookup(policy: Policy, project: Project, *, by_row: bool) -> UnindexedLookup | None:
    """Return a look-up of a policy that reads the whole of another table, None if none does.

    That happens once for each row where the look-up goes `by_row`, by a value of it. Of several
    policies with the same look-up the first by name counts.
    """
    if not filters_rows(policy, project):
        return None
    for found in _unindexed(policy, project):
        if found.lookup.is_correlated is not by_row:
            continue
        if _first_lookups(project).get((found.lookup.relation, found.lookup.keys)) is policy:
            return found
    return None


def _unindexed(policy: Policy, project: Project) -> Iterator[UnindexedLookup]:
    found = project.predicate(policy.using).ask(lookups) if policy.using is not None else ()
    for lookup in found:
        if not lookup.keys or project.is_shared(lookup.relation):
            continue
        index = leading_index(lookup.relation, lookup.columns, lookup.keys)
        if index is None or not index.valid:
            yield UnindexedLookup(lookup, index)


@remembered
def _first_lookups(project: Project) -> dict[tuple[Relation, frozenset[int]], Policy]:
    """Return which policy is the first by name to look up a table by some columns."""
    found: dict[tuple[Relation, frozenset[int]], Policy] = {}
    for policy in sorted(project.catalog.policies(), key=str):
        if policy.using is None or not filters_rows(policy, project):
            continue
        try:
            own = project.predicate(policy.using).ask(lookups)
        except UnknownFact:
            continue
        for lookup in own:
            found.setdefault((lookup.relation, lookup.keys), policy)
    return found


class RowLookup(NamedTuple):
    """A call with `columns` of the row, whose function reads `tables`: one query for each row."""

    call: Call
    function: Function
    columns: tuple[int, ...]
    tables: tuple[str, ...]
    severity: Severity


def row_lookups(policy: Policy, project: Project) -> tuple[RowLookup, ...]:
    """Return the calls in USING by which each row asks a table, the first of each function.

    Of several policies of a table that call one the first counts. Beside a comparison that an index
    serves only the rows that this leaves are asked about, and where no policy for SELECT calls it
    those that a statement changes, which mostly go by a key. Raises UnknownFact where it is
    not known what a function reads.
    """
    clause = policy.using
    if clause is None or not filters_rows(policy, project):
        return ()
    scans = reads_whole_table(policy) and not is_served_beside(policy)
    severity = Severity.warning if scans and policy.covers("select") else Severity.info
    found: dict[Function, RowLookup] = {}
    gap: UnknownFact | None = None
    for call in clause.ask(row_calls):
        function = call.function
        if not isinstance(function, Function) or function in found:
            continue
        if project.ask(_first_callers, policy.relation).get(function) is not policy:
            continue
        try:
            tables = tables_asked(function, project.catalog)
        except UnknownFact as unknown:
            gap = gap or unknown
            continue
        if tables:
            columns = tuple(sorted(own_columns(call)))
            found[function] = RowLookup(call, function, columns, tables, severity)
    if gap is not None and not found:
        raise gap
    return tuple(found.values())


def tables_asked(function: Function, catalog: Catalog) -> tuple[str, ...]:
    """Return the names of the tables that a function reads, or those that it calls do.

    Raises UnknownFact where none is found and not all bodies are known.
    """
    from rlslint.meaning.bodies import tables_read

    waiting, seen = [function], {function}
    gap: UnknownFact | None = None
    while waiting:
        one = waiting.pop()
        try:
            if tables := tables_read(one):
                return tuple(dict.fromkeys(table.name for table in tables))
        except UnknownFact as unknown:
            gap = gap or unknown
        more = [called for called in called_in_body(one, catalog) if called not in seen]
        seen.update(more)
        waiting += more
    if gap is not None:
        raise gap
    return ()


def _first_callers(project: Project, relation: Relation) -> dict[Function, Policy]:
    """Return which policy of a table is the first to pass columns to a function.

    Those for SELECT come first, for queries look at the most rows, and then goes the name.
    """
    found: dict[Function, Policy] = {}
    for policy in sorted(relation.policies.known(), key=lambda p: (not p.covers("select"), str(p))):
        if policy.knows("using") and policy.using is not None and filters_rows(policy, project):
            for call in policy.using.ask(row_calls):
                if isinstance(call.function, Function):
                    found.setdefault(call.function, policy)
    return found
