"""app-role-superuser: the history makes a role of the application a superuser."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import BOOTSTRAP_SUPERUSER
from rlslint.access.ownership import Answer
from rlslint.access.serving import Serving, in_words, protected_tables, serves
from rlslint.catalog.roles import Role
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import is_open_to_outside
from rlslint.project.questions.ordinary_roles import keeping
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier


@rule
def app_role_superuser(role: Role, project: Project) -> Iterator[Finding]:
    if not role.superuser or _has_to_stay(role, project):
        return
    if is_open_to_outside(role.name, project):
        return
    serving = serves(project.catalog, project.runtime, role.name)
    if serving.answer is not Answer.no and project.uses_row_security:
        yield from _findings(role, serving, project)


def _has_to_stay(role: Role, project: Project) -> bool:
    """Tell whether a role is the superuser of the server: what connects as it has to change."""
    sessions = [c for c in project.connections if c.is_open and c.role == role.name]
    if not sessions:
        return role.name == BOOTSTRAP_SUPERUSER
    return any(connection.superuser_evidence for connection in sessions)


def _findings(role: Role, serving: Serving, project: Project) -> Iterator[Finding]:
    tables = protected_tables(project.catalog)
    if not tables:
        return
    statement = role.because("superuser")
    certain = serving.answer is Answer.yes
    yield Finding(
        object=role.name,
        message=f"{role} can read and write every tenant's rows of {in_words(tables)}, "
        f"because no policy applies to a superuser ({serving.because})",
        span=shown(statement),
        label=f"makes {role} a superuser",
        help="\n".join(
            (
                *keeping(role.name, tables, project),
                f"ALTER ROLE {quoted_identifier(role.name)} NOSUPERUSER;",
            )
        ),
        related=also_shown(
            *((one, f"{role} serves requests as far as this tells") for one in serving.spans[:1]),
            *project.ways_in(role.name),
            beside=statement,
        ),
        severity=None if certain else Severity.warning,
        confidence=None if certain else Confidence.medium,
    )
