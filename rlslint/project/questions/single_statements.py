"""Which scripts run their statements one by one, each in a transaction of its own."""

from __future__ import annotations

import re

from rlslint.config import Confidence
from rlslint.text import Statement
from rlslint.text.patterns import Pattern

_OPTED_OUT = Pattern(
    rb"^[ \t]*--.*(?:\bno[ \t-]transaction\b|\bdisable-transaction\b"
    rb"|transaction[ \t]*[:=][ \t]*\"?false|atlas:txmode[ \t]+none)",
    re.IGNORECASE | re.MULTILINE,
)
"""What tells a tool to begin no transaction: goose, sqlx, dbmate, Liquibase, Flyway, Atlas."""

_WITHOUT = Pattern(
    rb"\bindex\s+concurrently\b|^-- Deploy \S+ to \w+[ \t]*$", re.IGNORECASE | re.MULTILINE
)
"""What no transaction may hold, so that nothing wraps the script; and what sqitch writes at the
head of one, which psql runs as it stands."""

_BEGIN = Pattern(
    rb"^\s*(?:begin|start\s+transaction)\b(?:\s+(?:work|transaction))?[^;\n]*;",
    re.IGNORECASE | re.MULTILINE,
)
"""BEGIN as a statement: that of PL/pgSQL has no semicolon behind it."""


def runs_by_itself(statement: Statement) -> Confidence | None:
    """Tell how surely a statement takes effect before what follows it in its script.

    None where nothing tells so: most tools put each script into a transaction, or send it as one.
    """
    text = statement.text
    if statement.parent is not None or text.host is not None or _BEGIN().search(text.data):
        return None
    if _OPTED_OUT().search(text.data):
        return Confidence.high
    return Confidence.medium if _WITHOUT().search(text.data) else None
