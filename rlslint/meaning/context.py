"""What an expression reads from the session: settings, claims, the current user."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.config.platforms import PLATFORMS
from rlslint.meaning import STABLE_FUNCTIONS
from rlslint.sql.expressions import (
    OWN_ROW,
    Call,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    Operator,
    Parameter,
    Query,
    Source,
    SubSelect,
)

USERS = frozenset(("current_user", "session_user", "user", "current_role", "system_user"))
"""SQL's own names for who is connected (manual: System Information Functions)."""

PLATFORM_FUNCTIONS = frozenset(
    function for platform in PLATFORMS for function in platform.api_functions
)
"""The functions with which platforms hand a request's claims to policies."""

CLIENT_FUNCTIONS = frozenset(("inet_client_addr", "inet_client_port"))

ContextFunctions = frozenset[tuple[str, ...]]
"""Names of functions that the configuration declares to be context, schema first."""


class ContextRead(NamedTuple):
    """One place where an expression asks the session.

    `kind` is setting, function or user. `name` is the setting in lower case, as PostgreSQL
    compares it (None where it is computed), or the function's dotted name. `missing_ok` is
    current_setting's second argument, True for what never raises. `path` are the JSON keys taken
    from the value. `expression` is the call itself, `value` the call with that path.
    """

    kind: str
    name: str | None
    missing_ok: bool
    path: tuple[str, ...]
    expression: Call
    value: Expr


@remembered
def context_reads(
    expression: Expr, functions: ContextFunctions = frozenset()
) -> tuple[ContextRead, ...]:
    """Return every read of the context in `expression`, sub-selects included."""
    found: list[ContextRead] = []
    _collect(expression, functions, found)
    return tuple(found)


def _collect(expression: Expr, functions: ContextFunctions, found: list[ContextRead]) -> None:
    read = read_of(expression, functions)
    if read is not None:
        found.append(read)
        return
    for child in expression.children():
        _collect(child, functions, found)


def read_of(expression: Expr, functions: ContextFunctions = frozenset()) -> ContextRead | None:
    """Return the read that `expression` itself is, a JSON path below a read included."""
    match expression:
        case Call():
            return _path_call(expression, functions) or _call_read(expression, functions)
        case Operator("->" | "->>" | "#>" | "#>>" as symbol, left, right) if left is not None:
            inner = read_of(_without_casts(left), functions)
            if inner is None or not is_row_free(right, functions):
                return None
            return inner._replace(path=inner.path + _keys(symbol, right), value=expression)
        case _:
            return None


def _path_call(call: Call, functions: ContextFunctions) -> ContextRead | None:
    match call:
        case Call((("json_extract_path" | "json_extract_path_text" | "jsonb_extract_path"
                    | "jsonb_extract_path_text"),), (document, *keys)):  # fmt: skip
            inner = read_of(_without_casts(document), functions)
            if inner is None or not all(is_row_free(key, functions) for key in keys):
                return None
            path = tuple(key for k in keys for key in _keys("->", k))
            return inner._replace(path=inner.path + path, value=call)
        case _:
            return None


def _without_casts(expression: Expr) -> Expr:
    """Return what is below casts, COALESCE with a constant and NULLIF: still the same read."""
    match expression:
        case Cast(argument):
            return _without_casts(argument)
        case Call(("nullif",), (first, Constant())):
            return _without_casts(first)
        case Call(("coalesce",), (first, *rest)) if all(
            isinstance(_without_casts(item), Constant) for item in rest
        ):
            return _without_casts(first)
        case _:
            return expression


def _keys(symbol: str, right: Expr) -> tuple[str, ...]:
    match right:
        case Cast(argument):
            return _keys(symbol, argument)
        case Constant(str() as text) if symbol.startswith("#"):
            return tuple(key.strip().strip('"') for key in text.strip("{}").split(","))
        case Constant(str() | int() as key):
            return (str(key),)
        case _:
            return ("",)


def setting_name(expression: Expr) -> str | None:
    """Return the constant that names a setting, in lower case."""
    match expression:
        case Constant(str() as name):
            return name.lower()
        case Cast(argument):
            return setting_name(argument)
        case _:
            return None


def _call_read(call: Call, functions: ContextFunctions) -> ContextRead | None:
    match call:
        case Call(("current_setting",), (name, *rest)):
            missing_ok = bool(rest) and not _is_false(rest[0])
            return ContextRead("setting", setting_name(name), missing_ok, (), call, call)
        case Call((name,), ()) if name in USERS and call.function is None:
            return ContextRead("user", name, True, (), call, call)
        case Call(("pg_has_role",), (role, _)) if is_row_free(role, functions):
            # Without a user, it asks of the current one.
            return ContextRead("user", "current_user", True, (), call, call)
        case Call((name,), ()) if name in CLIENT_FUNCTIONS and call.function is None:
            return ContextRead("function", name, True, (), call, call)
        case Call(name) if call.name in PLATFORM_FUNCTIONS or _is_declared(call, functions):
            return ContextRead("function", ".".join(name), True, (), call, call)
        case _:
            return None


def _is_declared(call: Call, functions: ContextFunctions) -> bool:
    if call.name in functions:
        return True
    function = call.function
    return isinstance(function, Function) and (function.schema, function.name) in functions


def _is_false(expression: Expr) -> bool:
    match expression:
        case Constant(False):
            return True
        case Constant(str() as text):
            return text.strip().lower() in ("f", "false", "off", "no", "n", "0")
        case Cast(argument):
            return _is_false(argument)
        case _:
            return False


@remembered
def is_row_free(expression: Expr, functions: ContextFunctions = frozenset()) -> bool:
    """Tell whether no column, table or unknown function takes part in the value."""
    if read_of(expression, functions) is not None:
        return True
    match expression:
        case Column() | Parameter() | Query():
            return False
        case Call(name) if name[-1] not in STABLE_FUNCTIONS and name != ("raise",):
            return False
        case _:
            return all(is_row_free(child, functions) for child in expression.children())


@remembered
def own_columns(expression: Expr) -> frozenset[int]:
    """Return the attribute numbers of the own row's columns in `expression`, sub-selects included.

    A whole-row reference counts as column 0.
    """
    return frozenset(own_column(part) for part in expression.walk() if is_own(part))


@remembered
def columns_of_callers(
    expression: Expr, functions: ContextFunctions = frozenset()
) -> frozenset[int]:
    """Return the own row's columns that are compared with the context: they tell whose a row is."""
    return frozenset(
        column
        for part in expression.walk()
        if _compares(part) and context_reads(part, functions)
        for column in own_columns(part)
    )


def _compares(expression: Expr) -> bool:
    match expression:
        case Operator() | Call(("nullif",)):
            return True
        case SubSelect(left=left):
            return left is not None
        case _:
            return False


def own_column(expression: Expr) -> int:
    """Return the attribute number of an own-row column, 0 for the whole row."""
    match expression:
        case Column() if isinstance(expression.binding, ColumnBinding):
            return expression.binding.number
        case _:
            return 0


def is_own(expression: Expr) -> bool:
    """Tell whether an expression is a column of the own row, or the whole of it."""
    if not isinstance(expression, Column):
        return False
    match expression.binding:
        case ColumnBinding(source, _, _):
            return source is OWN_ROW
        case Source() as source:
            return source is OWN_ROW
        case _:
            return False


def require_known(expression: Expr) -> None:
    """Raise UnknownFact where some name in `expression` could not be resolved."""
    for part in expression.walk():
        if isinstance(part, Column | Call) and part.unknown:
            name = part.names if isinstance(part, Column) else part.name
            raise UnknownFact(".".join(name), "meaning", None)
