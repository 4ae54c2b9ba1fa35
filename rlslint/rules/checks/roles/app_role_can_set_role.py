"""app-role-can-set-role: a role of the application may become one that no policy binds."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import (
    has_bypassrls,
    inherited_roles,
    is_probably_superuser,
    is_superuser,
    switched_to,
)
from rlslint.access.becoming import steps_to
from rlslint.access.data_roles import escapes_row_security
from rlslint.access.ownership import Answer, owning_membership
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.runtime_roles import Evidence
from rlslint.access.serving import Serving, in_words, protected_tables, serves
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import DATA_PRIVILEGES, MIGRATION_ROLE, Membership, Role
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.ordinary_roles import keeping
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier
from rlslint.text import Statement


class _Escape(NamedTuple):
    """That policies do not bind a role, `because` of what, and the tables that this opens.

    `switches_off` tells that they do bind it, but that it may end that: the owner of forced tables.
    """

    because: str
    tables: tuple[Relation, ...]
    switches_off: bool = False
    certain: bool = True
    by_attribute: bool = True


class _Way(NamedTuple):
    """That a role can become one that escapes: `membership` is the one to take back for that."""

    membership: Membership
    last: Membership
    escape: _Escape

    @property
    def target(self) -> Role:
        return self.last.role


@rule
def app_role_can_set_role(role: Role, project: Project) -> Iterator[Finding]:
    if not role.memberships.is_open and not role.memberships.known():
        return
    way = project.ask(_way, role.name) if project.uses_row_security else None
    if way is None and not role.memberships.is_open:
        return
    serving = serves(project.catalog, project.runtime, role.name)
    if serving.answer is Answer.no or not _has_sessions(role, project):
        return
    if way is None:
        # One that is not known may lead to any role.
        len(role.memberships)
    elif project.ask(_first_told, way.membership.statement) in (role.name, None):
        yield _finding(role, way, serving, project)


def _has_sessions(role: Role, project: Project) -> bool:
    """Tell whether sessions are a role's own: SET ROLE goes by who has connected.

    Nobody connects as the roles of an API's requests.
    """
    return project.runtime.evidence is not Evidence.platform or role.login


def _first_told(project: Project, statement: Statement | None) -> str | None:
    """Return the first role that serves requests and that a statement lets escape."""
    return project.ask(_tellers).get(statement) if statement is not None else None


def _tellers(project: Project) -> dict[Statement, str]:
    found: dict[Statement, str] = {}
    for name in project.runtime.names:
        way = project.ask(_way, name)
        if way is not None and way.membership.statement is not None:
            found.setdefault(way.membership.statement, name)
    return found


def _way(project: Project, role: str) -> _Way | None:
    """Return how sessions of a role can become one that escapes, None if they cannot."""
    if role not in project.catalog.roles or escapes_row_security(project.catalog, role):
        return None
    escapes = project.ask(_escapes)
    steps = steps_to(project.catalog, frozenset(escapes))
    step = steps.get((role, True))
    if step is None:
        return None
    escape = escapes[step.last.role.name]
    if escape.by_attribute:
        if _is_for_switching(role, step.last.role, project):
            return None
    elif not escape.switches_off and _inherits_all(role, escape.tables, project):
        return None
    # Groups that requests use by themselves are none to leave.
    while not step.is_last and _is_granted_rows(step.membership.role, escape.tables):
        step = steps[step.then]
    return _Way(step.membership, step.last, escape)


def _is_for_switching(role: str, target: Role, project: Project) -> bool:
    """Tell whether a role does nothing but become others for an API, of which one sees all."""
    known = project.catalog.roles[role]
    return (
        not is_superuser(project.catalog, target.name)
        and bool(switched_to(project.catalog, role))
        and not _is_granted_rows(known, protected_tables(project.catalog))
    )


def _inherits_all(role: str, tables: tuple[Relation, ...], project: Project) -> bool:
    """Tell whether a role has the rights of the owner without SET ROLE: member-of-owner."""
    inherited = inherited_roles(project.catalog, role)
    return all(
        table.owner in inherited
        or owning_membership(project.catalog, project.runtime, role, table) is not None
        for table in tables
    )


def _is_granted_rows(role: Role, tables: tuple[Relation, ...]) -> bool:
    return any(
        grant.grantee == role.name and grant.privilege in DATA_PRIVILEGES
        for table in tables
        for grant in table.grants.known()
    )


def _escapes(project: Project) -> dict[str, _Escape]:
    """Return the roles whom policies do not bind, those left out that are meant to bypass them."""
    tables = protected_tables(project.catalog)
    if not tables:
        return {}
    owned: dict[str, list[Relation]] = {}
    for table in tables:
        if table.knows("owner"):
            owned.setdefault(table.owner, []).append(table)
    migrated = owned.get(MIGRATION_ROLE, [])
    found: dict[str, _Escape] = {}
    for name in project.catalog.roles:
        if name not in project.runtime.bypassing:
            own = (*owned.get(name, ()), *(migrated if name in project.runtime.migrating else ()))
            escape = _by_attribute(name, tables, project) or _as_owner(own)
            if escape is not None:
                found[name] = escape
    return found


def _by_attribute(name: str, tables: tuple[Relation, ...], project: Project) -> _Escape | None:
    catalog = project.catalog
    if is_superuser(catalog, name):
        return _Escape("is a superuser", tables)
    if has_bypassrls(catalog, name):
        reached = tuple(table for table in tables if _gets_at(name, table, project))
        return _Escape("has BYPASSRLS", reached or tables)
    if is_probably_superuser(catalog, name):
        because = "is a superuser, or else owns what the migrations make"
        return _Escape(because, tables, certain=False)
    return None


def _gets_at(role: str, table: Relation, project: Project) -> bool:
    return any(
        has_any_column_privilege(project.catalog, role, table, privilege)
        for privilege in DATA_PRIVILEGES
    )


def _as_owner(owned: tuple[Relation, ...]) -> _Escape | None:
    """Return how an owner escapes: whoever owns forced tables may end that."""
    known = [table for table in owned if table.knows("rls_forced")]
    for forced in (False, True):
        tables = tuple(table for table in known if table.rls_forced is forced)
        if tables:
            them = "it" if len(tables) == 1 else "them"
            return _Escape(f"owns {them}", tables, switches_off=forced, by_attribute=False)
    return None


def _finding(role: Role, way: _Way, serving: Serving, project: Project) -> Finding:
    escape, membership, last = way.escape, way.membership, way.last
    target, tables = way.target, in_words(escape.tables)
    effect = f"can read and write every tenant's rows of {tables}"
    if escape.switches_off:
        effect = f"can switch off the row security of {tables} and read every tenant's rows"
    how = "may become" if last.set else "may grant itself"
    certain = serving.answer is Answer.yes and not escape.switches_off
    return Finding(
        object=role.name,
        message=f"{role} {effect}, because it {how} {target}, which {escape.because} "
        f"({serving.because})",
        span=shown(membership.statement),
        label=f"lets {role} become {target}",
        help=_help(role, way, project),
        related=also_shown(
            (last.statement, f"makes {last.member} a member of {target}"),
            beside=membership.statement,
        ),
        severity=None if certain else Severity.warning,
        confidence=None if serving.answer is Answer.yes and escape.certain else Confidence.medium,
    )


def _help(role: Role, way: _Way, project: Project) -> str:
    membership = way.membership
    if membership is not way.last or membership.member is not role:
        return (
            f"take {membership.member} out of {membership.role}, or grant that membership "
            "WITH SET FALSE (PostgreSQL 16)"
        )
    revoked = f"REVOKE {quoted_identifier(way.target.name)} FROM {quoted_identifier(role.name)};"
    if not membership.inherit:
        return revoked
    return "\n".join((*keeping(role.name, way.escape.tables, project), revoked))
