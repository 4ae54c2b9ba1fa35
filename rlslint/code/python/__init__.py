"""The front end for Python, without running it: application code, settings and migrations."""

from __future__ import annotations

_WORDS = (
    b"execute(",
    b"set_config",
    b"current_setting",
    b"row level security",
    b"create policy",
    b"set local ",
    b"set session ",
    b"set role ",
    b"runsql",
    b"psycopg",
    b"asyncpg",
    b"create_engine",
    b"create_async_engine",
    b"postgres",
    b"import text",
    b"callproc",
)


def may_hold_sql(data: bytes) -> bool:
    """Tell whether a Python file is worth parsing: False is certain, True is not."""
    lowered = data.lower()
    return any(word in lowered for word in _WORDS)
