"""app-role-can-set-role: a role of the application may become one that no policy binds."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import (
    DATA_PRIVILEGES,
    Answer,
    Evidence,
    Serving,
    has_any_column_privilege,
    has_bypassrls,
    in_words,
    inherited_roles,
    is_probably_superuser,
    is_superuser,
    owning_membership,
    protected_tables,
    serves,
    switched_to,
    ways_to_become,
)
from rlslint.access.data_roles import escapes_row_security
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import MIGRATION_ROLE, Membership, Role
from rlslint.config.scales import Confidence, Severity
from rlslint.project.findings import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.remedies import keeping
from rlslint.rules.registry import rule
from rlslint.sql.quoting import quoted_identifier


class _Way(NamedTuple):
    """A way to a role that policies do not bind, `because` of what, and the tables it opens.

    `switches_off` tells that they do bind it, but that it may end that: the owner of forced tables.
    """

    memberships: tuple[Membership, ...]
    because: str
    tables: tuple[Relation, ...]
    switches_off: bool = False
    certain: bool = True

    @property
    def target(self) -> Role:
        return self.memberships[-1].role

    @property
    def first_beyond(self) -> Membership:
        """The membership to take back: groups that requests use by themselves are none to leave."""
        for membership in self.memberships[:-1]:
            if not _is_granted_rows(membership.role, self.tables):
                return membership
        return self.memberships[-1]


@rule
def app_role_can_set_role(role: Role, project: Project) -> Iterator[Finding]:
    if not role.memberships.is_open and not role.memberships.known():
        return
    if not project.uses_row_security or escapes_row_security(project.catalog, role.name):
        return
    serving = serves(project.catalog, project.runtime, role.name)
    if serving.answer is Answer.no or not _has_sessions(role, project):
        return
    told = {
        membership.statement
        for name in project.runtime.names[: _place(role.name, project)]
        for membership in _ways(name, project)
    }
    for membership, way in _ways(role.name, project).items():
        if membership.statement is None or membership.statement not in told:
            yield _finding(role, membership, way, serving, project)


def _has_sessions(role: Role, project: Project) -> bool:
    """Tell whether sessions may be a role's own: SET ROLE goes by who connected, an API's roles
    do not."""
    return project.runtime.evidence is not Evidence.platform or role.login


def _place(role: str, project: Project) -> int:
    names = project.runtime.names
    return names.index(role) if role in names else len(names)


def _ways(role: str, project: Project) -> dict[Membership, _Way]:
    """Return the ways past policies, one for each membership that is to be taken back."""
    found: dict[Membership, _Way] = {}
    for name, memberships in ways_to_become(project.catalog, role).items():
        if name in project.runtime.bypassing:
            continue
        way = _past_all(role, name, memberships, project) or _as_owner(
            role, name, memberships, project
        )
        if way is not None:
            found.setdefault(way.first_beyond, way)
    return found


def _past_all(
    role: str, name: str, memberships: tuple[Membership, ...], project: Project
) -> _Way | None:
    """Return the way to a role whose attributes let it past every policy."""
    catalog, tables = project.catalog, protected_tables(project.catalog)
    if not tables:
        return None
    if is_superuser(catalog, name):
        return _Way(memberships, "is a superuser", tables)
    if has_bypassrls(catalog, name):
        if _is_for_switching(role, tables, project):
            return None
        reached = tuple(table for table in tables if _gets_at(name, table, project))
        return _Way(memberships, "has BYPASSRLS", reached or tables)
    if is_probably_superuser(catalog, name):
        because = "is a superuser, or else owns what the migrations make"
        return _Way(memberships, because, tables, certain=False)
    return None


def _is_for_switching(role: str, tables: tuple[Relation, ...], project: Project) -> bool:
    """Tell whether a role does nothing but become others for an API, of which one sees all."""
    known = project.catalog.roles[role]
    return bool(switched_to(project.catalog, role)) and not _is_granted_rows(known, tables)


def _gets_at(role: str, table: Relation, project: Project) -> bool:
    return any(
        has_any_column_privilege(project.catalog, role, table, privilege)
        for privilege in DATA_PRIVILEGES
    )


def _is_granted_rows(role: Role, tables: tuple[Relation, ...]) -> bool:
    return any(
        grant.grantee == role.name and grant.privilege in DATA_PRIVILEGES
        for table in tables
        for grant in table.grants.known()
    )


def _as_owner(
    role: str, name: str, memberships: tuple[Membership, ...], project: Project
) -> _Way | None:
    """Return the way to the owner of tables, those left out that a role has the rights of anyway.

    Whoever owns forced tables may end that, and whoever inherits from the owner as well.
    """
    migrating = name in project.runtime.migrating
    owned = [
        table
        for table in protected_tables(project.catalog)
        if table.owner == name or (migrating and table.owner == MIGRATION_ROLE)
    ]
    inherited = inherited_roles(project.catalog, role)
    open_tables = tuple(
        table
        for table in owned
        if not table.rls_forced
        and owning_membership(project.catalog, project.runtime, role, table) is None
        and table.owner not in inherited
    )
    if open_tables:
        return _Way(memberships, f"owns {_them(open_tables)}", open_tables)
    forced = tuple(table for table in owned if table.rls_forced and table.owner != role)
    if forced:
        return _Way(memberships, f"owns {_them(forced)}", forced, switches_off=True)
    return None


def _them(tables: tuple[Relation, ...]) -> str:
    return "it" if len(tables) == 1 else "them"


def _finding(
    role: Role, membership: Membership, way: _Way, serving: Serving, project: Project
) -> Finding:
    target, tables = way.target, in_words(way.tables)
    effect = f"can read and write the rows of every tenant in {tables}"
    if way.switches_off:
        effect = f"can switch off the row security of {tables} and read every tenant's rows"
    last = way.memberships[-1]
    how = "may make SET ROLE to" if last.set or len(way.memberships) > 1 else "may grant itself"
    certain = serving.answer is Answer.yes and not way.switches_off
    others = (
        (one.statement, f"makes {one.member} a member of {one.role}") for one in way.memberships
    )
    return Finding(
        object=role.name,
        message=f"{role} {effect}, because it {how} {target}, which {way.because} "
        f"({serving.because})",
        span=shown(membership.statement),
        label=f"lets {role} become {target}",
        help=_help(role, membership, way, project),
        related=also_shown(*others, beside=membership.statement),
        severity=None if certain else Severity.warning,
        confidence=None if serving.answer is Answer.yes and way.certain else Confidence.medium,
    )


def _help(role: Role, membership: Membership, way: _Way, project: Project) -> str:
    if len(way.memberships) > 1:
        return (
            f"take {membership.member} out of {membership.role}, or grant that membership "
            "WITH SET FALSE (PostgreSQL 16)"
        )
    revoked = f"REVOKE {quoted_identifier(way.target.name)} FROM {quoted_identifier(role.name)};"
    if not membership.inherit:
        return revoked
    return "\n".join((*keeping(role.name, way.tables, project), revoked))
