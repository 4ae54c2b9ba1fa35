"""In whose name GRANT and REVOKE are carried out, and what goes with a grant option."""

from __future__ import annotations

from rlslint.catalog.catalog import Catalog
from rlslint.catalog.model import Owned
from rlslint.catalog.privileges import Grant
from rlslint.replay.state import Replay


def grantor_of(replay: Replay, owned: Owned, privilege: str, column: str) -> str | None:
    """Return the role that a GRANT or REVOKE comes from; None for one that may not grant this.

    A superuser and whoever has the owner's privileges act as the owner, others by a grant option
    (select_best_grantor in acl.c). PostgreSQL only warns where neither is the case.
    """
    owner = owned.owner if owned.knows("owner") else replay.session.user
    user = replay.catalog.roles.get(replay.session.user)
    if user is None or not user.declared or not user.knows("superuser") or user.superuser:
        return owner
    acting = user.acts_as()
    if acting is None or owner in acting:
        return owner
    for granted in owned.grants.known():
        covers = granted.privilege == privilege and granted.column in ("", column)
        if covers and granted.grantable and granted.grantee in acting:
            return granted.grantee
    return owner if owned.grants.is_open else None


def is_from(catalog: Catalog, owned: Owned, granted: Grant, grantor: str) -> bool:
    """Tell whether a REVOKE in the name of `grantor` reaches what somebody has granted."""
    if granted.grantor == grantor:
        return True
    other = catalog.roles.get(granted.grantor)
    is_known = other is not None and other.declared
    return not is_known and not (owned.knows("owner") and granted.grantor == owned.owner)


def revoke_what_followed(owned: Owned, lost: Grant) -> None:
    """Take away what a role has granted by an option that it has no longer (REVOKE, CASCADE)."""
    for granted in owned.grants.known():
        same = granted.grantor == lost.grantee and granted.privilege == lost.privilege
        if not same or lost.column not in ("", granted.column) or lost.grantee == owned.owner:
            continue
        key = granted.grantee, granted.privilege, granted.column
        if granted.grantee != granted.grantor and dict.__contains__(owned.grants, key):
            del owned.grants[key]
            if granted.grantable:
                revoke_what_followed(owned, granted)
