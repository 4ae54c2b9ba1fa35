"""unparsable-sql: a statement of a migration that PostgreSQL's grammar rejects."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.config import Severity
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.broken_alike import broken_alike
from rlslint.rules.registry import rule
from rlslint.sql.intent import is_debris, row_security_mistake
from rlslint.sql.parser import BrokenStatement
from rlslint.text import Span


@rule
def unparsable_sql(broken: BrokenStatement, project: Project) -> Iterator[Finding]:
    if row_security_mistake(broken.statement) is not None or broken_alike(project, broken):
        return
    statement = broken.statement
    end = min(max(broken.offset + 1, statement.start + 1), max(statement.end, statement.start + 1))
    yield Finding(
        object=" ".join(statement.sql.split()[:4]),
        message=f"what this statement does is unknown: PostgreSQL refuses it ({broken.message})",
        span=Span(statement.text, statement.start, end),
        label=broken.message,
        statement=statement,
        severity=Severity.info if is_debris(statement) else None,
    )
