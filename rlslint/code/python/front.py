"""The front end for Python: which SQL a file runs, on what, in which transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.code.sites import CodeFile

if TYPE_CHECKING:
    from rlslint.code.python.modules import ReadModule

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


def read_python(path: str, source: str, read_module: ReadModule | None = None) -> CodeFile:
    """Return the SQL of a Python file and what it does with connections.

    `read_module` gives the source of another module of the project by its dotted name, None
    where there is none; constants, pools and context managers are then followed across files.
    """
    from rlslint.code.python.application import read_application

    return read_application(path, source, read_module)
