"""Roles, schemas, settings and privileges, from the rows that a server returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Owned, Relation
from rlslint.catalog.roles import PUBLIC, DefaultPrivilege, Grant, Membership, Role, Schema
from rlslint.config.platforms import is_provided, platform_of_roles
from rlslint.server.introspection.description import Description
from rlslint.sql import quoted_identifier, quoted_setting
from rlslint.text import Statement

Rows = list[Any]
"""What a query found, row by row."""
RoleNames = Mapping[int, str]
"""The names of roles by oid; 0 stands for everyone."""

_ATTRIBUTES = ("superuser", "bypassrls", "login", "inherit", "createrole", "replication")
_DEFAULT_KINDS = {"r": "tables", "f": "functions", "S": "sequences", "n": "schemas"}


class _Names(dict[int, str]):
    """Names by oid; a damaged catalog may point at roles that are gone, as pg_dump says too."""

    def __missing__(self, oid: int) -> str:
        return f"role {oid}"


def add_roles(catalog: Catalog, description: Description, rows: Rows) -> RoleNames:
    """Add the roles of the server; those that a platform brings are declared by nobody."""
    names = _Names({0: PUBLIC})
    platform = catalog.platform = platform_of_roles({row[1] for row in rows})
    for oid, name, *attributes in rows:
        names[oid] = name
        values = dict(zip(_ATTRIBUTES, attributes, strict=True))
        statement = description.write("CreateRoleStmt", _shown_role(name, values))
        role = Role(name, statement, platform is None or not is_provided(platform, name))
        for attribute, value in values.items():
            if getattr(role, attribute) != value:
                role.learn(attribute, value, statement)
        catalog.roles[name] = role
    return names


def _shown_role(name: str, values: Mapping[str, bool]) -> str:
    words = [
        ("" if value else "NO") + attribute.upper()
        for attribute, value in values.items()
        if value or attribute in ("login", "inherit")
    ]
    return f"CREATE ROLE {quoted_identifier(name)} {' '.join(words)}"


def add_memberships(
    catalog: Catalog, description: Description, rows: Rows, names: RoleNames
) -> None:
    """Add who belongs to which role; a membership that several granted has all their options."""
    for member_oid, role_oid, admin, inherit, settable in rows:
        member, role = catalog.role(names[member_oid]), catalog.role(names[role_oid])
        before = member.memberships.get(role.name)
        if before is not None:
            admin, inherit, settable = (
                admin or before.admin, inherit or before.inherit, settable or before.set,
            )  # fmt: skip
        options = " WITH ADMIN OPTION" if admin else ""
        shown = f"GRANT {quoted_identifier(role.name)} TO {quoted_identifier(member.name)}{options}"
        statement = description.write("GrantRoleStmt", shown)
        member.memberships[role.name] = Membership(
            role, member, inherit, settable, admin, statement
        )


def add_settings(catalog: Catalog, description: Description, rows: Rows, names: RoleNames) -> None:
    """Add what ALTER ROLE … SET and ALTER DATABASE … SET have set."""
    for role_oid, settings in rows:
        for name, value in settings_of(settings).items():
            assignment = f"SET {name} = {quoted_setting(name, value)}"
            if not role_oid:
                shown = f"ALTER DATABASE … {assignment}"
                statement = description.write("AlterDatabaseSetStmt", shown)
                catalog.database_settings[name] = (value, statement)
                continue
            role = catalog.role(names[role_oid])
            shown = f"ALTER ROLE {quoted_identifier(role.name)} {assignment}"
            role.statements[f"setting {name}"] = description.write("AlterRoleSetStmt", shown)
            role.settings[name] = value


def settings_of(lines: Iterable[str] | None) -> dict[str, str]:
    """Return settings by name from lines such as `search_path="$user", public`."""
    found = {}
    for line in lines or ():
        name, _, value = line.partition("=")
        if name.lower() == "search_path":
            value = ", ".join(part.strip().strip('"') for part in value.split(","))
        found[name.lower()] = value
    return found


def add_schemas(
    catalog: Catalog, description: Description, rows: Rows, names: RoleNames
) -> list[Held]:
    """Add the schemas, and return the privileges on them."""
    held: list[Held] = []
    catalog.schemas.clear()
    for name, owner_oid, privileges in rows:
        owner = names[owner_oid]
        shown = f"CREATE SCHEMA {quoted_identifier(name)} AUTHORIZATION {quoted_identifier(owner)}"
        schema = Schema(name, owner, description.write("CreateSchemaStmt", shown))
        catalog.schemas[name] = schema
        if privileges:
            held.append(Held(schema, privileges))
    return held


class Held(NamedTuple):
    """An object, or one column of it, and what aclexplode() says of the privileges on it.

    Objects with the same access control list have one and the same `privileges`.
    """

    owned: Owned
    privileges: Rows
    column: str = ""


def add_privileges(
    catalog: Catalog, description: Description, held: Iterable[Held], names: RoleNames
) -> None:
    """Add what others than the owners hold; what a role holds alike in a schema is one statement.

    What a platform's default privileges give has none. The default privileges have to be there.
    """
    given = {
        (d.creator, d.schema, d.kind, d.grantee, d.privilege)
        for d in catalog.defaults
        if d.statement is None
    }
    alike: dict[tuple[object, ...], list[Held]] = {}
    for one in held:
        key = id(one.privileges), one.owned.owner, *_kind_and_schema(one.owned), one.column
        alike.setdefault(key, []).append(one)
    together: dict[tuple[str, ...], list[Owned]] = {}
    for twins in alike.values():
        owned, privileges, column = twins[0]
        objects = [one.owned for one in twins]
        by_grant: dict[tuple[str, str, bool], list[str]] = {}
        for grantee_oid, grantor_oid, privilege, grantable in privileges:
            grantee, grantor = names.get(grantee_oid), names.get(grantor_oid, owned.owner)
            if grantee is None or grantee == owned.owner:
                continue
            is_plain = not (grantable or column)
            if is_plain and _as_default(owned, grantee, privilege) in given:
                _give(objects, Grant(grantee, privilege, "", grantor, False, None))
            else:
                by_grant.setdefault((grantee, grantor, grantable), []).append(privilege)
        for (grantee, grantor, grantable), found in by_grant.items():
            option = " WITH GRANT OPTION" if grantable else ""
            kind, schema = _kind_and_schema(owned)
            words = (kind, schema, grantee, grantor, option, column, *sorted(found))
            together.setdefault(words, []).extend(objects)
    for words, objects in together.items():
        _grant(description, words, objects)


def _as_default(owned: Owned, grantee: str, privilege: str) -> tuple[str, ...] | None:
    """Return the default privilege that would give what is held, None if none could."""
    if isinstance(owned, Schema):
        return None
    kind = "tables" if isinstance(owned, Relation) else "functions"
    return (owned.owner, owned.schema, kind, grantee, privilege)


def _kind_and_schema(owned: Owned) -> tuple[str, str]:
    match owned:
        case Relation(schema=schema):
            return "TABLE", schema
        case Function(schema=schema):
            return "ROUTINE", schema
        case Schema():
            return "SCHEMA", ""


def _grant(description: Description, words: tuple[str, ...], objects: list[Owned]) -> None:
    kind, _, grantee, grantor, option, column, *privileges = words
    columns = f" ({quoted_identifier(column)})" if column else ""
    listed = ", ".join(f"{privilege.upper()}{columns}" for privilege in privileges)
    names = ", ".join(map(_shown_name, objects))
    to = "PUBLIC" if grantee == PUBLIC else quoted_identifier(grantee)
    shown = f"GRANT {listed} ON {kind} {names} TO {to}{option}"
    statement = description.write("GrantStmt", shown)
    for privilege in privileges:
        _give(objects, Grant(grantee, privilege, column, grantor, bool(option), statement))


def _give(objects: Iterable[Owned], grant: Grant) -> None:
    """Add a grant; what several have granted has the grant option if one of them gave it."""
    key = grant.grantee, grant.privilege, grant.column
    for owned in objects:
        before = dict.get(owned.grants, key)
        if before is None or not before.grantable:
            owned.grants[key] = grant


def _shown_name(owned: Owned) -> str:
    match owned:
        case Relation():
            return owned.sql_name
        case Function():
            return owned.signature
        case Schema(name=name):
            return quoted_identifier(name)


def add_default_privileges(
    catalog: Catalog, description: Description, rows: Rows, names: RoleNames
) -> None:
    """Add what ALTER DEFAULT PRIVILEGES grants to others than the objects' future owner.

    Nobody has written what a platform gives the roles of its API on all that is made in a schema.
    """
    platform = catalog.platform
    for creator_oid, schema, kind, privileges in rows:
        creator, kind_name = names[creator_oid], _DEFAULT_KINDS[kind]
        for grantee_oid, _, privilege, grantable in privileges or ():
            grantee = names.get(grantee_oid)
            if grantee is None or grantee == creator:
                continue
            is_given = (
                platform is not None
                and schema == platform.default_schema
                and is_provided(platform, grantee)
            )
            statement = (
                None
                if is_given
                else _shown_default(description, creator, schema, kind_name, privilege, grantee)
            )
            default = DefaultPrivilege(
                creator, schema, kind_name, grantee, privilege, statement, grantable
            )
            catalog.defaults = (*catalog.defaults, default)


def _shown_default(
    description: Description, creator: str, schema: str, kind: str, privilege: str, grantee: str
) -> Statement:
    within = f" IN SCHEMA {quoted_identifier(schema)}" if schema else ""
    to = "PUBLIC" if grantee == PUBLIC else quoted_identifier(grantee)
    return description.write(
        "AlterDefaultPrivilegesStmt",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {quoted_identifier(creator)}{within} "
        f"GRANT {privilege.upper()} ON {kind.upper()} TO {to}",
    )
