"""Of two values of one fact, what decides who sees which rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.model import Index, Relation
from rlslint.catalog.roles import PUBLIC, Schema
from rlslint.sql.expressions import OWN_ROW, Column, ColumnBinding

_RULING_SETTINGS = ("row_security", "search_path", "role")


class Catalogs:
    """A history's catalog and a server's."""

    def __init__(self, history: Catalog, live: Catalog) -> None:
        self.history, self.live = history, live

    @cached_property
    def policy_columns(self) -> dict[str, set[str]]:
        """By relation, the columns by which policies look for rows, in other tables as well."""
        found: dict[str, set[str]] = {}
        for catalog in (self.history, self.live):
            for policy in catalog.policies():
                clause = policy.using if policy.knows("using") else None
                for part in clause.expression.walk() if clause is not None else ():
                    if not (isinstance(part, Column) and isinstance(part.binding, ColumnBinding)):
                        continue
                    source, number, name = part.binding
                    relation = policy.relation if source is OWN_ROW else source.relation
                    if isinstance(relation, Relation):
                        column = relation.column(number) if relation.knows("columns") else None
                        shown = column.name if column is not None else name
                        found.setdefault(str(relation), set()).add(shown)
        return found

    @cached_property
    def creators(self) -> set[str]:
        """The roles whose default privileges are the history's business, no platform's."""
        declared = {role.name for role in self.history.roles.values() if role.declared}
        return declared | {
            relation.owner
            for name, relation in self.live.names.items()
            if name in self.history.names and relation.knows("owner")
        }


class FactSides(NamedTuple):
    """What stands behind the two values of a fact: its object in the history and on the server.

    `owners` are those of the object where the two differ.
    """

    catalogs: Catalogs
    ours: Any
    theirs: Any
    owners: tuple[str, str] = ("", "")

    def has_role(self, name: str) -> bool:
        """Tell whether the server has a role: migrations may ask first, and then grant nothing."""
        return name == PUBLIC or name in self.catalogs.live.roles

    @property
    def is_given(self) -> bool:
        """Whether the history takes the object as given, as the schema public."""
        return isinstance(self.ours, Schema) and self.ours.created is None


Counting = Callable[[FactSides, Any, bool], bool]
"""Tells whether a member counts that only one side has: the server if the last argument says so.

Members are those of a set, names with their values, or a value that has no parts.
"""


def always_counts(_: FactSides, __: Any, ___: bool) -> bool:
    return True


def never_counts(_: FactSides, __: Any, ___: bool) -> bool:
    return False


def owner_counts(sides: FactSides, _: Any, __: bool) -> bool:
    return not sides.is_given


def privilege_counts(sides: FactSides, member: Any, on_server: bool) -> bool:
    """What an owner may do is in no list of privileges."""
    if sides.is_given:
        grant = dict.get(sides.ours.grants, member[:3])
        if on_server or grant is None or grant.statement is None:
            return False
    return member[0] != sides.owners[not on_server] and (on_server or sides.has_role(member[0]))


def default_privilege_counts(sides: FactSides, member: Any, on_server: bool) -> bool:
    creator, schema, kind, privilege, grantee = member
    if kind == "sequences":
        return False
    if on_server:
        return creator in sides.catalogs.creators
    is_assumed = any(
        default.statement is None
        and (default.schema, default.kind, default.privilege, default.grantee)
        == (schema, kind, privilege, grantee)
        for default in sides.catalogs.history.defaults
    )
    return not is_assumed and sides.has_role(creator) and sides.has_role(grantee)


def setting_counts(_: FactSides, member: Any, __: bool) -> bool:
    """Policies may read it, or names and roles depend on it."""
    return member[0] in _RULING_SETTINGS or "." in member[0]


def database_setting_counts(sides: FactSides, member: Any, on_server: bool) -> bool:
    """What no migration sets is the operator's."""
    return setting_counts(sides, member, on_server) and member[0] in sides.ours.database_settings


def membership_option_counts(sides: FactSides, member: Any, _: bool) -> bool:
    """The options of a membership that only one side has say nothing."""
    return all(member[0] in dict.keys(side.memberships) for side in (sides.ours, sides.theirs))


def published_table_counts(sides: FactSides, member: Any, on_server: bool) -> bool:
    """A table that is gone is told of by itself."""
    there = (relation.sql_name for relation in sides.catalogs.live.relations.known())
    return on_server or member in there


def body_counts(sides: FactSides, _: Any, __: bool) -> bool:
    """The ends of lines decide nothing."""
    ours, theirs = (side.body.replace("\r\n", "\n") for side in (sides.ours, sides.theirs))
    return bool(ours != theirs)


def index_counts(sides: FactSides, member: Any, on_server: bool) -> bool:
    """Of indexes those count that alone begin with a column by which policies look for rows."""
    if not (sides.ours.knows("columns") and sides.theirs.knows("columns")):
        return False
    own, other = (sides.theirs, sides.ours) if on_server else (sides.ours, sides.theirs)
    column = leading_column(own, own.indexes[member[0]])
    wanted = sides.catalogs.policy_columns.get(str(own), set())
    others = (leading_column(other, index) for index in other.indexes.values())
    return column in wanted and column not in others


def leading_column(relation: Relation, index: Index) -> str | None:
    """Return the column that an index begins with, None where it does not serve every query."""
    if not index.valid or index.partial or not index.columns or not index.columns[0]:
        return None
    column = relation.column(index.columns[0])
    return column.name if column is not None else None
