"""tests-run-as-bypass-role: tests pass whatever the policies say."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.reach import bypass, row_security_active
from rlslint.access.serving import in_words, protected_tables
from rlslint.catalog.answers import remembered
from rlslint.files.connections import Connection
from rlslint.files.settings.development import is_for_tests
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.exempt_connections import exemption
from rlslint.project.questions.ordinary_roles import connect_as_another
from rlslint.rules.registry import rule


@rule
def tests_run_as_bypass_role(connection: Connection, project: Project) -> Iterator[Finding]:
    because = _proves_nothing(connection, project)
    if not because:
        return
    role, tables = connection.role, protected_tables(project.catalog)
    yield Finding(
        object=connection.source or role,
        message=f"tests pass whatever the policies of {in_words(tables)} say: they connect as "
        f"{role}, to which none applies ({because}), and act as no other role",
        span=connection.span,
        label="no policy applies to the tests",
        help=connect_as_another(project),
    )


_SWITCHES = ("set role", "set local role", "session authorization", "set_config('role'")
"""What tests act as another role with."""


def _proves_nothing(connection: Connection, project: Project) -> str:
    """Return why no policy applies to the tests that connect so, "" where some may apply.

    Silent where tests act as another role or name one that policies bind, where others connect as
    such a role, and where nothing tells that there are tests at all.
    """
    if not project.uses_row_security or connection is not _first(project):
        return ""
    bound = _bound_roles(project)
    if not bound or project.tests_mention((*_SWITCHES, *bound)) is not False:
        return ""
    return _exempt(connection, project)


@remembered
def _first(project: Project) -> Connection | None:
    """Return the first connection of tests if they are all exempt: once is enough."""
    of_tests = [one for one in project.connections if _is_of_tests(one)]
    if not of_tests or not all(_exempt(one, project) for one in of_tests):
        return None
    return of_tests[0]


def _is_of_tests(connection: Connection) -> bool:
    if connection.is_open or not (connection.connects and connection.development):
        return False
    path, source = connection.span.text.path, connection.source
    return is_for_tests(path, source) and not connection.runs_migrations


def _exempt(connection: Connection, project: Project) -> str:
    found = exemption(connection, project)
    if found is not None:
        return found.because
    role = connection.role
    ways = [bypass(project.catalog, role, table) for table in protected_tables(project.catalog)]
    reasons = [way.reason for way in ways if way is not None]
    return f"{role} {reasons[0]}" if reasons and len(reasons) == len(ways) else ""


def _bound_roles(project: Project) -> tuple[str, ...]:
    """Return the roles of the application that policies bind on every protected table."""
    if project.runtime.assumed:
        return ()
    tables = protected_tables(project.catalog)
    return tuple(
        role
        for role in project.runtime.names
        if tables and all(row_security_active(project.catalog, role, table) for table in tables)
    )
