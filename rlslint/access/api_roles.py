"""The roles that an API lets in without a password of their own."""

from __future__ import annotations

from rlslint.access.roles import switched_to
from rlslint.access.runtime_roles import Evidence, RuntimeRoles
from rlslint.catalog.answers import remembered
from rlslint.catalog.catalog import Catalog
from rlslint.config.platforms import PLATFORMS


@remembered
def api_roles(catalog: Catalog, runtime: RuntimeRoles) -> tuple[str, ...]:
    """Return the roles in whose name an API serves whoever calls it.

    These are the request roles of a platform, and those that the role an API connects as becomes by
    SET ROLE. Roles that policies do not bind are left out.
    """
    if runtime.evidence is Evidence.platform:
        of_platforms = {role for platform in PLATFORMS for role in platform.request_roles}
        return tuple(role for role in runtime.names if role in of_platforms)
    found = (role for name in catalog.roles for role in switched_to(catalog, name))
    return tuple(dict.fromkeys(role for role in found if role not in runtime.bypassing))
