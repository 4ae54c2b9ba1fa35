"""app-role-bypassrls: a role of the application is exempt from every policy."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import can_log_in, is_declared, is_superuser
from rlslint.access.ownership import Answer
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.runtime_roles import Evidence
from rlslint.access.serving import Serving, in_words, makes_copies, protected_tables, serves
from rlslint.catalog.roles import DATA_PRIVILEGES, Role
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import is_inside_only, is_open_to_outside
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier
from rlslint.text.display import printable


@rule
def app_role_bypassrls(role: Role, project: Project) -> Iterator[Finding]:
    if not role.bypassrls or is_superuser(project.catalog, role.name):
        return
    serving = serves(project.catalog, project.runtime, role.name)
    if serving.answer is Answer.no or _only_groups(role, project) or not project.uses_row_security:
        return
    if _copies_only(role, project) or is_open_to_outside(role.name, project):
        return
    yield from _findings(role, serving, project)


def _only_groups(role: Role, project: Project) -> bool:
    """Tell whether nobody connects as a role: attributes do not pass to members."""
    named = project.runtime.reason(role.name).evidence in (
        Evidence.configuration, Evidence.connections, Evidence.sessions,
    )  # fmt: skip
    if named and role.name in project.runtime.names:
        return False
    return is_declared(project.catalog, role.name) and not can_log_in(project.catalog, role.name)


def _copies_only(role: Role, project: Project) -> bool:
    """Tell whether a role is there to replicate, and may do no more than read."""
    return role.replication and not any(
        has_any_column_privilege(project.catalog, role.name, table, privilege)
        for table in protected_tables(project.catalog)
        for privilege in ("insert", "update", "delete")
    )


def _findings(role: Role, serving: Serving, project: Project) -> Iterator[Finding]:
    protected = protected_tables(project.catalog)
    reached = [
        table
        for table in protected
        if any(
            has_any_column_privilege(project.catalog, role.name, table, privilege)
            for privilege in DATA_PRIVILEGES
        )
    ]
    tables = reached or protected
    if not tables:
        return
    statement = role.because("bypassrls")
    certain = serving.answer is Answer.yes
    copies = makes_copies(project.catalog, role.name)
    is_inside = is_inside_only(role.name, project)
    because = "called after backups or replication" if copies else serving.because
    tail = "; an info, for no route from outside leads to it" if is_inside else ""
    help = f"ALTER ROLE {quoted_identifier(role.name)} NOBYPASSRLS;"
    if role.name not in project.config.bypass_roles:
        spelled = printable(role.name)
        help += f' -- or bypass-roles = ["{spelled}"], where it is meant to see all rows'
    yield Finding(
        object=role.name,
        message=f"{role} gets past every policy to the rows of all tenants in {in_words(tables)}, "
        f"because it has BYPASSRLS ({because}){tail}",
        span=shown(statement),
        label=f"exempts {role} from row security",
        help=help,
        related=also_shown(
            *((place, f"{role} gets at rows by this") for place in serving.spans[:1]),
            *project.ways_in(role.name),
            beside=statement,
        ),
        severity=Severity.info if copies or is_inside else None if certain else Severity.warning,
        confidence=None if certain else Confidence.medium,
    )
