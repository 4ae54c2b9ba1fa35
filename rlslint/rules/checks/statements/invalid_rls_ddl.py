"""invalid-rls-ddl: a policy or a flag that PostgreSQL never made."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.broken_alike import BrokenAlike, broken_alike
from rlslint.rules.registry import rule
from rlslint.sql.intent import Mistake, as_meant, row_security_mistake
from rlslint.sql.parser import BrokenStatement
from rlslint.text import Span


@rule
def invalid_rls_ddl(broken: BrokenStatement, project: Project) -> Iterator[Finding]:
    alike = broken_alike(project, broken)
    if alike is not None:
        if alike.statements[0] is broken.statement:
            yield _of_a_word(alike)
        return
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


def _of_a_word(alike: BrokenAlike) -> Finding:
    first, number = alike.statements[0], len(alike.protecting)
    which = "this statement" if number == 1 else f"{number} statements"
    spans = (Span(one.text, one.start, one.end) for one in alike.statements[1:])
    return Finding(
        object=" ".join(first.sql.split()[:4]),
        message=f"nothing is protected by {which}: PostgreSQL refuses what calls {alike.word} as a "
        "function, for it is a word of the grammar that stands for a value",
        span=Span(first.text, first.start, first.end),
        label="never takes effect",
        help=f"let the function have another name than {alike.word}",
        related=also_shown(*((span, "breaks there, too") for span in spans)),
        statement=first,
    )
