"""What a platform has already set up before the first migration runs."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.catalog import Catalog
from rlslint.catalog.journal import set_attribute
from rlslint.catalog.privileges import DefaultPrivilege, Grant
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from rlslint.config.platforms import Platform


def settle_on(catalog: Catalog, platform: Platform, doubt: str = "") -> None:
    """Give an empty catalog what a database of the platform starts with.

    `doubt` says why the platform's default privileges are perhaps not there.
    """
    catalog.platform = platform
    defaults = default_privileges(platform)
    catalog.defaults = tuple(default._replace(doubt=doubt) for default in defaults)


def default_privileges(platform: Platform) -> Iterator[DefaultPrivilege]:
    """Yield what the platform's ALTER DEFAULT PRIVILEGES grant to the roles of its API."""
    for creator in (MIGRATION_ROLE, platform.owner):
        for kind, privileges in platform.default_grants:
            for privilege in privileges:
                for grantee in platform.default_grantees:
                    yield DefaultPrivilege(
                        creator, platform.default_schema, kind, grantee, privilege, None
                    )


def end_default_grants(catalog: Catalog, day: str) -> None:
    """Take back what the platform grants no more to what is made on a day (`20261030`).

    Between its two days only the project can tell: what is granted then is doubtful.
    """
    platform = catalog.platform
    end = platform.default_grants_end if platform is not None else None
    if platform is None or end is None or day < end.new_projects:
        return
    doubt = "" if day >= end.all_projects else f"{platform.title} grants it in older projects only"
    kept = []
    for default in catalog.defaults:
        is_given = default.statement is None and default.grantee in platform.default_grantees
        if not is_given or default.kind not in end.kinds:
            kept.append(default)
        elif doubt:
            kept.append(default._replace(doubt=doubt))
    set_attribute(catalog, "defaults", tuple(kept))


def grant_elsewhere(catalog: Catalog) -> None:
    """Let the roles of policies have privileges on all tables, perhaps, where nothing grants any.

    What declares tables and policies can say nothing of privileges: others grant them.
    """
    tables = [table for table in catalog.tables() if not table.is_beyond_history]
    if any(grant.statement for table in tables for grant in table.grants.known()):
        return
    named = [role for table in tables for p in table.policies.known() for role in p.known_roles]
    for role in dict.fromkeys(named):
        if role not in (PUBLIC, MIGRATION_ROLE):
            for table in tables:
                for privilege in ("select", "insert", "update", "delete"):
                    key = (role, privilege, "")
                    grant = Grant(*key, MIGRATION_ROLE, False, None, _ELSEWHERE)
                    dict.setdefault(table.grants, key, grant)


_ELSEWHERE = "a schema declares no privileges, which others grant"
