"""Values that stand in for a context that is missing: a tenant for who has none."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.meaning.admitting import admits_all, value_without_row
from rlslint.meaning.beside import beside_filters
from rlslint.meaning.bounds import bound_of, bounds_of
from rlslint.meaning.branches import Branch, branches
from rlslint.meaning.context import ContextFunctions, ContextRead, context_reads, own_columns
from rlslint.meaning.queries import counts, joined_tables
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.worlds import MISSING, SessionSettings
from rlslint.sql.expressions import Call, Case, Constant, Expr, Operator, SubSelect
from rlslint.sql.rebuilding import rebuilt


class Fallback(NamedTuple):
    """That a session without a context passes for the caller whom `value` names.

    `expression` is what gives the value, `columns` are the own row's that are compared with it.
    `tables` are those where it is looked up, whoever asks: then the value is not known.
    """

    session: SessionSettings
    expression: Expr
    value: object
    columns: frozenset[int]
    reads: tuple[ContextRead, ...]
    tables: tuple[object, ...] = ()


@remembered
def fallbacks(
    expression: Expr, not_null: frozenset[int], functions: ContextFunctions
) -> tuple[Fallback, ...]:
    """Return the constants that take effect where the context is missing.

    What else a branch asks has to be true without a context, but for filters. Raises GivenUp.
    """
    if not context_reads(expression, functions):
        return ()
    found: dict[Expr, Fallback] = {}
    every = branches(expression)
    compared = frozenset(n for b in bounds_of(expression, functions) for n in b.columns)
    for branch in every if len(every) > 1 else ():
        alternative = _alternative(expression, branch, compared, not_null, functions)
        if alternative is not None:
            found.setdefault(alternative.expression, alternative)
    if not any(_may_fall_back(part) for part in expression.walk()):
        return tuple(found.values())
    for branch in every:
        for conjunct in branch:
            bound = bound_of(conjunct, functions)
            if bound is None or not bound.reads:
                continue
            for session in MISSING:
                fallback = _fallback(conjunct, bound.columns, session, functions)
                if fallback is None or fallback.expression in found:
                    continue
                if _passes(expression, branch, conjunct, session, not_null, functions):
                    found[fallback.expression] = fallback
    return tuple(found.values())


def _alternative(
    expression: Expr,
    branch: Branch,
    compared: frozenset[int],
    not_null: frozenset[int],
    functions: ContextFunctions,
) -> Fallback | None:
    """Return the constant that a branch for sessions without a context compares a column with."""
    for conjunct in branch:
        match conjunct:
            case Operator("=", Expr() as left, right) if not conjunct.quantifier:
                value = next((one for one in (left, right) if not own_columns(one)), None)
            case _:
                continue
        columns = own_columns(conjunct)
        if value is None or not columns <= compared or context_reads(conjunct, functions):
            continue
        reads = tuple(read for one in branch for read in context_reads(one, functions))
        for session in MISSING if reads and columns else ():
            known = value_without_row(value, session, functions)
            others = conjunction(tuple(one for one in branch if one is not conjunct), -1)
            if (
                known is not None
                and _passes(expression, branch, conjunct, session, not_null, functions)
                and not admits_all(others, SessionSettings.given, not_null, functions)
            ):
                return Fallback(session, conjunct, known.payload, columns, reads)
    return None


def _passes(
    expression: Expr,
    branch: Branch,
    conjunct: Expr,
    session: SessionSettings,
    not_null: frozenset[int],
    functions: ContextFunctions,
) -> bool:
    """Tell whether what else a branch asks is true without a context, for rows of the constant."""
    every = beside_filters(expression, functions, own_columns(conjunct))
    asked = next(one.asked for one in every if one.branch == branch)
    return all(
        admits_all(one, session, not_null, functions) for one in asked if one is not conjunct
    )


def _fallback(
    conjunct: Expr, columns: frozenset[int], session: SessionSettings, functions: ContextFunctions
) -> Fallback | None:
    for part in _outermost(conjunct):
        reads = context_reads(part, functions)
        if not reads or own_columns(part):
            continue
        known = value_without_row(part, session, functions)
        if known is not None and known.payload != "":
            return Fallback(session, part, known.payload, columns, reads)
        if known is None and (looked_up := _looked_up(part, session, functions)) is not None:
            tables = tuple(source.relation for source in looked_up.query.sources)
            return Fallback(session, part, None, columns, reads, tables)
    return None


def _looked_up(
    part: Expr, session: SessionSettings, functions: ContextFunctions
) -> SubSelect | None:
    """Return the lookup that gives a value without a context, the same one for whoever asks."""
    for one in part.walk():
        if not isinstance(one, SubSelect) or one.kind != "scalar" or counts(one.query):
            continue
        if context_reads(one, functions) or not joined_tables(one.query):
            continue
        value = value_without_row(_replaced(part, one), session, functions)
        if value is not None and value.payload == _FOUND:
            return one
    return None


_FOUND = "what was looked up"


def _replaced(expression: Expr, part: Expr) -> Expr:
    """Return an expression in which a part is a constant."""
    if expression is part:
        return Constant(_FOUND)
    return rebuilt(expression, lambda child: _replaced(child, part))


def _outermost(expression: Expr) -> Iterator[Expr]:
    if _may_fall_back(expression):
        yield expression
        return
    for child in expression.children():
        yield from _outermost(child)


def _may_fall_back(part: Expr) -> bool:
    match part:
        case Call((("coalesce" | "greatest" | "least" | "rescue"),)) | Case():
            return True
        case _:
            return False
