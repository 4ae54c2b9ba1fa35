"""A whole catalog: what a history has made by its end, or what a database holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rlslint import NamedTuple
from rlslint.catalog.facts import Members
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import LastingSet, RecordedDict, RecordedSet
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import (
    PUBLIC,
    DefaultPrivilege,
    Grant,
    PossibleDefault,
    Role,
    Schema,
    StoredSetting,
    public_schema,
)
from rlslint.config.platforms import Platform
from rlslint.text import Statement

if TYPE_CHECKING:
    from rlslint.catalog.publications import Publication, PublishedSchema, PublishedTable


class Refusal(NamedTuple):
    """A statement that PostgreSQL would refuse in the state that the history has reached.

    `relation` is the object that it was aimed at, where a rule tells of it, and `reason` a short
    name (`policy`); for others it is the condition of PostgreSQL's error (`undefined_column`).
    `type` is that of a condition that is not boolean.
    """

    statement: Statement
    reason: str
    relation: Relation | None
    type: str = ""


class IdleRevoke(NamedTuple):
    """That a REVOKE left a role what it was to take: it holds the privilege `through` a grant.

    `took_some` tells that the role lost a grant of its own nevertheless.
    """

    owned: Relation | Function
    grantee: str
    privilege: str
    column: str
    through: Grant
    statement: Statement
    took_some: bool


class Reversal(NamedTuple):
    """That undoing a migration, by `statement`, takes the row security from a table that stays.

    `grantees` are those who have privileges on its rows then.
    """

    relation: Relation
    statement: Statement
    grantees: frozenset[str]

    def __str__(self) -> str:
        return str(self.relation)


class Dynamic(NamedTuple):
    """Dynamic SQL that could not be evaluated, and what of it may matter to row security."""

    statement: Statement
    reason: str


class AdmittedRows(NamedTuple):
    """What a permissive policy let pass when a statement ran, for which command and roles."""

    command: str
    roles: tuple[str, ...]
    using: Clause | None


class RowAccess(NamedTuple):
    """A statement that reads, updates or deletes rows of a table whose policies bind its role.

    `command` is select, update or delete. `user` is current_user and `owner` the owner of the
    table then; `escapes` tells whether the history made the user one whom no policy binds, and
    `given` which settings held a value. `permissive` are the policies that admitted rows.
    `forced` is the statement that has forced row security.
    """

    statement: Statement
    relation: Relation
    command: str
    user: str
    owner: str
    escapes: bool
    given: frozenset[str]
    permissive: tuple[AdmittedRows, ...]
    forced: Statement | None


class Catalog:
    """All of it. `names` maps a schema and a name to the relation that has them now.

    `defaults` are the default privileges, `possible_defaults` says which of them are unknown;
    `database_settings` are the settings of ALTER DATABASE … SET, `asked_by_blocks` those that DO
    blocks of this or another history ask for, in lower case: what migrations are told.
    `revoked_from` are the roles from which statements of their own take privileges.
    `extensions` are those that were made, with the statement; `operators` are the functions behind
    those that a history makes, by symbol and types.
    `gone` are, by kind, schema and name, what was dropped or renamed and surely is missing.
    `former_holders` are the relations that had a name last, `former_functions` the functions that
    had one before another.
    `idle_revokes` are what REVOKE has not taken,
    `reversals` what ways back would open, `row_accesses` the statements that may find policies
    in their way. `refusals` and `dynamic` are what the replay could not carry out; `is_in_doubt`
    tells whether it has made anything unknown that a statement perhaps did. `unknown_relations` are
    names that the history uses without ever making them (objects of the platform, of an extension
    or of a part that was not read), with the statement that named each first;
    `named_columns` are columns that relations have for certain though not all are known. `answers`
    keeps what was found out about the catalog as it stands, until a statement changes it.
    `platform` is the one whose database it is, None where nothing but the catalog's content tells;
    `containers` say of those that the history makes there (Supabase's buckets) whether anybody may
    read what lies in them.
    """

    def __init__(self) -> None:
        self.relations: Members[int, Relation] = Members("relations")
        self.names: RecordedDict[tuple[str, str], Relation] = RecordedDict()
        self.functions: Members[int, Function] = Members("functions")
        self.function_names: RecordedDict[tuple[str, str], tuple[Function, ...]] = RecordedDict()
        self.roles: RecordedDict[str, Role] = RecordedDict()
        self.schemas: RecordedDict[str, Schema] = RecordedDict(public=public_schema())
        self.publications: Members[str, Publication] = Members("publications")
        self.defaults: tuple[DefaultPrivilege, ...] = ()
        self.possible_defaults: RecordedSet[PossibleDefault] = RecordedSet()
        self.database_settings: RecordedDict[str, tuple[str, Statement]] = RecordedDict()
        self.asked_by_blocks: RecordedSet[str] = RecordedSet()
        self.revoked_from: RecordedSet[str] = RecordedSet()
        self.extensions: RecordedDict[str, Statement | None] = RecordedDict()
        self.operators: RecordedDict[tuple[str, str, str], Function | None] = RecordedDict()
        self.refusals: list[Refusal] = []
        self.reversals: list[Reversal] = []
        self.idle_revokes: RecordedDict[tuple[object, ...], IdleRevoke] = RecordedDict()
        self.row_accesses: list[RowAccess] = []
        self.is_in_doubt = False
        self.dynamic: RecordedDict[Statement, Dynamic] = RecordedDict()
        self.gone: RecordedSet[tuple[str, str, str]] = RecordedSet()
        self.former_holders: RecordedDict[tuple[str, str], Relation] = RecordedDict()
        self.former_functions: RecordedDict[tuple[str, str], Function] = RecordedDict()
        self.unknown_relations: RecordedDict[tuple[str, str], Relation] = RecordedDict()
        self.named_columns: dict[Relation, LastingSet[str]] = {}
        self.answers: dict[Any, Any] = {}
        self.platform: Platform | None = None
        self.containers: RecordedDict[str, bool] = RecordedDict()

    def tables(self) -> Iterator[Relation]:
        """Yield the tables and partitioned tables that exist at the end of the history."""
        return (relation for relation in self.relations.known() if relation.is_table)

    def policies(self) -> Iterator[Policy]:
        """Yield the policies that certainly exist, those on tables beyond the history too."""
        for relation in (*self.relations.known(), *self.unknown_relations.values()):
            yield from relation.policies.known()

    def stored_settings(self) -> Iterator[StoredSetting]:
        """Yield the settings with which sessions are known to begin, their names in small letters.

        What a role has of its own comes before what all have.
        """
        for role in self.roles.values():
            for name, value in (role.settings if role.knows("settings") else {}).items():
                statement = role.statements.get(f"setting {name}") or role.created
                yield StoredSetting(name.lower(), value, role, statement)
        for name, (value, statement) in self.database_settings.items():
            yield StoredSetting(name.lower(), value, None, statement)

    def role(self, name: str) -> Role:
        """Return the role of this name, one that nothing declares where it is new."""
        if name not in self.roles:
            self.roles[name] = Role(name, None)
        return self.roles[name]

    def may_use(self, user: str, schema: Schema) -> bool:
        """Tell whether a role may use a schema, as far as the history tells otherwise."""
        role = self.roles.get(user)
        if role is None or not role.declared or not role.knows("superuser") or role.superuser:
            return True
        acting = role.acts_as()
        if acting is None or schema.grants.is_open or not schema.knows("owner"):
            return True
        holders = {grant.grantee for grant in schema.grants.known() if grant.privilege == "usage"}
        return schema.owner in acting or bool(holders & {*acting, PUBLIC})

    def relation(self, schema: str, name: str) -> Relation | None:
        """Return the relation of this qualified name."""
        return self.names.get((schema, name))

    def is_gone(self, schemas: tuple[str, ...], name: str) -> bool:
        """Tell whether a relation that is not found was dropped or renamed, and not made again."""
        if not self.gone or self.relations.is_open:
            return False
        return any(("relation", schema, name) in self.gone for schema in schemas) and not any(
            (schema, name) in self.unknown_relations for schema in schemas
        )

    def published_tables(self, publication: Publication) -> tuple[PublishedTable, ...]:
        """Return the tables that certainly are in the publication by name.

        A table leaves it when it is dropped, and when a column is of its row filter or of its
        column list, which DROP COLUMN … CASCADE allows (tried on 15 and 18).
        """
        return tuple(
            table
            for table in publication.tables.known()
            if self._has(table.relation) and table.has_its_columns
        )

    def published_schemas(self, publication: Publication) -> tuple[PublishedSchema, ...]:
        """Return the schemas that certainly are in the publication."""
        return tuple(
            published
            for published in publication.schemas.known()
            # One that the history never makes has no owner.
            if not published.schema.knows("owner")
            or self.schemas.get(published.schema.name) is published.schema
        )

    def _has(self, relation: Relation) -> bool:
        if relation.is_beyond_history:
            return self.unknown_relations.get((relation.schema, relation.name)) is relation
        return dict.get(self.relations, relation.oid) is relation
