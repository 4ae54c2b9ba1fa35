"""Python files that are run once, from a shell or by cron, and serve no requests."""

from __future__ import annotations

import ast

from rlslint.code.python.imports import imported_modules

_SERVERS = frozenset(
    ("aiohttp", "bottle", "celery", "dramatiq", "falcon", "fastapi", "flask", "grpc", "gunicorn",
     "hypercorn", "litestar", "quart", "rq", "sanic", "starlette", "tornado", "uvicorn",
     "waitress")
)  # fmt: skip


def is_script(tree: ast.Module) -> bool:
    """Tell whether a file is a program of its own whose connections end with it."""
    if imported_modules(tree) & _SERVERS:
        return False
    return any(isinstance(node, ast.If) and asks_for_main(node.test) for node in tree.body)


def asks_for_main(test: ast.expr) -> bool:
    """Tell whether a condition asks whether the file is run as a program."""
    return isinstance(test, ast.Compare) and any(
        isinstance(part, ast.Name) and part.id == "__name__"
        for part in (test.left, *test.comparators)
    )
