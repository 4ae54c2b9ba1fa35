"""guc-unqualified-name in application code: it sets or reads what is no setting."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.code.sites import Runs
from rlslint.config import Confidence
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.undotted_settings import LABEL, REASON, advice, dotted, is_undotted
from rlslint.project.sessions import QuerySite
from rlslint.project.setting_writes import setting_call, settings_asked
from rlslint.rules.registry import rule
from rlslint.text import Statement


@rule
def guc_unqualified_name(query: QuerySite, project: Project) -> Iterator[Finding]:
    for write in query.writes:
        if _is_wrong(write.name, query, project):
            mended = dotted(write.name, project) or f"app.{write.name}"
            help = setting_call(mended, query.site.driver, write.local is not False)
            yield _finding(write.name, "sets", write.statement, help, query)
    for parsed in query.statements:
        for name in settings_asked(parsed):
            if _is_wrong(name, query, project):
                meant = dotted(name, project)
                help = f"write {meant} in its place" if meant else advice(name)
                yield _finding(name, "reads", parsed.statement, help, query)


def _is_wrong(name: str, query: QuerySite, project: Project) -> bool:
    """Tell whether a name is wrong, and the query for PostgreSQL: others have such settings."""
    driver = query.site.driver
    is_postgresql = driver is not None and driver.serves_postgresql_only
    return is_undotted(name) and (is_postgresql or bool(dotted(name, project)))


def _finding(name: str, does: str, statement: Statement, help: str, query: QuerySite) -> Finding:
    return Finding(
        object=name,
        message=f"this statement fails: it {does} {name}, {REASON}",
        span=statement.span,
        label=LABEL,
        help=help,
        confidence=None if query.site.runs is Runs.yes else Confidence.medium,
        statement=statement,
    )
