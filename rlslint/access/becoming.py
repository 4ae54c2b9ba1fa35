"""Which roles a session can become with SET ROLE, and by which memberships."""

from __future__ import annotations

from collections import deque

from rlslint.catalog.answers import remembered
from rlslint.catalog.catalog import Catalog
from rlslint.catalog.roles import Membership


@remembered
def ways_to_become(catalog: Catalog, role: str) -> dict[str, tuple[Membership, ...]]:
    """Return the roles that a session of `role` can become, and the shortest way to each.

    A way is the memberships from `role` to the other one. Each of them has the SET option, or the
    ADMIN option, by which a role grants itself SET (tried on 18); what a role only inherits gives
    it the ADMIN options above, and no SET ROLE. An attribute is nothing that one inherits, but a
    session has those of the role that it becomes.

    Raises UnknownFact only where it can certainly become no other and memberships are unknown.
    """
    found: dict[str, tuple[Membership, ...]] = {}
    start: tuple[Membership, ...] = ()
    seen, waiting = {(role, True)}, deque([(role, True, start)])
    opened = []
    while waiting:
        name, is_role, way = waiting.popleft()
        known = catalog.roles.get(name)
        if known is None:
            continue
        if known.memberships.is_open:
            opened.append(known.memberships)
        for membership in known.memberships.known():
            becomes = membership.admin or (is_role and membership.set)
            above = membership.role.name
            if (above, becomes) in seen or not (becomes or membership.inherit):
                continue
            seen.add((above, becomes))
            there = (*way, membership)
            if becomes:
                found.setdefault(above, there)
            waiting.append((above, becomes, there))
    if not found:
        for memberships in opened:
            bool(memberships)
    found.pop(role, None)
    return found
