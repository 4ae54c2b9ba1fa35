"""Where a function's body converts a setting that is empty once a transaction has set it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.catalog.functions import Function
from rlslint.meaning.context import ContextFunctions, ContextRead, context_reads
from rlslint.meaning.planning import planning_errors
from rlslint.meaning.worlds import SessionSettings
from rlslint.sql.expressions import Cast, Expr, IsNull, Query, SubSelect

if TYPE_CHECKING:
    from rlslint.meaning.bodies import SettingRead

ALWAYS_SET = frozenset(
    ("request.jwt.claims", "request.headers", "request.cookies", "request.method", "request.path")
)
"""Settings that PostgREST fills for every request (its manual: Transaction-Scoped Settings)."""


class EmptyCast(NamedTuple):
    """A cast that raises an error where `read` gives the empty string."""

    cast: Cast
    read: ContextRead


def empty_casts(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = frozenset(),
) -> tuple[Cast, ...]:
    """Return the casts that raise an error once a setting is empty after SET LOCAL.

    `ctx <> '' AND tenant_id = ctx::int` is no guard: planning raises, see planning_errors.
    NULLIF, and CASE on the setting, do keep the empty string away.
    """
    raised = planning_errors(expression, SessionSettings.reset, functions, not_null)
    if not raised:
        from rlslint.meaning.admitting import errors_of_rows

        raised = errors_of_rows(expression, SessionSettings.reset, not_null, functions)
    distinct = {id(place): place for place in raised if isinstance(place, Cast)}
    return tuple(distinct.values())


def failing_casts(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = frozenset(),
) -> tuple[EmptyCast, ...]:
    """Return the casts of an optional setting that fail once the setting is empty.

    A setting that is read without missing_ok is meant to raise an error when it is missing.
    """
    return tuple(
        EmptyCast(cast, read)
        for cast in empty_casts(expression, not_null, functions)
        for read in context_reads(cast.argument, functions)[:1]
        if read.kind == "setting" and read.missing_ok and read.name not in ALWAYS_SET
    )


def casts(expression: Expr) -> frozenset[tuple[int, str]]:
    """Return where an expression converts what, which tells its own casts from inlined ones."""
    return frozenset(
        (part.location, part.type) for part in expression.walk() if isinstance(part, Cast)
    )


def failing_read(
    function: Function, body: Expr, functions: ContextFunctions = frozenset()
) -> SettingRead | None:
    """Return the read in a function's own body whose conversion fails, None if all are guarded."""
    from rlslint.meaning.bodies import settings_read

    value = SubSelect("exists", None, body) if isinstance(body, Query) else IsNull(body, False)
    own = settings_read(function)
    for _, read in failing_casts(value, frozenset(), functions):
        same = [one for one in own if one.name == read.name and one.missing_ok]
        exact = [one for one in same if one.offset == read.expression.location]
        if same:
            return (exact or same)[0]
    return None
