"""What a settings module of Django says of its connections."""

from __future__ import annotations

import ast

from rlslint.code.python.program import Program
from rlslint.code.python.strings import Fragment, Written, as_text
from rlslint.code.python.values import Pairs, Value, constant, entry
from rlslint.code.sites import ConnectionDefaults
from rlslint.files.python_source import PythonSource
from rlslint.text import Span


def django_defaults(python: PythonSource, program: Program) -> tuple[ConnectionDefaults, ...]:
    """Return what `DATABASES` says of pools, transactions and bind parameters."""
    for statement in python.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="DATABASES")], value=node):
                default = entry(program.value(node, program.module), "default")
                if isinstance(default, Pairs) and "postg" in _text(entry(default, "ENGINE")):
                    return (_defaults(python, node, default),)
    return ()


def _defaults(python: PythonSource, node: ast.expr, default: Pairs) -> ConnectionDefaults:
    start, end = python.start(node), python.end(node)
    written = Written((Fragment(python.text[start:end], start, end),))
    text = as_text(written, python.path, python.text)
    options = entry(default, "OPTIONS")
    age = entry(default, "CONN_MAX_AGE")
    # Without CONN_MAX_AGE each request has a connection of its own; None keeps it for ever.
    kept = age is not None and constant(age) != 0
    pool = entry(options, "pool")
    pooled = kept or (pool is not None and constant(pool) is not False)
    requests = entry(default, "ATOMIC_REQUESTS")
    binding = entry(options, "server_side_binding")
    return ConnectionDefaults(
        "django",
        Span(text, 0, len(text.data)),
        pooled,
        _truth(requests, absent=False),
        _truth(binding, absent=False),
    )


def _truth(value: Value | None, absent: bool) -> bool | None:
    if value is None:
        return absent
    plain = constant(value)
    return plain if isinstance(plain, bool) else None


def _text(value: Value | None) -> str:
    return str(constant(value))
