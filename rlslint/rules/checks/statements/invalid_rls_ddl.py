"""invalid-rls-ddl: a policy or a flag that PostgreSQL never made."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.sql.intent import Mistake, as_meant, row_security_mistake
from rlslint.sql.parser import BrokenStatement
from rlslint.text import Span


@rule
def invalid_rls_ddl(broken: BrokenStatement, project: Project) -> Iterator[Finding]:
    mistake = row_security_mistake(broken.statement)
    if mistake is None:
        return
    statement = broken.statement
    reason = broken.message if mistake is Mistake.other else mistake.value
    yield Finding(
        object=" ".join(statement.sql.split()[:4]),
        message=f"nothing is protected by this statement: PostgreSQL refuses it ({reason})",
        span=Span(statement.text, statement.start, statement.end),
        label="never takes effect",
        help=as_meant(statement, mistake),
        statement=statement,
    )
