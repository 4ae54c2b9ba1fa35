"""set-bind-parameter: SET takes no parameters, so the statement always fails."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.assumed_context import about_context
from rlslint.project.sessions import QuerySite, binds_in_set
from rlslint.project.setting_writes import SettingWrite, setting_call
from rlslint.rules.registry import rule


@rule
def set_bind_parameter(query: QuerySite, project: Project) -> Iterator[Finding]:
    for write in query.writes:
        if write.name in project.context_settings and binds_in_set(query, write):
            yield about_context(_finding(query, write), project)


def _finding(query: QuerySite, write: SettingWrite) -> Finding:
    driver = query.site.driver.name if query.site.driver is not None else "the driver"
    hole = next(hole for hole in query.holes_in(write.statement) if hole.binding)
    return Finding(
        object=write.name,
        message=f"{write.name} is never set, because this statement always fails with a syntax "
        f"error: SET takes no parameters, and {driver} sends them to PostgreSQL as such",
        span=query.span_of(hole),
        label="no parameter can stand here",
        help=setting_call(write.name, query.site.driver, bool(write.local)),
        statement=write.statement,
    )
