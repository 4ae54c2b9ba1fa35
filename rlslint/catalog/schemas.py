"""Schemas, and the one that every database starts with."""

from __future__ import annotations

from rlslint.catalog.facts import Facts, Members
from rlslint.catalog.roles import PUBLIC, Grant, GrantKey
from rlslint.sql.quoting import quoted_identifier
from rlslint.text import Statement

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
