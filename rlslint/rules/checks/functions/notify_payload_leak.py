"""notify-payload-leak: whoever listens reads rows that policies hide."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.exposure import restricts
from rlslint.access.runtime_roles import Evidence
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.meaning.notifications import Notification, notifications, span_of_notification
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.trigger_copies import protected_triggers, telling_columns
from rlslint.project.questions.view_exposure import is_public
from rlslint.rules.registry import rule
from rlslint.text import Statement
from rlslint.text.sentences import listed


@rule
def notify_payload_leak(function: Function, project: Project) -> Iterator[Finding]:
    # Who comes by a platform's API sends no LISTEN.
    if function.return_type != "trigger" or project.runtime.evidence is Evidence.platform:
        return
    for table, trigger in project.ask(protected_triggers).get(function, ()):
        roles = _kept_from(table, project)
        if not roles:
            continue
        for sent in notifications(function, trigger.transition_tables):
            columns = tuple(telling_columns(table, sent.columns, project))
            if columns:
                yield _finding(function, table, sent, columns, roles, trigger.statement, project)
                return


def _kept_from(table: Relation, project: Project) -> tuple[str, ...]:
    """Return the runtime roles from which row security keeps rows of a table."""
    if is_public(table, project):
        return ()
    return tuple(
        role for role in project.runtime.names if restricts(project.catalog, role, table, "select")
    )


def _finding(
    function: Function,
    table: Relation,
    sent: Notification,
    columns: tuple[str, ...],
    roles: tuple[str, ...],
    trigger: Statement | None,
    project: Project,
) -> Finding:
    what = "the whole row" if "*" in columns else listed(columns)
    where = f"channel {sent.channel}" if sent.channel else "a channel of one name"
    return Finding(
        object=str(function),
        message=f"{spoken(roles)} can read changed rows of every tenant in {table} by LISTEN: "
        f"trigger function {function} sends {what} to {where}, for which there are no privileges",
        span=span_of_notification(function),
        label=f"sends {what} to whoever listens",
        help="send the key alone, and have those who listen read the row by a query, which "
        "policies filter",
        related=also_shown((trigger, f"runs for rows of {table}")),
        confidence=certainty(project),
    )
