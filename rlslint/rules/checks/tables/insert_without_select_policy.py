"""insert-without-select-policy: new rows are admitted, and INSERT … RETURNING is refused."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import Table
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.unserved_commands import readable, unserved
from rlslint.rules.registry import rule


@rule
def insert_without_select_policy(table: Table, project: Project) -> Iterator[Finding]:
    for one in unserved(table, project):
        only_inserts = one.served["insert"] and not (one.served["update"] or one.served["delete"])
        if not only_inserts or one.served["select"] or not one.granted["select"]:
            continue
        who, policy, grant = spoken((one.role,)), one.served["insert"][0], one.granted["select"][0]
        yield Finding(
            object=str(table),
            message=f"INSERT … RETURNING into {table} is refused for {who}, which may insert rows "
            "and read them by its privileges: no policy shows it a row",
            span=shown(policy.created),
            label="admits new rows that may not be read",
            help=readable(table, (one.role,), project),
            related=also_shown((grant.statement, f"{who} is granted SELECT here")),
            confidence=Confidence.medium,
        )
        return
