"""Which scripts run their statements one by one, each in a transaction of its own."""

from __future__ import annotations

import os
import re

from rlslint.catalog.model import RemovedPolicy
from rlslint.config.scales import Confidence
from rlslint.text.patterns import Pattern

_OPTED_OUT = Pattern(
    rb"^[ \t]*--.*(?:\+goose[ \t]+no[ \t]+transaction|transaction[ \t]*[:=][ \t]*\"?false"
    rb"|atlas:txmode[ \t]+none|\bno-transaction\b|\bdisable-transaction\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""What tells a tool to begin no transaction: goose, dbmate, Liquibase, Flyway, Atlas, sqlx."""

_CONCURRENTLY = Pattern(rb"\bindex\s+concurrently\b", re.IGNORECASE)
"""What no transaction may hold, so that nothing wraps a script that does it."""

_BEGIN = Pattern(rb"^\s*(?:begin|start\s+transaction)\b", re.IGNORECASE | re.MULTILINE)
_BATCHES = Pattern(
    r"(?:\A|/)supabase/|\.up\.sql\Z|(?:\A|/)migration\.sql\Z|(?:\A|/)[vr]\w*__[^/]*\Z|/changelogs?/",
    re.IGNORECASE,
)
"""Scripts of tools that send a file as one batch, or in a transaction, unless they are told not to:
Supabase, golang-migrate, Prisma, Flyway, Liquibase."""


def runs_by_itself(removed: RemovedPolicy) -> Confidence | None:
    """Tell how surely a DROP POLICY takes effect before what follows it; None where it does not.

    Without a tool's word on it, a script that begins no transaction has none where psql runs it.
    """
    statement = removed.statement
    text = statement.text
    if statement.parent is not None or text.host is not None:
        return None
    if _OPTED_OUT().search(text.data):
        return None if _BEGIN().search(text.data) else Confidence.high
    if not removed.alone:
        return None
    if _CONCURRENTLY().search(text.data):
        return Confidence.medium
    return None if _BATCHES().search(text.path.replace(os.sep, "/")) else Confidence.low
