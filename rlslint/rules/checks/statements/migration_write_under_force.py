"""migration-write-under-force: a migration finds no row, because policies bind who runs it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.ownership import Answer
from rlslint.catalog import AdmittedRows, RowAccess
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.exempt_connections import sets_up_a_server
from rlslint.project.questions.migrating import (
    BoundStatement,
    bound_while_running,
    finds_nothing,
    is_of_a_console,
    makes_exempt_roles,
    policies_in_force,
    settings_depended_on,
)
from rlslint.rules.registry import rule
from rlslint.text import Statement
from rlslint.text.sentences import listed

_EFFECTS = {
    "update": "no row of {table} is updated",
    "delete": "no row of {table} is deleted",
    "select": "no row of {table} is read",
}


@rule
def migration_write_under_force(access: RowAccess, project: Project) -> Iterator[Finding]:
    # Of what a statement does to several tables the first tells.
    for other in project.accesses_at(access.statement.span):
        if other is access:
            break
        if project.ask(_is_told, other):
            return
    if project.ask(_is_told, access):
        bound = bound_while_running(access, project)
        yield _finding(access, policies_in_force(access, project), bound, project)


def _is_told(project: Project, access: RowAccess) -> bool:
    if bound_while_running(access, project).answer is Answer.no:
        return False
    return finds_nothing(access, policies_in_force(access, project), project)


def _finding(
    access: RowAccess, conditions: tuple[AdmittedRows, ...], bound: BoundStatement, project: Project
) -> Finding:
    table, certain = access.relation, bound.answer is Answer.yes
    clauses = [condition.using for condition in conditions]
    return Finding(
        object=str(table),
        message=f"{_effect(access)}, and nothing fails: row security {_why(access)}, and "
        f"{_what_policies_do(access, conditions, project)} ({bound.because})",
        span=access.statement.span,
        label="finds no row",
        help=_help(access, conditions, project),
        related=also_shown(
            (access.forced, f"row security of {table} is forced here"),
            *((clause, "lets no row pass then") for clause in clauses),
            beside=access.statement,
        ),
        severity=None if certain else _severity(access, project),
        confidence=None if certain else Confidence.medium,
    )


def _severity(access: RowAccess, project: Project) -> Severity:
    """Return how grave it is where nothing tells who runs the migrations.

    Others say of a copy that roles can read what would be if all rows were in it. A superuser
    that the project sets up beside roles for its requests is there to run them.
    """
    is_copy = access.statement in project.ask(_open_copies)
    may_escape = (
        makes_exempt_roles(project)
        or is_of_a_console(project)
        or (not project.runtime.migrating and sets_up_a_server(project))
    )
    return Severity.info if is_copy or may_escape else Severity.warning


def _open_copies(project: Project) -> frozenset[Statement | None]:
    return frozenset(
        relation.created
        for relation in project.catalog.relations.known()
        if relation.copied_from or (relation.knows("kind") and relation.is_materialized_view)
        if project.reachable_by(relation, "select")
    )


def _effect(access: RowAccess) -> str:
    return _EFFECTS[access.command].format(table=access.relation)


def _why(access: RowAccess) -> str:
    return "binds its owner too here" if access.forced is not None else f"binds {access.user}"


def _what_policies_do(
    access: RowAccess, conditions: tuple[AdmittedRows, ...], project: Project
) -> str:
    if not conditions:
        role = "that role" if access.user == MIGRATION_ROLE else access.user
        return f"no policy is there for {role}"
    asked = settings_depended_on(conditions, project)
    if not asked:
        return "its policies let no row pass"
    verb = "is" if len(asked) == 1 else "are"
    return f"its policies let no row pass while {listed(list(asked))} {verb} not set"


def _help(access: RowAccess, conditions: tuple[AdmittedRows, ...], project: Project) -> str:
    table = access.relation.sql_name
    around = (
        f"run it as a role with BYPASSRLS, or between ALTER TABLE {table} NO FORCE ROW LEVEL "
        f"SECURITY and ALTER TABLE {table} FORCE ROW LEVEL SECURITY, in one transaction"
    )
    if access.forced is None:
        return f"run it as the owner of {access.relation}, or as a role with BYPASSRLS"
    asked = settings_depended_on(conditions, project)
    before = f"; or set {listed(list(asked))} before, for one tenant at a time" if asked else ""
    return around + before
