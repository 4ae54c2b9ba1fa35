"""The roles that an API lets in without a password of their own."""

from __future__ import annotations

from rlslint.access.roles import (
    can_log_in,
    certainly,
    certainly_of,
    has_bypassrls,
    is_declared,
    is_superuser,
    perhaps,
    settable_roles,
)
from rlslint.access.runtime_roles import Evidence, RuntimeRoles
from rlslint.catalog.answers import remembered
from rlslint.catalog.catalog import Catalog
from rlslint.config.platforms import PLATFORMS

_SWITCHING = "authenticator"
"""What PostgREST and what imitates it call the role that they connect as and switch from."""


@remembered
def api_roles(catalog: Catalog, runtime: RuntimeRoles) -> tuple[str, ...]:
    """Return the roles in whose name an API serves whoever calls it.

    These are the request roles of a platform, and those without LOGIN that the role an API
    connects as becomes by SET ROLE: one that is called `authenticator`, or that logs in and
    inherits nothing. Roles that policies do not bind are left out.
    """
    if runtime.evidence is Evidence.platform:
        of_platforms = {role for platform in PLATFORMS for role in platform.request_roles}
        return tuple(role for role in runtime.names if role in of_platforms)
    return tuple(
        dict.fromkeys(
            role
            for name in catalog.roles
            if _switches(catalog, name)
            for role in sorted(certainly_of(settable_roles, catalog, name) - {name})
            if not perhaps(can_log_in, catalog, role)
            and role not in runtime.bypassing
            and not certainly(is_superuser, catalog, role)
            and not certainly(has_bypassrls, catalog, role)
        )
    )


def _switches(catalog: Catalog, role: str) -> bool:
    known = catalog.roles[role]
    if role.lower().endswith(_SWITCHING):
        return True
    is_known = known.knows("login") and known.knows("inherit")
    return is_declared(catalog, role) and is_known and known.login and not known.inherit
