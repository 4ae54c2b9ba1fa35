"""In whose name GRANT and REVOKE are carried out, and what goes with a grant option."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog import Catalog, IdleRevoke
from rlslint.catalog.facts import Members
from rlslint.catalog.journal import set_attribute
from rlslint.catalog.model import Kind, Owned, Relation
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC, DefaultPrivilege, Grant, GrantKey, Schema
from rlslint.replay import Refused, must_have_columns
from rlslint.replay.state import Replay
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node
from rlslint.text import Statement


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


TABLE_PRIVILEGES = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
_ALL = {
    "OBJECT_TABLE": TABLE_PRIVILEGES,
    "OBJECT_SEQUENCE": ("usage", "select", "update"),
    "OBJECT_SCHEMA": ("usage", "create"),
    "OBJECT_FUNCTION": ("execute",),
    "OBJECT_PROCEDURE": ("execute",),
    "OBJECT_ROUTINE": ("execute",),
}
_COLUMN_PRIVILEGES = ("select", "insert", "update", "references")
DEFAULT_KINDS = {
    "OBJECT_TABLE": "tables",
    "OBJECT_SEQUENCE": "sequences",
    "OBJECT_FUNCTION": "functions",
    "OBJECT_ROUTINE": "functions",
    "OBJECT_SCHEMA": "schemas",
}


def grant(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    grantees = replay.role_names(node["grantees"])
    if not node.get("is_grant", False) and statement.parent is None:
        for grantee in grantees:
            replay.catalog.revoked_from.add(grantee)
    for owned in _objects(replay, statement, node):
        for privilege, column in _privileges(node, owned):
            _refuse_privilege(owned, privilege, column)
            for grantee in grantees:
                if node.get("is_grant", False):
                    _grant(replay, owned, grantee, privilege, column, statement, node)
                else:
                    taken = _revoke(replay, owned, grantee, privilege, column, node)
                    if taken:
                        owned.because_of("grants", statement)
                    if not node.get("grant_option", False):
                        key = grantee, privilege, column
                        _note_idle(replay, owned, key, bool(taken), statement)


def _refuse_privilege(owned: Owned, privilege: str, column: str) -> None:
    if not isinstance(owned, Relation):
        return
    if column:
        must_have_columns(owned, (column,))
    if privilege in ("execute", "create", "connect") or (
        column and privilege not in _COLUMN_PRIVILEGES
    ):
        raise Refused("invalid_grant_operation")


def _objects(replay: Replay, statement: Statement, node: Node) -> Iterator[Owned]:
    kind = node["objtype"]
    whole_schema = node["targtype"] == "ACL_TARGET_ALL_IN_SCHEMA"
    for item in node.get("objects", ()):
        if "RangeVar" in item:
            yield replay.relation(item["RangeVar"], statement)
            continue
        match item:
            case {"String": {"sval": schema}} if whole_schema:
                yield from _in_schema(replay, kind, schema)
            case {"String": {"sval": schema}} if kind == "OBJECT_SCHEMA":
                owner = replay.session.user
                known = replay.catalog.schemas.get(schema)
                yield known or replay.catalog.schemas.setdefault(
                    schema, Schema(schema, owner, None)
                )
            case {"ObjectWithArgs": target}:
                found = tuple(replay.functions_with(target))
                yield from found
                if not found and node.get("is_grant", False):
                    _note_file_access(replay, statement, target)


_OF_FILES = frozenset(
    """dblink_connect_u lo_export lo_import pg_file_read pg_file_write pg_ls_dir pg_read_binary_file
    pg_read_file pg_stat_file""".split()  # noqa: SIM905
)
"""Functions that PostgreSQL lets superusers alone call, for no policy is asked where they read."""


def _note_file_access(replay: Replay, statement: Statement, target: Node) -> None:
    """Remember that a role may read what lies behind all policies: the files of the server."""
    name = strings(target["objname"])[-1]
    if name in _OF_FILES:
        from rlslint.replay.plpgsql.statements import interpreter_for

        execution = interpreter_for(replay, statement).execution
        execution.note(f"{name} reads or writes past all policies, whoever calls it")


def _in_schema(replay: Replay, kind: str, schema: str) -> Iterator[Owned]:
    if kind in ("OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"):
        for function in replay.catalog.functions.known():
            wanted = kind == "OBJECT_ROUTINE" or function.is_procedure == (
                kind == "OBJECT_PROCEDURE"
            )
            if function.schema == schema and wanted:
                yield function
        return
    wants_sequences = kind == "OBJECT_SEQUENCE"
    everything = (*replay.catalog.relations.known(), *replay.catalog.unknown_relations.values())
    for relation in everything:
        is_sequence = relation.knows("kind") and relation.kind is Kind.sequence
        if relation.schema == schema and is_sequence == wants_sequences:
            yield relation


def _privileges(node: Node, owned: Owned) -> Iterator[tuple[str, str]]:
    kind = "OBJECT_TABLE" if isinstance(owned, Relation) else node["objtype"]
    if node["objtype"] == "OBJECT_SEQUENCE":
        kind = "OBJECT_SEQUENCE"
    if not node.get("privileges"):
        yield from ((privilege, "") for privilege in _ALL.get(kind, ()))
        return
    for item in node["privileges"]:
        name = item["AccessPriv"].get("priv_name", "")
        columns = strings(item["AccessPriv"].get("cols"))
        names = (name,) if name else _COLUMN_PRIVILEGES if columns else _ALL.get(kind, ())
        for privilege in names:
            yield from ((privilege, column) for column in columns or ("",))


def _grant(
    replay: Replay,
    owned: Owned,
    grantee: str,
    privilege: str,
    column: str,
    statement: Statement,
    node: Node,
) -> None:
    grantor = grantor_of(replay, owned, privilege, column)
    if grantor is None:
        return
    key = (grantee, privilege, column)
    grantable = node.get("grant_option", False)
    existing = dict.get(owned.grants, key)
    swept = node["targtype"] == "ACL_TARGET_ALL_IN_SCHEMA"
    if existing is not None and (existing.grantable or not grantable):
        if not swept and _is_for_any(existing):
            # Who names the table says what it is for.
            owned.grants[key] = existing._replace(statement=statement, swept=False)
        return
    replay.take(1)
    owned.grants[grantee, privilege, column] = Grant(
        grantee, privilege, column, grantor, grantable, statement, swept=swept
    )


def _is_for_any(granted: Grant) -> bool:
    """Tell whether a statement of the history grants a privilege without naming the object."""
    statement = granted.statement
    return statement is not None and (granted.swept or statement.kind != "GrantStmt")


def _revoke(
    replay: Replay, owned: Owned, grantee: str, privilege: str, column: str, node: Node
) -> bool:
    """Take a privilege back; tell whether it was there."""
    grantor = grantor_of(replay, owned, privilege, column)
    if grantor is None:
        return False
    taken = False
    for granted in owned.grants.known():
        # Revoking a privilege on a table revokes it on each column too (manual: REVOKE).
        reached = (granted.grantee, granted.privilege) == (grantee, privilege) and column in (
            "",
            granted.column,
        )
        if not reached or not is_from(replay.catalog, owned, granted, grantor):
            continue
        taken = True
        if node.get("grant_option", False):
            owned.grants[_key(granted)] = granted._replace(grantable=False)
        else:
            del owned.grants[_key(granted)]
        if granted.grantable:
            revoke_what_followed(owned, granted)
    return taken


def _note_idle(
    replay: Replay, owned: Owned, key: GrantKey, took_some: bool, statement: Statement
) -> None:
    """Note by which grant a role still holds what a REVOKE was to take from it."""
    grantee, privilege, column = key
    if isinstance(owned, Schema) or (owned.knows("owner") and owned.owner == grantee):
        return
    role = replay.catalog.roles.get(grantee)
    acting = (role.acts_as() if role is not None else None) or {grantee}
    through = [
        one
        for one in owned.grants.known()
        if one.privilege == privilege
        and one.column in ("", column)
        and (one.grantee == PUBLIC or one.grantee in acting)
    ]
    if through:
        noted = IdleRevoke(owned, *key, through[0], statement, took_some)
        replay.catalog.idle_revokes[statement, id(owned), key] = noted


def _key(granted: Grant) -> GrantKey:
    return granted.grantee, granted.privilege, granted.column


def _all_names(replay: Replay, creators: tuple[str, ...]) -> tuple[str, ...]:
    """Return roles, the one that runs the migrations under all of its names."""
    own = (MIGRATION_ROLE, *replay.migration_roles)
    if replay.migration_roles and not set(own).isdisjoint(creators):
        return tuple(dict.fromkeys((*creators, *own)))
    return creators


def alter_default_privileges(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    action = node["action"]
    creators: tuple[str, ...] = (replay.session.user,)
    schemas: tuple[str, ...] = ("",)
    for item in node.get("options", ()):
        definition = item["DefElem"]
        items = definition["arg"]["List"]["items"]
        if definition["defname"] == "roles":
            creators = replay.role_names(items)
        elif definition["defname"] == "schemas":
            schemas = strings(items)
    kind = DEFAULT_KINDS.get(action["objtype"])
    if kind is None:
        return
    privileges = [item["AccessPriv"]["priv_name"] for item in action.get("privileges", ())] or list(
        _ALL.get(action["objtype"], ())
    )
    changed = {
        DefaultPrivilege(creator, schema, kind, grantee, privilege, statement)
        for creator in _all_names(replay, creators)
        for schema in schemas
        for grantee in replay.role_names(action["grantees"])
        for privilege in privileges
    }
    before = {default[:5]: default for default in replay.catalog.defaults}
    changed_keys = {default[:5] for default in changed}
    kept = [default for key, default in before.items() if key not in changed_keys]
    granted = sorted(changed, key=lambda default: default[:5])
    option = action.get("grant_option", False)
    if action.get("is_grant", False):
        grantable = {key for key, default in before.items() if default.grantable}
        given = (
            default._replace(grantable=option or default[:5] in grantable) for default in granted
        )
        set_attribute(replay.catalog, "defaults", (*kept, *given))
        for default in granted:
            if default[1:4] == ("", "functions", PUBLIC):
                replay.private_function_creators.discard(default.creator)
        return
    if option:
        weaker = tuple(
            default if default in kept else default._replace(grantable=False)
            for default in before.values()
        )
        set_attribute(replay.catalog, "defaults", weaker)
        return
    set_attribute(replay.catalog, "defaults", tuple(kept))
    for default in granted:
        # Functions are executable by PUBLIC unless a global default privilege says otherwise
        # (manual: ALTER DEFAULT PRIVILEGES; one for a schema cannot take it away).
        if default.kind == "functions" and default.grantee == PUBLIC and not default.schema:
            replay.private_function_creators.add(default.creator)


def public_may_execute(replay: Replay, grants: Members[GrantKey, Grant], owner: str) -> None:
    """Grant a new function to PUBLIC, as PostgreSQL does."""
    if owner not in replay.private_function_creators:
        grants[PUBLIC, "execute", ""] = Grant(PUBLIC, "execute", "", owner, False, None)
