"""predefined-server-role: a role that gets at what the server keeps outside of its tables."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.roles import Membership, Role
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.ordinary_roles import users_through
from rlslint.project.questions.subscribers import serving_replicators
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier

# Manual: Predefined Roles.
_EFFECTS = {
    "pg_read_server_files": (
        "can read the files of the server, its logs, its keys and what was dumped there among them",
        "load files with COPY FROM STDIN",
    ),
    "pg_write_server_files": (
        "can overwrite the files of the server, pg_hba.conf and those of the tables among them",
        "write files with COPY TO STDOUT",
    ),
    "pg_execute_server_program": (
        "can run programs as the owner of the files of the server, in which all rows are",
        "run programs elsewhere",
    ),
}


@rule
def predefined_server_role(role: Role, project: Project) -> Iterator[Finding]:
    if not project.uses_row_security:
        return
    # What is published, publication-unfiltered tells.
    if not project.catalog.publications and any(
        one is role for one in serving_replicators(project)
    ):
        yield _of_replication(role)
    for membership in role.memberships.known():
        if membership.role.name in _EFFECTS and (membership.inherit or membership.set):
            users = users_through(membership, project, become=True)
            if users:
                yield _finding(membership, users)


def _of_replication(role: Role) -> Finding:
    return Finding(
        object=role.name,
        message=f"{role.name} can read all changes of rows in what the server writes ahead, "
        "because it has REPLICATION: no policy is asked",
        span=shown(role.because("replication")),
        label="gives what no policy is asked about",
        help=f"ALTER ROLE {quoted_identifier(role.name)} NOREPLICATION;",
    )


def _finding(membership: Membership, users: tuple[str, ...]) -> Finding:
    held, predefined = membership.member, membership.role.name
    effect, instead = _EFFECTS[predefined]
    return Finding(
        object=held.name,
        message=f"{spoken(users)} {effect}, because of {predefined}: no policy is asked",
        span=shown(membership.statement),
        label="gives what no policy is asked about",
        help=f"revoke {predefined} from {held}, and {instead}",
    )
