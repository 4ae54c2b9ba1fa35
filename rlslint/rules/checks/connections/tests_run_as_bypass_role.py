"""tests-run-as-bypass-role: tests pass whatever the policies say."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.serving import in_words, protected_tables
from rlslint.files.connections import Connection
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.ordinary_roles import connect_as_another
from rlslint.project.questions.test_connections import proves_nothing
from rlslint.rules.registry import rule


@rule
def tests_run_as_bypass_role(connection: Connection, project: Project) -> Iterator[Finding]:
    because = proves_nothing(connection, project)
    if not because:
        return
    role, tables = connection.role, protected_tables(project.catalog)
    yield Finding(
        object=connection.source or role,
        message=f"tests pass whatever the policies of {in_words(tables)} say: they connect as "
        f"{role}, to which none applies ({because}), and act as no other role",
        span=connection.span,
        label="no policy applies to the tests",
        help=connect_as_another(project),
    )
