"""grant-all-to-public: every role of the database gets at the rows of tenants."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.gaps import Gap, gap_of
from rlslint.access.privileges import Granted, can_use_schema, grants_to, revocation
from rlslint.access.serving import in_words
from rlslint.catalog.model import Policy, Table
from rlslint.catalog.roles import DATA_PRIVILEGES, PUBLIC, Grant, quoted_roles
from rlslint.config import Severity
from rlslint.project import Finding, Shown, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.exposure import VERBS, is_guarded, is_published
from rlslint.project.questions.siblings import lets_all_rows_pass
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier

_ABOVE_OR_COPIED = (Gap.swapped, Gap.partition, Gap.child, Gap.query, Gap.like)


@rule
def grant_all_to_public(table: Table, project: Project) -> Iterator[Finding]:
    found = False
    for granted in project.grants_beginning_with(table):
        wide = [
            one for one in granted if _is_wide(one.grant) and _is_known_of_tenants(one, project)
        ]
        leaking = [one for one in wide if not _filters(one, project)]
        # TRUNCATE by the same statement is the graver fault, where policies filter rows.
        truncates = any(one.grant.privilege == "truncate" for one in granted)
        if leaking or (wide and not truncates):
            found = True
            yield _leak(leaking, project) if leaking else _breadth(wide, project)
    if not found:
        # Raises where more may be granted than is known.
        any(_is_wide(grant) and _is_of_tenants(table, project) for grant in table.grants.values())


def _is_wide(grant: Grant) -> bool:
    return (
        grant.grantee == PUBLIC
        and grant.privilege in DATA_PRIVILEGES
        and grant.statement is not None
    )


def _is_known_of_tenants(one: Granted, project: Project) -> bool:
    known = all(one.table.knows(fact) for fact in ("rls_enabled", "columns"))
    return known and _is_of_tenants(one.table, project)


def _is_of_tenants(table: Table, project: Project) -> bool:
    """Tell whether a table holds rows of tenants that every role gets at, policies aside."""
    if not project.uses_row_security and not project.config.tenant_columns:
        return False
    if table.temporary or project.is_shared(table):
        return False
    if not can_use_schema(project.catalog, PUBLIC, table.schema):
        return False
    # Tables beside a protected one are open by what they are, which other rules tell.
    return gap_of(table) not in _ABOVE_OR_COPIED and bool(project.tenant_columns(table))


def _filters(one: Granted, project: Project) -> bool:
    """Tell whether policies keep rows from a role of which nothing is known."""
    return one.table.rls_enabled and _open_policy(one, project) is None


def _open_policy(one: Granted, project: Project) -> Policy | None:
    """Return a policy that lets everybody get at all rows of a table by a privilege."""
    table, command = one.table, one.grant.privilege
    if command not in VERBS or not table.rls_enabled:
        return None
    for policy in table.policies.known():
        if policy.permissive and policy.covers(command) and PUBLIC in policy.roles:
            if not lets_all_rows_pass(policy, project) or is_published(policy, project):
                continue
            if not is_guarded(table, command, PUBLIC, project):
                return policy
    return None


def _leak(granted: list[Granted], project: Project) -> Finding:
    statement = granted[0].grant.statement
    tables = list(dict.fromkeys(one.table for one in granted))
    reads = any(one.grant.privilege == "select" for one in granted)
    policy = _open_policy(granted[0], project)
    because = "row security is not enabled"
    places: tuple[tuple[Shown, str], ...] = ((tables[0].created, "a table without row security"),)
    if policy is not None:
        because = f"policy {policy.spoken} lets all rows pass"
        places = ((policy.using, "lets every row pass"),)
    return Finding(
        object=str(tables[0]),
        message=f"every role of the database can {'read' if reads else 'write'} the rows of all "
        f"tenants in {in_words(tables)}, because the privilege is granted to PUBLIC and {because}",
        span=shown(statement),
        label="grants to every role, also to those made later",
        help=_help(granted, project),
        related=also_shown(*places),
    )


def _help(granted: list[Granted], project: Project) -> str:
    """Return SQL that takes the privileges from PUBLIC and leaves them to who serves requests."""
    tables = list(dict.fromkeys(one.table for one in granted))
    if project.runtime.assumed:
        return (
            f"grant the application's role what it needs of {in_words(tables)}, "
            "and revoke the privileges from PUBLIC then"
        )
    lines = [revocation(DATA_PRIVILEGES, granted, project.catalog)]
    kept: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for table in tables:
        held = [one.grant for one in granted if one.table is table]
        for privileges, relying in _relying(table, held, project).items():
            words = tuple(_in_sql(privilege, held) for privilege in privileges)
            kept.setdefault((words, tuple(relying)), []).append(table.sql_name)
    for (words, roles), names in kept.items():
        lines.append(f"GRANT {', '.join(words)} ON {', '.join(names)} TO {quoted_roles(roles)};")
    return "\n".join(lines)


def _in_sql(privilege: str, grants: list[Grant]) -> str:
    """Return a privilege as GRANT names it, on the columns alone that it was granted on."""
    columns = [one.column for one in grants if one.privilege == privilege]
    if "" in columns:
        return privilege.upper()
    return f"{privilege.upper()} ({', '.join(map(quoted_identifier, columns))})"


def _relying(
    table: Table, grants: list[Grant], project: Project
) -> dict[tuple[str, ...], list[str]]:
    """Return the runtime roles that hold privileges through PUBLIC alone, by these privileges."""
    privileges = [grant.privilege for grant in grants]
    found: dict[tuple[str, ...], list[str]] = {}
    for role in project.reachable_by(table, *privileges):
        lost = tuple(
            privilege
            for privilege in dict.fromkeys(privileges)
            if all(
                grant.grantee == PUBLIC
                for grant in grants_to(project.catalog, role, table, privilege)
            )
        )
        if lost and role != table.owner:
            found.setdefault(lost, []).append(role)
    return found


def _breadth(granted: list[Granted], project: Project) -> Finding:
    statement = granted[0].grant.statement
    tables = list(dict.fromkeys(one.table for one in granted))
    return Finding(
        object=str(tables[0]),
        message=f"every role of the database gets at {in_words(tables)} by a privilege of PUBLIC, "
        "and only policies keep the tenants apart (an info, for row security is enabled)",
        span=shown(statement),
        label="grants to every role, also to those made later",
        help=_help(granted, project),
        severity=Severity.info,
    )
