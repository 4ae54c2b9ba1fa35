"""Which values are the caller's: what an expression or a query owes to the context."""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.catalog.functions import Function
from rlslint.meaning import inner_query
from rlslint.meaning.branches import branches_or_whole
from rlslint.meaning.context import (
    ContextFunctions,
    ContextRead,
    context_reads,
    is_own,
    is_row_free,
    own_columns,
)
from rlslint.meaning.simplifying import conjunction
from rlslint.sql.expressions import (
    Call,
    Case,
    Cast,
    Column,
    Expr,
    IsTruth,
    Items,
    Operator,
    Other,
    Query,
    SubSelect,
)

_NOTHING: ContextFunctions = frozenset()


@remembered
def caller_reads(
    expression: Expr, functions: ContextFunctions = _NOTHING
) -> tuple[ContextRead, ...]:
    """Return the reads that make a value the caller's, empty where it is not.

    `COALESCE(ctx, tenant_id)` is the caller's in one alternative; rules about fallbacks speak of
    the other. A sub-select is the caller's where each of its rows is tied to the context.
    """
    reads: tuple[ContextRead, ...] = ()
    for alternative in alternatives(expression):
        if is_row_free(alternative, functions):
            reads += context_reads(alternative, functions)
        elif (query := query_below(alternative)) is not None:
            reads += query_reads(query, functions)
        elif not own_columns(alternative):
            reads += _function_reads(alternative, functions)
    return reads


def alternatives(expression: Expr) -> tuple[Expr, ...]:
    """Return the expressions one of which is the value: COALESCE, CASE and NULLIF taken apart."""
    match expression:
        case Cast(argument):
            inner = alternatives(argument)
            return (expression,) if len(inner) == 1 else inner
        case Call((("coalesce" | "greatest" | "least"),), arguments):
            return tuple(item for argument in arguments for item in alternatives(argument))
        case Call(("nullif",), (first, _)):
            inner = alternatives(first)
            return (expression,) if len(inner) == 1 else inner
        case Call(("rescue",), (attempt, _)):
            return alternatives(attempt)
        case Case(None, cases, otherwise):
            results = [then for _, then in cases]
            results += [otherwise] if otherwise is not None else []
            return tuple(item for result in results for item in alternatives(result))
        case SubSelect("scalar", _, query):
            from rlslint.meaning.queries import given_of

            if (written := given_of(query)) is None:
                return (expression,)
            return tuple(item for output in written.outputs() for item in alternatives(output))
        case Other("A_Indirection", (Items(items) as array, _)) if array.kind == "array":
            return tuple(item for element in items for item in alternatives(element))
        case Other("A_Indirection", (Call(("array_remove",), (Items(items), _)), _)):
            return tuple(item for element in items for item in alternatives(element))
        case _:
            return (expression,)


def query_below(expression: Expr) -> Query | None:
    """Return the query of a sub-select that gives values, casts around it left out."""
    match expression:
        case Cast(argument):
            return query_below(argument)
        case SubSelect(("scalar" | "array"), _, query):
            return query
        case _:
            return None


def _function_reads(expression: Expr, functions: ContextFunctions) -> tuple[ContextRead, ...]:
    """Return a read for a call of the history whose body reads the context by itself."""
    match expression:
        case Cast(argument):
            return _function_reads(argument, functions)
        case Call(name) if isinstance(expression.function, Function):
            from rlslint.meaning.bodies import reads_context

            if reads_context(expression.function, functions):
                dotted = ".".join(name)
                return (ContextRead("function", dotted, True, (), expression, expression),)
    return ()


@remembered
def query_reads(query: Query, functions: ContextFunctions) -> tuple[ContextRead, ...]:
    """Return the context that every row of `query` is tied to, empty where some row is not."""
    if query.arms:
        arms = [query_reads(arm, functions) for arm in query.arms]
        if query.set_operation == "union" and not all(arms):
            return ()
        return tuple(read for arm in arms for read in arm)
    for part in (*query.outputs, *(s.call for s in query.sources if s.call is not None)):
        reads = context_reads(part, functions) or _function_reads(part, functions)
        if reads and not any(isinstance(child, Column) for child in part.walk()):
            return reads
    for source in query.sources:
        inner = inner_query(source)
        if inner is not None and (reads := query_reads(inner, functions)):
            return reads
    return _condition_reads(query, functions)


def _condition_reads(query: Query, functions: ContextFunctions) -> tuple[ContextRead, ...]:
    found: tuple[ContextRead, ...] = ()
    if not query.conditions:
        return ()
    for branch in branches_or_whole(conjunction(query.conditions, -1)):
        reads = tuple(read for c in branch for read in _inner_reads(c, functions))
        if not reads:
            return ()
        found += reads
    return found


def _inner_reads(conjunct: Expr, functions: ContextFunctions) -> tuple[ContextRead, ...]:
    """Return the context that a condition of a sub-select compares with a column of its own."""
    match conjunct:
        case IsTruth(argument, True, False):
            return _inner_reads(argument, functions)
        case Operator("=" | "is not distinct from" | "@>" | "<@" | "&&", left, right) if (
            left is not None and conjunct.quantifier != "all"
        ):
            for row, caller in ((left, right), (right, left)):
                if _inner_columns(row) and (reads := caller_reads(caller, functions)):
                    return reads
            return ()
        case SubSelect(("any" | "exists" as kind), left, query):
            if kind == "any" and left is not None and is_row_free(left, functions):
                return context_reads(left, functions)
            return query_reads(query, functions)
        case _:
            return ()


def _inner_columns(expression: Expr) -> bool:
    """Tell whether the columns in `expression` all belong to sources of sub-selects."""
    columns = [part for part in expression.walk() if isinstance(part, Column)]
    return bool(columns) and not any(map(is_own, columns))
