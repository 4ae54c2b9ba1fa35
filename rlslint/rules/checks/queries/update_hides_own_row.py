"""update-hides-own-row: a row is changed so that its owner may not see it, which is refused."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.hidden_updates import finding_of, hidden_updates_of_query
from rlslint.project.sessions import QuerySite
from rlslint.rules.registry import rule


@rule
def update_hides_own_row(query: QuerySite, project: Project) -> Iterator[Finding]:
    for hidden in hidden_updates_of_query(query, project):
        yield finding_of(hidden)
