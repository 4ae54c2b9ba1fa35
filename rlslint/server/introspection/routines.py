"""Functions and procedures, from the rows that a server returns."""

from __future__ import annotations

from rlslint.catalog import Catalog
from rlslint.catalog.functions import Function
from rlslint.server.introspection.authority import (
    Held,
    RoleNames,
    Rows,
    settings_of,
)
from rlslint.server.introspection.description import Description

_VOLATILITY = {"i": "immutable", "s": "stable", "v": "volatile"}
_PARALLEL = {"s": "safe", "r": "restricted", "u": "unsafe"}
_INPUT_MODES = "ibv"


def add_functions(
    catalog: Catalog,
    description: Description,
    rows: Rows,
    names: RoleNames,
    foreign_owners: frozenset[str],
    search_path: tuple[str, ...],
) -> list[Held]:
    """Add the functions and procedures, and return the privileges on them.

    `search_path` is that of the sessions that call them.
    """
    held: list[Held] = []
    for row in rows:
        (
            oid, schema, name, owner_oid, is_procedure, language, volatility, definer, leakproof,
            parallel, returns_set, return_type, variadic, defaults, argument_names, modes, types,
            settings, body, atomic, shown, acl,
        ) = row  # fmt: skip
        owner = names[owner_oid]
        # Dropped since the snapshot was taken, and shown no more: nobody calls it.
        if owner in foreign_owners or shown is None:
            continue
        shown = shown.rstrip()
        is_hidden = not shown
        statement = description.write("CreateFunctionStmt", shown)
        function = Function(oid, schema, name, owner, statement)
        function.is_procedure, function.language = is_procedure, language
        function.volatility, function.parallel = _VOLATILITY[volatility], _PARALLEL[parallel]
        function.security_definer, function.leakproof = definer, leakproof
        function.return_type, function.returns_set = return_type, returns_set
        function.variadic, function.argument_types = variadic, tuple(types)
        function.default_count = defaults
        function.argument_names = _input_names(argument_names, modes, len(types))
        function.settings = settings_of(settings)
        function.search_path = search_path
        function.atomic = atomic
        function.body = shown if atomic else body
        in_shown = 0 if atomic or is_hidden else _place_of_body(shown, body)
        function.body_start = statement.start + in_shown
        if is_hidden:
            # Another session locks a table that the body names.
            function.forget("body", None)
        catalog.functions[oid] = function
        overloads = catalog.function_names.get((schema, name), ())
        catalog.function_names[schema, name] = (*overloads, function)
        if acl:
            held.append(Held(function, acl))
    return held


def _place_of_body(shown: str, body: str) -> int:
    """Return the byte where a body stands: CREATE FUNCTION ends with it and a dollar quote."""
    quote = shown.rindex("$", 0, -1)
    return len(shown[: quote - len(body)].encode())


def _input_names(
    names: list[str] | None, modes: list[str] | None, arguments: int
) -> tuple[str, ...]:
    """Return the names of the input arguments, "" where one has none."""
    if names is None:
        return ("",) * arguments
    if modes is None:
        return tuple(names)
    return tuple(n for n, mode in zip(names, modes, strict=True) if mode in _INPUT_MODES)
