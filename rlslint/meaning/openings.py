"""What a predicate admits when the session has no context."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.meaning.admitting import NOTHING_HIDDEN, Hidden, admits_all, needs_values
from rlslint.meaning.beside import beside_filters
from rlslint.meaning.branches import Branch, branches_or_whole
from rlslint.meaning.callers import alternatives
from rlslint.meaning.context import (
    ContextFunctions,
    ContextRead,
    columns_of_callers,
    context_reads,
    own_columns,
)
from rlslint.meaning.simplifying import simplified
from rlslint.meaning.worlds import NOT_VALID, SessionSettings
from rlslint.sql.expressions import (
    And,
    Call,
    Cast,
    Column,
    Expr,
    IsNull,
    IsTruth,
    Not,
    Operator,
    Or,
    SubSelect,
)

_NOTHING: ContextFunctions = frozenset()


class OpenToAll(NamedTuple):
    """That a predicate lets the rows of all tenants pass in a session without a context.

    `session` says how the context is missing, `expression` is the condition that its absence makes
    true, `reads` what that asks for. `fallback` is the column that then stands in for the context,
    None where none does. `filled` are the columns without whose value a row does not pass;
    `hides_some` tells that some rows are kept from all: by `filters`, conditions beside it, or
    because they are no typical ones.
    """

    session: SessionSettings
    expression: Expr
    reads: tuple[ContextRead, ...]
    fallback: int | None
    filled: frozenset[int]
    hides_some: bool
    filters: Branch


@remembered
def openings(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
    hidden: Hidden = NOTHING_HIDDEN,
) -> tuple[OpenToAll, ...]:
    """Return what a missing context opens that is closed to callers with one.

    Found by evaluating the whole predicate with every setting never set, and with every setting
    empty, so that it does not matter how the test for absence is spelled, nor what else the
    predicate asks. `hidden` are tables that show no row where no setting was ever set. Raises
    GivenUp where it is too long to tell.
    """
    if not context_reads(expression, functions):
        return ()
    every = branches_or_whole(expression)
    found = _open(expression, every, (), False, not_null, functions, hidden)
    if not found:
        for filters in _filters(expression, every, not_null, functions):
            found = _open(expression, every, filters, False, not_null, functions, hidden)
            if found:
                break
    if not found:
        found = _open(expression, every, (), True, not_null, functions, hidden)
    return tuple({opening.expression: opening for opening in reversed(found)}.values())[::-1]


def _open(
    expression: Expr,
    every: tuple[Branch, ...],
    filters: Branch,
    typical: bool,
    not_null: frozenset[int],
    functions: ContextFunctions,
    hidden: Hidden,
) -> list[OpenToAll]:
    """Return what opens among the rows that conditions let through, see _filters, or typical ones.

    What rows are typical, see Situation.
    """

    def admits(condition: Expr, session: SessionSettings) -> bool:
        unseen = hidden if session is SessionSettings.never_set else NOTHING_HIDDEN
        return admits_all(condition, session, not_null, functions, filters, typical, unseen)

    opened = [session for session in NOT_VALID if admits(expression, session)]
    if not opened or admits(expression, SessionSettings.given):
        return []
    some = bool(filters) or typical
    found = []
    for session in opened:
        filled = frozenset() if some else needs_values(expression, session, not_null, functions)
        for opening in _opening(expression, every, filters, session, functions, admits):
            place, fallback = _fallback(opening, session, functions)
            reads = _asked(expression, place, session, functions, admits)
            found.append(OpenToAll(session, place, reads, fallback, filled, some, filters))
    return found


def _compared(expression: Expr, functions: ContextFunctions) -> frozenset[str | None]:
    """Return the settings that columns of the row are compared with."""
    return frozenset(
        read.name
        for part in expression.walk()
        if isinstance(part, Operator) and own_columns(part)
        for read in context_reads(part, functions)
    )


def _asked(
    expression: Expr,
    place: Expr,
    session: SessionSettings,
    functions: ContextFunctions,
    admits: Callable[[Expr, SessionSettings], bool],
) -> tuple[ContextRead, ...]:
    """Return what is asked of the session, in front that of which the absence opens.

    That is in the smallest condition that a missing context makes true; of several settings the
    one that columns are compared with elsewhere.
    """
    reads = context_reads(place, functions)
    if len({read.name for read in reads}) < 2:
        return reads
    compared = _compared(expression, functions)
    parts = [
        part
        for part in place.walk()
        if isinstance(part, Operator | IsNull | IsTruth | Not | And | Or)
        and context_reads(part, functions)
        and admits(part, session)
        and not admits(part, SessionSettings.given)
    ]
    first = {read.name for part in parts[-1:] for read in context_reads(part, functions)}
    for part in sorted(parts, key=lambda one: sum(1 for _ in one.walk())):
        names = {read.name for read in context_reads(part, functions)}
        if names & compared:
            first = names & compared
            break
    return tuple(sorted(reads, key=lambda read: read.name not in first))


def _filters(
    expression: Expr,
    every: tuple[Branch, ...],
    not_null: frozenset[int],
    functions: ContextFunctions,
) -> Iterator[Branch]:
    """Yield the conjuncts that only thin out what branches admit to everyone, each set once.

    Those of one branch alone matter where it lets pass in some session what they leave.
    """
    compared = frozenset(c for b in every for one in b for c in columns_of_callers(one, functions))
    found: dict[Branch, list[Branch]] = {}
    for _, filters, asked in beside_filters(expression, functions, compared):
        if filters and asked:
            found.setdefault(filters, []).append(asked)
    for filters, (asked, *others) in found.items():
        if others or any(
            all(admits_all(one, session, not_null, functions, filters) for one in asked)
            for session in NOT_VALID
        ):
            yield filters


def _opening(
    expression: Expr,
    every: tuple[Branch, ...],
    filters: Branch,
    session: SessionSettings,
    functions: ContextFunctions,
    admits: Callable[[Expr, SessionSettings], bool],
) -> list[Expr]:
    """Return the conditions that are true for want of a context, else the whole predicate."""
    found = []
    for branch in every:
        asked = [conjunct for conjunct in branch if conjunct not in filters]
        if not all(admits(one, session) for one in asked):
            continue
        opening = [
            one
            for one in asked
            if context_reads(one, functions) and not admits(one, SessionSettings.given)
        ]
        opening = [one for one in opening if not _is_deny_list(one)]
        if len(opening) > 1:
            compared = _compared(expression, functions)
            opening.sort(
                key=lambda one: all(
                    read.name not in compared for read in context_reads(one, functions)
                )
            )
        found += opening[:1]
    return found or [expression]


def _is_deny_list(conjunct: Expr) -> bool:
    """NOT EXISTS (… = ctx) is true without a context, and is no test for one."""
    return any(
        isinstance(part, SubSelect) and part.query.sources for part in conjunct.walk()
    ) and isinstance(conjunct, Not)


def _fallback(
    place: Expr, session: SessionSettings, functions: ContextFunctions
) -> tuple[Expr, int | None]:
    """Return the comparison `col = COALESCE(ctx, …, col)` and its column, else what was given."""
    for part in simplified(place).walk():
        if not isinstance(part, Operator) or part.left is None or part.quantifier:
            continue
        if part.symbol not in ("=", "is not distinct from", ">=", "<=", "<>", "is distinct from"):
            continue
        for column, other in ((part.left, part.right), (part.right, part.left)):
            if _falls_back(column, other) and context_reads(other, functions):
                equality = Operator("is not distinct from", part.left, part.right)
                if admits_all(equality, session, frozenset(), functions):
                    (number,) = own_columns(column)
                    return part, number
    return place, None


def _falls_back(column: Expr, other: Expr) -> bool:
    wanted = _identifier(column)
    if len(own_columns(column)) != 1 or not isinstance(wanted, Column):
        return False
    return any(_identifier(alternative) == wanted for alternative in alternatives(other))


def _identifier(expression: Expr) -> Expr:
    """Return what stands below casts and the functions that write an identifier in one way."""
    match expression:
        case Cast(inner) | Call((("lower" | "btrim" | "ltrim" | "rtrim"),), (inner,)):
            return _identifier(inner)
        case _:
            return expression
