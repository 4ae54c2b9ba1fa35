"""select-for-update-without-update-policy: FOR UPDATE finds no row that may not change."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.meaning.statement_needs import Cause
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.lacking_policies import finding_of, lacks_of_query
from rlslint.project.sessions import QuerySite
from rlslint.rules.registry import rule


@rule
def select_for_update_without_update_policy(
    query: QuerySite, project: Project
) -> Iterator[Finding]:
    for lack in lacks_of_query(query, project, Cause.locking):
        yield finding_of(lack, project)
