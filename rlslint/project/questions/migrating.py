"""Whether policies bind whoever runs the migrations, and what they let pass then."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access import inherited_roles, is_declared, is_probably_superuser
from rlslint.access.data_roles import escapes_row_security
from rlslint.access.ownership import Answer
from rlslint.access.runtime_roles import platform_spoken_of
from rlslint.catalog import AdmittedRows, RowAccess
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from rlslint.config.platforms import console_role
from rlslint.meaning.admitting import hides_all_without_context
from rlslint.meaning.context import context_reads
from rlslint.project.project import Project
from rlslint.project.questions.exempt_connections import is_of_the_server

_ANY_SETTING = "*"


class BoundStatement(NamedTuple):
    """Whether policies bind the role that runs a statement; `because` is a clause for messages."""

    answer: Answer
    because: str = ""

    def __bool__(self) -> bool:
        raise TypeError("a BoundStatement may be yes, no or maybe: compare its answer")


def bound_while_running(access: RowAccess, project: Project) -> BoundStatement:
    """Tell whether policies bind the role as which a statement of the history runs."""
    if access.escapes:
        return BoundStatement(Answer.no)
    if access.user != MIGRATION_ROLE:
        return _of_role(access.user, project)
    if project.ask(_platform_bypasses):
        return BoundStatement(Answer.no)
    found = [_of_role(name, project) for name in sorted(project.runtime.migrating)]
    if not found:
        serving = project.runtime.names
        if project.runtime.exempt or all(is_of_the_server(role, project) for role in serving):
            # The platform's own role, or the server's, connects for all there is to do.
            return BoundStatement(Answer.no)
        return BoundStatement(Answer.maybe, "nothing says that who runs the migrations bypasses it")
    return next((one for one in found if one.answer is Answer.yes), found[0])


def _platform_bypasses(project: Project) -> bool:
    """Tell whether a platform runs migrations as a role that no policy binds."""
    platform = project.catalog.platform or platform_spoken_of(project.catalog)
    return platform is not None and platform.owner in platform.bypassing


def _of_role(name: str, project: Project) -> BoundStatement:
    catalog = project.catalog
    if is_declared(catalog, name):
        if escapes_row_security(catalog, name):
            return BoundStatement(Answer.no)
        return BoundStatement(Answer.yes, f"{name} is no superuser and has no BYPASSRLS")
    if name in project.config.bypass_roles or name in project.runtime.exempt:
        return BoundStatement(Answer.no)
    doubtful = BoundStatement(Answer.maybe, f"nothing says that {name} bypasses it")
    consoles = []
    for connection in project.connections:
        if connection.role == name:
            if connection.superuser_evidence and not connection.development:
                return BoundStatement(Answer.no)
            platform = connection.platform
            console = console_role(platform, name) if platform is not None else None
            consoles += [console] if console is not None else []
    if consoles:
        unsure = next((one for one in consoles if not one.certain), None)
        if unsure is None:
            return BoundStatement(Answer.no)
        return BoundStatement(Answer.maybe, unsure.because)
    return BoundStatement(Answer.no) if is_probably_superuser(catalog, name) else doubtful


def is_of_a_console(project: Project) -> bool:
    """Tell whether a platform that exempts roles of its console makes a role that migrates."""
    return any(
        connection.platform is not None
        and any(console.certain for console in connection.platform.console_roles)
        and console_role(connection.platform, connection.role) is not None
        for connection in project.connections
        if connection.role in project.runtime.migrating
    )


def makes_exempt_roles(project: Project) -> bool:
    """Tell whether the history makes superusers or roles with BYPASSRLS.

    Only a role of the kind may (manual: CREATE ROLE): at least once, one ran a migration.
    """
    return any(
        role.declared and role.knows(attribute) and getattr(role, attribute)
        for role in project.catalog.roles.values()
        for attribute in ("superuser", "bypassrls")
    )


def policies_in_force(access: RowAccess, project: Project) -> tuple[AdmittedRows, ...]:
    """Return the permissive policies that were there for a statement and the role that ran it.

    What the role that runs the migrations owns, by membership too, is under its other names there.
    """
    roles = {PUBLIC, access.user, *inherited_roles(project.catalog, access.user)}
    if access.user == MIGRATION_ROLE:
        for name in (access.owner, *project.runtime.migrating):
            roles |= inherited_roles(project.catalog, name)
    return tuple(
        condition
        for condition in access.permissive
        if condition.command in ("all", access.command) and not roles.isdisjoint(condition.roles)
    )


def settings_depended_on(conditions: tuple[AdmittedRows, ...], project: Project) -> tuple[str, ...]:
    """Return the names of the settings, in small letters, that conditions depend on."""
    names = (
        read.name.lower()
        for condition in conditions
        if condition.using is not None
        for read in project.predicate(condition.using).ask(context_reads, project.context_functions)
        if read.kind == "setting" and read.name is not None
    )
    return tuple(dict.fromkeys(names))


def finds_nothing(
    access: RowAccess, conditions: tuple[AdmittedRows, ...], project: Project
) -> bool:
    """Tell whether no row passes the policies in force, and nothing fails because of that."""
    asked = settings_depended_on(conditions, project)
    if _ANY_SETTING in access.given or not access.given.isdisjoint(asked):
        return False
    role = project.catalog.roles.get(access.user)
    stored = set(project.catalog.database_settings)
    if role is not None and role.knows("settings"):
        stored.update(role.settings)
    if not stored.isdisjoint(asked):
        return False
    filled = project.filled_columns(access.relation)
    return all(
        condition.using is None
        or project.predicate(condition.using).ask(
            hides_all_without_context, filled, project.context_functions
        )
        for condition in conditions
    )
