"""function-row-security-off: a function asks for errors in place of filtered rows."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.reach import row_security_active
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.config import Severity
from rlslint.meaning.bodies import tables_read, tables_written
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.function_exposure import TRIGGER_TYPES, callers, relations_meant
from rlslint.project.questions.view_exposure import owner_name
from rlslint.rules.registry import rule

_OFF = frozenset(("off", "false", "no", "0", "f", "n"))


@rule
def function_row_security_off(function: Function, project: Project) -> Iterator[Finding]:
    if function.settings.get("row_security", "").strip("'\"").lower() not in _OFF:
        return
    roles = callers(function, project)
    if function.return_type in TRIGGER_TYPES:
        roles = project.runtime.names
    if not roles and function not in project.policy_functions:
        return
    protected = [table for table in _tables(function, project) if table.rls_enabled]
    if protected:
        yield _finding(function, roles or project.runtime.names, protected, project)


def _tables(function: Function, project: Project) -> Iterator[Relation]:
    names = (*tables_read(function), *tables_written(function))
    for relation in relations_meant(function, names, project):
        if relation.is_table:
            yield relation


def _finding(
    function: Function, roles: tuple[str, ...], protected: list[Relation], project: Project
) -> Finding:
    running = (function.owner,) if function.security_definer else roles
    failing = [
        (role, table)
        for role in running
        for table in protected
        if row_security_active(project.catalog, role, table)
    ]
    table = failing[0][1] if failing else protected[0]
    runs_as = (
        f", which runs as {owner_name(function.owner, project)}"
        if function.security_definer
        else ""
    )
    message = (
        f"calls of {function} by {spoken(roles)} fail with 42501: row_security is off there, so "
        f"that PostgreSQL refuses what the policies of {table} would filter{runs_as}"
        if failing
        else f"{function}{runs_as}, reads {table} unfiltered whether row_security is off or on: it "
        "switches no policy off, and only makes queries fail that one applies to"
    )
    enabled = table.because("rls_enabled")
    kind = "PROCEDURE" if function.is_procedure else "FUNCTION"
    return Finding(
        object=str(function),
        message=message,
        span=shown(function.statements.get("row_security") or function.because("settings")),
        label="SET row_security = off",
        help=f"ALTER {kind} {function.signature} RESET row_security;",
        related=also_shown((enabled, f"row security of {table} is enabled here")),
        severity=None if failing else Severity.info,
    )
