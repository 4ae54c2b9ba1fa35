"""Values in the context that the client chooses, or that end users can edit."""

from __future__ import annotations

from rlslint import Pattern
from rlslint.catalog.answers import remembered
from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import words_in_body
from rlslint.meaning.body_access import SECRET
from rlslint.meaning.bounds import bound_of
from rlslint.meaning.branches import branches
from rlslint.meaning.context import ContextFunctions, ContextRead, context_reads
from rlslint.sql.expressions import (
    And,
    Call,
    Cast,
    Column,
    Constant,
    Expr,
    Not,
    Operator,
    Or,
    without_casts,
)

_NOTHING: ContextFunctions = frozenset()

_USER_METADATA = Pattern(r"(?<![A-Za-z_])(raw_)?user_meta_?data(?![A-Za-z_])")
"""What GoTrue lets a user write about themselves: a claim, and the column of auth.users."""

_APP_METADATA = Pattern(r"(?<![A-Za-z_])(raw_)?app_meta_?data(?![A-Za-z_])")

_CLIENT_SETTINGS = Pattern(
    r"request\.(headers|header\..+|cookies|cookie\..+|path)|application_name"
)
"""Settings that hold what the client sent (PostgREST, Transactions: request settings)."""

_APPLICATION_NAME = "application_name"

_CLIENT_FUNCTIONS = frozenset(("inet_client_addr", "inet_client_port"))


def user_editable_claims(
    expression: Expr, functions: ContextFunctions = _NOTHING
) -> tuple[Expr, ...]:
    """Return the smallest parts that take user metadata from the token or from auth.users."""
    found: list[Expr] = []
    _collect(expression, functions, found)
    return tuple(found)


def _collect(expression: Expr, functions: ContextFunctions, found: list[Expr]) -> bool:
    if isinstance(expression, Column) and _USER_METADATA().fullmatch(expression.name):
        found.append(expression)
        return True
    below = [_collect(child, functions, found) for child in expression.children()]
    if any(below):
        return True
    match expression:
        case Call(function=Function() as called) if _names_user_metadata(called):
            found.append(expression)
            return True
    if isinstance(expression, And | Or | Not):
        return False
    reads = context_reads(expression, functions)
    if not reads:
        return False
    named = any(read.name and _USER_METADATA().search(read.name) for read in reads)
    if named or _mentions_user_metadata(expression):
        found.append(expression)
        return True
    return False


@remembered
def _names_user_metadata(function: Function) -> bool:
    """Tell whether the body of a function that cannot be inlined has such a string or name."""
    data = function.body.encode()
    return any(
        token.name in ("SCONST", "IDENT")
        and _USER_METADATA().search(data[token.start : token.end].decode())
        for _, token in words_in_body(function)
    )


def _mentions_user_metadata(expression: Expr) -> bool:
    match expression:
        case Constant(str() as value):
            return _USER_METADATA().search(value) is not None
        case Operator("->" | "->>" | "#>" | "#>>", Expr() as left, _) if _is_app_metadata(left):
            return False
        case _:
            return any(map(_mentions_user_metadata, expression.children()))


def _is_app_metadata(value: Expr) -> bool:
    """Tell whether a JSON value is the claim, or inside it, that only the server writes."""
    match value:
        case Operator("->" | "#>", Expr() as left, Constant(str() as key) | Cast(Constant(key))):
            return bool(_APP_METADATA().search(str(key))) or _is_app_metadata(left)
        case _:
            return False


def is_application_name(read: ContextRead) -> bool:
    """Tell whether what is read is the name that a connection gives itself."""
    return read.kind == "setting" and read.name == _APPLICATION_NAME


def is_client_controlled(read: ContextRead) -> bool:
    """Tell whether whoever sends the request chooses the value that is read."""
    if read.name is None:
        return False
    if read.kind == "setting":
        return _CLIENT_SETTINGS().fullmatch(read.name) is not None
    return read.name in _CLIENT_FUNCTIONS


def client_controlled_reads(
    expression: Expr, functions: ContextFunctions = _NOTHING
) -> tuple[ContextRead, ...]:
    """Return the reads of client-supplied values on which a branch rests.

    A branch that something else binds to the caller does not rest on them, nor one that finds its
    rows by a secret that the client sends.
    """
    found: dict[int, ContextRead] = {}
    for branch in branches(expression):
        reads = [read for part in branch for read in context_reads(part, functions)]
        chosen = [read for read in reads if is_client_controlled(read)]
        if chosen and not any(_binds_by_more(part, functions) for part in branch):
            for read in chosen:
                found.setdefault(read.expression.location, read)
    return tuple(found.values())


def _binds_by_more(conjunct: Expr, functions: ContextFunctions) -> bool:
    """Tell whether a conjunct binds the rows by something that the client does not choose.

    So does the secret of a row: who sends it was given it.
    """
    match conjunct:
        case Operator("=", Expr() as left, right) if not conjunct.quantifier:
            for side in map(without_casts, (left, right)):
                if isinstance(side, Column) and SECRET().fullmatch(side.name.lower()):
                    return True
    bound = bound_of(conjunct, functions)
    return bound is not None and not any(is_client_controlled(read) for read in bound.reads)


def client_controlled_bounds(
    expression: Expr, functions: ContextFunctions = _NOTHING
) -> tuple[ContextRead, ...]:
    """Return the client-supplied values with which columns of the own row are compared."""
    return tuple(
        read
        for branch in branches(expression)
        for part in branch
        if (bound := bound_of(part, functions)) is not None
        for read in bound.reads
        if is_client_controlled(read)
    )
