"""Publications: which tables' changes a subscriber of logical replication is sent."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.facts import Facts, Members
from rlslint.catalog.model import Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import MIGRATION_ROLE, Schema
from rlslint.sql import quoted_identifier
from rlslint.sql.expressions import OWN_ROW, Column, ColumnBinding, Expr
from rlslint.text import Statement

OPERATIONS = ("insert", "update", "delete", "truncate")


class PublishedTable(NamedTuple):
    """A table that a publication names (pg_publication_rel).

    `columns` are the attribute numbers of its column list, () where all columns are sent.
    `condition` is the row filter. `statement` is the one that put the table in.
    """

    relation: Relation
    columns: tuple[int, ...]
    condition: Clause | None
    statement: Statement | None

    @property
    def has_its_columns(self) -> bool:
        """Whether the table still has the columns of its column list and its row filter."""
        if self.relation.is_beyond_history or not self.relation.knows("columns"):
            return True
        named = {*self.columns}
        if self.condition is not None:
            named |= self.condition.ask(_columns_named)
        return named <= {column.number for column in self.relation.columns.values()}


class PublishedSchema(NamedTuple):
    """A schema whose tables a publication sends, later ones too (pg_publication_namespace)."""

    schema: Schema
    statement: Statement | None


class Publication(Facts):
    """A publication (pg_publication).

    `operations` are some of OPERATIONS. `via_root` tells that the changes of a partition are sent
    as those of the partitioned table. `tables` and `schemas` may hold what was dropped since: ask
    the catalog for `published_tables` and `published_schemas`.
    """

    __slots__ = ("all_tables", "name", "operations", "owner", "schemas", "tables", "via_root")

    name: str
    owner: str
    all_tables: bool
    operations: frozenset[str]
    via_root: bool
    tables: Members[Relation, PublishedTable]
    schemas: Members[Schema, PublishedSchema]

    def __init__(self, name: str, owner: str, statement: Statement | None) -> None:
        super().__init__(statement)
        self.name = name
        self.owner = owner
        self.all_tables = False
        self.operations = frozenset(OPERATIONS)
        self.via_root = False
        self.tables = Members("tables")
        self.schemas = Members("schemas")

    @classmethod
    def beyond_history(cls, name: str, statement: Statement | None) -> Publication:
        """Return a publication that exists though the history never makes it: all is unknown."""
        publication = cls(name, MIGRATION_ROLE, None)
        for fact in ("owner", "all_tables", "operations", "via_root"):
            publication.forget(fact, statement)
        publication.tables.open(statement)
        publication.schemas.open(statement)
        return publication

    def __str__(self) -> str:
        return self.name

    @property
    def sql_name(self) -> str:
        """The name as SQL wants it, in double quotes where it needs them."""
        return quoted_identifier(self.name)

    @property
    def is_beyond_history(self) -> bool:
        """Whether the history uses the publication without ever making it."""
        return not self.knows("owner")

    def statements_of_parts(self) -> dict[str, Statement]:
        """Return the statement that put in each table ("public.docs") and schema ("public")."""
        tables = {str(part.relation): part.statement for part in self.tables.known()}
        schemas = {part.schema.name: part.statement for part in self.schemas.known()}
        return {
            name: statement
            for name, statement in (tables | schemas).items()
            if statement is not None
        }


def _columns_named(condition: Expr) -> frozenset[int]:
    return frozenset(
        part.binding.number
        for part in condition.walk()
        if isinstance(part, Column)
        and isinstance(part.binding, ColumnBinding)
        and part.binding.source is OWN_ROW
        and part.binding.number
    )
