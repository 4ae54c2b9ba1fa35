"""Roles and schemas, and the privileges on what there is and on what will be made."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from rlslint import NamedTuple
from rlslint.catalog.facts import Facts, Members
from rlslint.sql import quoted_identifier
from rlslint.text import Statement

MIGRATION_ROLE = "(migration role)"
"""Stands for the role that runs the migrations, as long as nothing in the history names it."""

DATA_PRIVILEGES = ("select", "insert", "update", "delete")
"""The privileges that reach rows one by one, which row security can filter."""

PUBLIC = "public"
"""Everyone, as grantee of a privilege or in a policy's TO clause."""


class Role(Facts):
    """A role (pg_authid). `declared` is False for one that is named but never created.

    Its attributes are those of a role that CREATE ROLE made without options until told otherwise.
    `settings` are those of ALTER ROLE … SET, `memberships` the roles that it is a member of.
    """

    __slots__ = (
        "bypassrls",
        "createrole",
        "declared",
        "inherit",
        "login",
        "memberships",
        "name",
        "replication",
        "settings",
        "superuser",
    )

    name: str
    declared: bool
    superuser: bool
    bypassrls: bool
    login: bool
    inherit: bool
    createrole: bool
    replication: bool
    settings: dict[str, str]
    memberships: Members[str, Membership]

    def __init__(self, name: str, statement: Statement | None, declared: bool = False) -> None:
        super().__init__(statement)
        self.name = name
        self.declared = declared
        self.superuser = False
        self.bypassrls = False
        self.login = False
        self.inherit = True
        self.createrole = False
        self.replication = False
        self.settings = {}
        self.memberships = Members("memberships")

    def __str__(self) -> str:
        return self.name

    def acts_as(self) -> set[str] | None:
        """Return the roles whose privileges a role has; None where the history leaves that open."""
        found = {self.name}
        reached = [self]
        while reached:
            memberships = reached.pop().memberships
            if memberships.is_open:
                return None
            for membership in memberships.known():
                if membership.inherit and membership.role.name not in found:
                    found.add(membership.role.name)
                    reached.append(membership.role)
        return found


class StoredSetting(NamedTuple):
    """A setting with which sessions begin, of one role (ALTER ROLE) or of all (ALTER DATABASE)."""

    name: str
    value: str
    role: Role | None
    statement: Statement | None

    def __str__(self) -> str:
        return self.name

    @property
    def reset(self) -> str:
        """SQL that takes the setting from its role, a sentence where it is one database's.

        ALTER ROLE … RESET leaves what IN DATABASE has set (manual: ALTER ROLE), and a statement in
        a block need not tell what the database is called.
        """
        if self.role is None:
            return f"reset {self.name} with ALTER DATABASE"
        role = quoted_identifier(self.role.name)
        words = self.statement.sql.lower().split() if self.statement is not None else []
        if any(pair == ("in", "database") for pair in pairwise(words)):
            return f"reset {self.name} with ALTER ROLE {role} IN DATABASE, where it is set"
        name = ".".join(map(quoted_identifier, self.name.split(".")))
        return f"ALTER ROLE {role} RESET {name};"


class Membership(NamedTuple):
    """That `member` belongs to `role`, and with which options (pg_auth_members, PostgreSQL 16)."""

    role: Role
    member: Role
    inherit: bool
    set: bool
    admin: bool
    statement: Statement | None


def quoted_roles(roles: Iterable[str]) -> str:
    """Return roles as GRANT, REVOKE and CREATE POLICY list them, each of them once."""
    return ", ".join(
        "PUBLIC" if role == PUBLIC else quoted_identifier(role) for role in dict.fromkeys(roles)
    )


GrantKey = tuple[str, str, str]
"""Grantee, privilege and column ("" for the whole relation)."""


class Grant(NamedTuple):
    """A privilege that a role holds on an object, or on one column of a relation.

    `grantee` is the role's name, "public" for everyone. `privilege` is in lower case (`select`).
    `doubt` says why nobody granted it perhaps, "" where it is certain. `swept` tells that it was
    granted on all there was in a schema, whatever that was.
    """

    grantee: str
    privilege: str
    column: str
    grantor: str
    grantable: bool
    statement: Statement | None
    doubt: str = ""
    swept: bool = False


class DefaultPrivilege(NamedTuple):
    """What ALTER DEFAULT PRIVILEGES grants on objects that `creator` will make.

    `schema` is "" for all schemas. `kind` is tables, functions, sequences or schemas. `grantable`
    tells of WITH GRANT OPTION, `doubt` why it is perhaps not granted, "" where it is.
    """

    creator: str
    schema: str
    kind: str
    grantee: str
    privilege: str
    statement: Statement | None
    grantable: bool = False
    doubt: str = ""


class PossibleDefault(NamedTuple):
    """Says that `statement` may have changed default privileges: what it touches is unknown.

    Where `creator` or `schema` is "", those of every role or in every schema.
    """

    creator: str
    schema: str
    kind: str
    statement: Statement


DEFAULT_SEARCH_PATH: tuple[str, ...] = ("$user", "public")
"""As in postgresql.conf; `$user` is the schema that is named like the current user."""


class Schema(Facts):
    """A schema (pg_namespace)."""

    __slots__ = ("grants", "name", "owner")

    name: str
    owner: str
    grants: Members[GrantKey, Grant]

    def __init__(self, name: str, owner: str, statement: Statement | None) -> None:
        super().__init__(statement)
        self.name = name
        self.owner = owner
        self.grants = Members("grants")

    def __str__(self) -> str:
        return self.name

    @property
    def sql_name(self) -> str:
        """The name as SQL wants it, in double quotes where it needs them."""
        return quoted_identifier(self.name)


def public_schema() -> Schema:
    """Return the schema that every database has and all may use (manual: The Public Schema)."""
    schema = Schema("public", "pg_database_owner", None)
    schema.grants[PUBLIC, "usage", ""] = Grant(
        PUBLIC, "usage", "", "pg_database_owner", False, None
    )
    return schema
