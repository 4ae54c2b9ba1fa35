"""Who may do what: statements of a role that surely lacks the right are refused."""

from __future__ import annotations

from rlslint.catalog.model import Owned
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from rlslint.replay.refusals import Refused
from rlslint.replay.state import Replay


def must_own(replay: Replay, *owned: Owned) -> None:
    """Refuse what only owners may do, and those who have their privileges. Raises Refused."""
    for one in owned:
        if one.knows("owner") and not may_act_as(replay, one.owner):
            raise Refused("insufficient_privilege")


def may_act_as(replay: Replay, owner: str) -> bool:
    """Tell whether the current role has the privileges of another one, or may have them."""
    acting = _acting(replay)
    return acting is None or owner in acting or _may_migrate(replay, owner)


def may_create_in(replay: Replay, name: str) -> bool:
    """Tell whether the current role may create objects in a schema, or may be allowed to.

    Before PostgreSQL 15 everyone might in `public`.
    """
    schema = replay.catalog.schemas.get(name)
    if schema is None or name == PUBLIC or not schema.knows("owner") or schema.grants.is_open:
        return True
    acting = _acting(replay)
    if acting is None or schema.owner in acting or _may_migrate(replay, schema.owner):
        return True
    holders = {grant.grantee for grant in schema.grants.known() if grant.privilege == "create"}
    return bool(holders & {*acting, PUBLIC})


def _may_migrate(replay: Replay, owner: str) -> bool:
    """Tell whether what the migration role owns is perhaps the current role's own.

    Later files may be run by another role than the first ones, one that these made to connect.
    """
    role = replay.catalog.roles[replay.session.user]
    return owner == MIGRATION_ROLE and (not role.knows("login") or role.login)


def _acting(replay: Replay) -> set[str] | None:
    """Return the roles whose privileges the current one has, None for one that may have all."""
    user = replay.session.user
    role = replay.catalog.roles.get(user)
    if user == MIGRATION_ROLE or role is None or not role.declared:
        return None
    if not role.knows("superuser") or role.superuser:
        return None
    return role.acts_as()
