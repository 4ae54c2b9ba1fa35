"""Telling SQL of other databases from SQL that PostgreSQL refuses."""

from __future__ import annotations

import re
from functools import lru_cache

from rlslint import Pattern
from rlslint.sql.statement_ends import QUOTED

_POSTGRESQL = Pattern(
    rb"\bcreate\s+policy\b|\brow\s+level\s+security\b|\$\w*\$|\bcreate\s+extension\b"
    rb"|\bplpgsql\b|^\\\w|::\w",
    re.IGNORECASE | re.MULTILINE,
)
_OWN_TO_POSTGRESQL = Pattern(
    rb"\b(?:create|alter|drop)\s+policy\b|\b(?:enable|force|disable)\s+row\s+level\s+security\b"
    rb"|\bcreate\s+extension\b|\bplpgsql\b",
    re.IGNORECASE,
)
_ROW_POLICIES = (
    ("Redshift", Pattern(rb"\b(?:create|alter|attach|detach|drop)\s+rls\s+policy\b", re.I)),
    (
        "BigQuery",
        Pattern(
            rb"\brow\s+access\s+polic(?:y|ies)\b[^;]{0,2000}\bfilter\s+using\b"
            rb"|\bdrop\s+all\s+row\s+access\s+policies\b",
            re.I,
        ),
    ),
    (
        "Snowflake",
        Pattern(
            rb"\brow\s+access\s+policy\b"
            rb"|\b(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:masking|aggregation|projection)"
            rb"\s+policy\b",
            re.I,
        ),
    ),
    (
        "Databricks",
        Pattern(rb"\b(?:set|drop)\s+row\s+filter\b|\bwith\s+row\s+filter\s+\S+\s+on\b", re.I),
    ),
    (
        "SQL Server",
        Pattern(rb"\b(?:create|alter|drop)\s+security\s+policy\b", re.I),
    ),
    (
        "ClickHouse",
        Pattern(rb"\b(?:create|alter|drop)\s+row\s+policy\b", re.I),
    ),
    ("Vertica", Pattern(rb"\b(?:create|alter|drop)\s+access\s+policy\s+on\b", re.I)),
    ("Oracle", Pattern(rb"\bdbms_rls\s*\.\s*\w", re.I)),
    (
        "Db2",
        Pattern(
            rb"\bcreate\s+(?:or\s+replace\s+)?permission\s+\S+\s+on\b[^;]{0,2000}\bfor\s+rows\b",
            re.I,
        ),
    ),
)
"""What other databases have for row security, which PostgreSQL's grammar does not know.

These tell more than casts and dollar quotes, which other databases have as well.
"""
_DIALECTS = (
    (
        "ClickHouse",
        Pattern(
            rb"\bengine\s*=\s*(?:\w*mergetree|distributed|kafka|null|log)\b"
            rb"|\bcodec\s*\(|\b(?:lowcardinality|nullable)\s*\("
            rb"|\bmodify\s+(?:ttl|setting|column|query|order\s+by)\b"
            rb"|\b(?:materialize|add)\s+(?:projection|index)\b|\bon\s+cluster\b"
            rb"|\balter\s+table\s+\S+\s+(?:on\s+cluster\s+\S+\s+)?(?:update|delete)\b",
            re.I,
        ),
    ),
    (
        "MySQL",
        Pattern(
            rb"`\w+`|\bengine\s*=\s*(?:innodb|myisam|memory|aria)\b"
            rb"|\bauto_increment\b|^delimiter\s+\S+\s*$",
            re.I | re.M,
        ),
    ),
    (
        "SQLite",
        Pattern(
            rb"\bautoincrement\b|^\s*pragma\s+\w+|\)\s*(?:strict\s*,\s*)?without\s+rowid\b"
            # Its triggers have their statements in themselves, and a name of their own.
            rb"|\bcreate\s+(?:temp(?:orary)?\s+)?trigger\b[^;]{0,2000}\bbegin\b"
            rb"|\bdrop\s+trigger\s+(?:if\s+exists\s+)?[\w.\"]+\s*;",
            re.I | re.M,
        ),
    ),
    (
        "SQL Server",
        Pattern(
            rb"^\s*go\s*$|\[\w+\]\.\[\w+\]|(?<!\")\bnvarchar\s*\(|\bidentity\s*\(\s*\d+\s*,",
            re.I | re.M,
        ),
    ),
)
_IN_PATHS = {
    "clickhouse": "ClickHouse",
    "d1": "SQLite",
    "mariadb": "MySQL",
    "mssql": "SQL Server",
    "mysql": "MySQL",
    "sqlite": "SQLite",
    "sqlite3": "SQLite",
    "sqlserver": "SQL Server",
}
_STRING_OR_COMMENT = Pattern(QUOTED + rb"|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)", re.DOTALL)


@lru_cache(maxsize=4)
def looks_like_other_dialect(data: bytes, path: str = "") -> str | None:
    """Return the database that `data` was written for, None where it may well be PostgreSQL.

    Only worth asking where PostgreSQL's grammar refused a statement of `data`. Where nothing in it
    tells, the words of its `path` may. Each broken statement of a file asks the same.
    """
    code = _STRING_OR_COMMENT().sub(b" ", data)
    if not _OWN_TO_POSTGRESQL().search(code):
        for name, marks in _ROW_POLICIES:
            if marks().search(code):
                return name
    if _POSTGRESQL().search(code):
        return None
    named = (_IN_PATHS.get(word) for word in re.split(r"[^a-z0-9]+", path.lower()))
    return next(
        (name for name, marks in _DIALECTS if marks().search(code)),
        next((name for name in named if name), None),
    )
