"""What PostgreSQL's system catalogs hold that decides who can read or write which row."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from rlslint import NamedTuple
from rlslint.catalog.facts import Facts, Members
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import ABSENT, JOURNAL
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import MIGRATION_ROLE, Grant, GrantKey, Schema
from rlslint.sql import quoted_identifier
from rlslint.sql.expressions import Query
from rlslint.text import Statement


class Kind(Enum):
    """What a relation is (pg_class.relkind)."""

    table = "table"
    partitioned_table = "partitioned table"
    view = "view"
    materialized_view = "materialized view"
    foreign_table = "foreign table"
    sequence = "sequence"


class Column(Facts):
    """A column (pg_attribute). `default` tells whether there is one and what it is."""

    __slots__ = ("default", "generated", "identity", "name", "not_null", "number", "type")

    name: str
    number: int
    type: str
    not_null: bool
    default: Clause | None
    identity: bool
    generated: bool

    def __init__(
        self, name: str, number: int, type_name: str, not_null: bool, statement: Statement | None
    ) -> None:
        super().__init__(statement)
        self.name = name
        self.number = number
        self.type = type_name
        self.not_null = not_null
        self.default = None
        self.identity = False
        self.generated = False

    def __str__(self) -> str:
        return self.name


class Index(NamedTuple):
    """An index. `columns` are attribute numbers, 0 for an expression, in the order of the key.

    `expressions` are the bound expressions behind the zeros, `condition` that of the WHERE clause.
    One that is not `valid` serves no query (manual: pg_index, indisvalid), as after CREATE INDEX
    CONCURRENTLY has failed.
    """

    name: str
    columns: tuple[int, ...]
    expressions: tuple[Clause, ...]
    unique: bool
    condition: Clause | None
    method: str
    statement: Statement | None
    valid: bool = True

    @property
    def partial(self) -> bool:
        """Whether it has only some of the rows."""
        return self.condition is not None

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All that is computed of a row."""
        return self.expressions if self.condition is None else (*self.expressions, self.condition)


class Constraint(NamedTuple):
    """A constraint; `kind` is primary, unique, foreign, check, exclude or not null.

    For a foreign key, `referenced` is the other table and `referenced_columns` its columns; for a
    CHECK, `expression` is its condition.
    """

    name: str
    kind: str
    columns: tuple[int, ...]
    referenced: Relation | None
    referenced_columns: tuple[int, ...]
    on_delete: str
    statement: Statement | None
    expression: Clause | None = None


class Trigger(NamedTuple):
    """A trigger; `function` is its function's full name, else as CREATE TRIGGER wrote it.

    `events` are insert, update, delete and truncate; `before` tells of a row trigger that may
    still change the row; `enabled` is False where ALTER TABLE keeps it from firing.
    `transition_tables` are the names that REFERENCING gives to the rows of a statement.
    """

    function: str
    before: bool
    events: frozenset[str]
    enabled: bool = True
    transition_tables: frozenset[str] = frozenset()
    statement: Statement | None = None


class RuleAction(NamedTuple):
    """A statement that a rule runs: what it does to which table, and which tables it reads.

    `command` is select, insert, update or delete; `target` is None for a SELECT and for a table
    that is not known. `conditions` are its WHERE and ON clauses and those of the rule. `copied` are
    the columns of the query's row that an INSERT puts into its target, `*` for the whole row.
    """

    command: str
    target: Relation | None
    reads: tuple[Relation, ...]
    conditions: tuple[Clause, ...]
    copied: tuple[str, ...] = ()


class RewriteRule(NamedTuple):
    """A rule of CREATE RULE (pg_rewrite), which acts with the rights of its relation's owner.

    `event` is select, insert, update or delete; `enabled` is False where ALTER TABLE keeps it from
    firing. The rule that is a view's own query is none of these.
    """

    name: str
    relation: Relation
    event: str
    instead: bool
    actions: tuple[RuleAction, ...]
    statement: Statement | None
    enabled: bool = True

    def __str__(self) -> str:
        return f"{self.relation}.{self.name}"


class Policy(Facts):
    """A row security policy (pg_policy).

    `command` is all, select, insert, update or delete. `roles` are names; ("public",) applies to
    everyone. `check` is None where WITH CHECK was not written, though PostgreSQL then applies
    USING in its place to UPDATE and to a policy for ALL; `effective_check` says what applies.
    """

    __slots__ = ("check", "command", "name", "permissive", "relation", "roles", "using")

    name: str
    relation: Relation
    permissive: bool
    command: str
    roles: tuple[str, ...]
    using: Clause | None
    check: Clause | None

    def __init__(self, name: str, relation: Relation, statement: Statement | None) -> None:
        super().__init__(statement)
        self.name = name
        self.relation = relation
        self.permissive = True
        self.command = "all"
        self.roles = ("public",)
        self.using = None
        self.check = None

    @property
    def spoken(self) -> str:
        """Its name in a sentence, quoted where it is one itself."""
        return f'"{self.name}"' if " " in self.name else self.name

    @property
    def sql_name(self) -> str:
        """The policy as ALTER POLICY and DROP POLICY name it, with its table."""
        return f"{quoted_identifier(self.name)} ON {self.relation.sql_name}"

    @property
    def effective_check(self) -> Clause | None:
        """What new rows must satisfy (manual: CREATE POLICY, WITH CHECK), None if nothing."""
        if self.command in ("select", "delete"):
            return None
        return self.check if self.check is not None else self.using

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses that were written."""
        using, check = self.using, self.check
        if check is None:
            return (using,) if using is not None else ()
        return (using, check) if using is not None else (check,)

    @property
    def known_clauses(self) -> tuple[Clause, ...]:
        """The clauses that are known to have been written."""
        if not self.unknown:
            return self.clauses
        known = (getattr(self, fact) for fact in ("using", "check") if self.knows(fact))
        return tuple(clause for clause in known if clause is not None)

    @property
    def known_roles(self) -> tuple[str, ...]:
        """The roles that it is known to be for."""
        return self.roles if self.knows("roles") else ()

    def covers(self, command: str) -> bool:
        """Tell whether the policy takes part in `command`."""
        return self.command in ("all", command)

    def __str__(self) -> str:
        return f"{self.relation}.{self.name}"


class RemovedPolicy(NamedTuple):
    """A policy that `statement` took from its table, with what it was then.

    `along` tells that it went with something that it could not do without, named by no DROP POLICY.
    """

    policy: Policy
    statement: Statement
    along: bool


class MissedDrop(NamedTuple):
    """That DROP POLICY IF EXISTS named a policy that `relation` did not have."""

    relation: Relation
    name: str
    statement: Statement

    def __str__(self) -> str:
        return f"{self.relation}.{self.name}"


class Relation(Facts):
    """A table, view or their like (pg_class), known by identity: names and schemas may change.

    `owner` is a role's name. `columns` are by name, in order. `parents` are the tables that it
    inherits from; `partition_of` is the one whose partition it is. `query` and `options` are a
    view's. `estimated_rows` is what the planner thinks of its size (pg_class.reltuples),
    None where nothing tells. `removed` are the policies that it had once, `missed` those that were
    to be dropped and not there; `replaces` is the relation that had its name before it.
    The statement behind "protected" is the first that has enabled row security.
    `copied_from` are the relations whose rows CREATE TABLE AS or LIKE took (`copy_kind` is "as" or
    "like").
    """

    __slots__ = (
        "columns",
        "columns_key",
        "constraints",
        "copied_from",
        "copy_kind",
        "estimated_rows",
        "grants",
        "indexes",
        "kind",
        "missed",
        "name",
        "next_number",
        "oid",
        "options",
        "owner",
        "parents",
        "partition_key",
        "partition_of",
        "policies",
        "query",
        "removed",
        "replaces",
        "rls_enabled",
        "rls_forced",
        "rules",
        "schema",
        "temporary",
        "triggers",
    )

    oid: int
    schema: str
    name: str
    kind: Kind
    owner: str
    temporary: bool
    columns: dict[str, Column]
    columns_key: tuple[tuple[int, str, str], ...] | None
    next_number: int
    rls_enabled: bool
    rls_forced: bool
    policies: Members[str, Policy]
    removed: tuple[RemovedPolicy, ...]
    missed: tuple[MissedDrop, ...]
    replaces: Relation | None
    indexes: Members[str, Index]
    constraints: Members[str, Constraint]
    grants: Members[GrantKey, Grant]
    triggers: Members[str, Trigger]
    rules: tuple[RewriteRule, ...]
    options: dict[str, str]
    query: Clause | None
    parents: tuple[Relation, ...]
    partition_of: Relation | None
    partition_key: tuple[int, ...]
    estimated_rows: int | None
    copied_from: tuple[Relation, ...]
    copy_kind: str

    def __init__(
        self,
        oid: int,
        schema: str,
        name: str,
        kind: Kind,
        owner: str,
        statement: Statement | None,
    ) -> None:
        super().__init__(statement)
        self.oid = oid
        self.schema = schema
        self.name = name
        self.kind = kind
        self.owner = owner
        self.temporary = False
        self.columns = {}
        self.columns_key = None
        self.next_number = 1
        self.rls_enabled = False
        self.rls_forced = False
        self.policies = Members("policies")
        self.removed = ()
        self.missed = ()
        self.replaces = None
        self.indexes = Members("indexes")
        self.constraints = Members("constraints")
        self.grants = Members("grants")
        self.triggers = Members("triggers")
        self.rules = ()
        self.options = {}
        self.query = None
        self.parents = ()
        self.partition_of = None
        self.partition_key = ()
        self.estimated_rows = None
        self.copied_from = ()
        self.copy_kind = ""

    @classmethod
    def beyond_history(cls, schema: str, name: str, statement: Statement | None) -> Relation:
        """Return a relation that exists though the history never makes it: all is unknown."""
        relation = cls(0, schema, name, Kind.table, MIGRATION_ROLE, None)
        for fact in (
            "kind", "owner", "columns", "rls_enabled", "rls_forced", "options", "query",
        ):  # fmt: skip
            relation.forget(fact, statement)
        relation.open_sets(statement)
        return relation

    def open_sets(self, statement: Statement | None) -> None:
        """Declare that policies, indexes, constraints, grants and triggers may be incomplete."""
        for members in (
            self.policies, self.indexes, self.constraints, self.grants, self.triggers,
        ):  # fmt: skip
            members.open(statement)

    def settle(self, oid: int, kind: Kind, owner: str, statement: Statement) -> None:
        """Become what CREATE TABLE IF NOT EXISTS says of a table that was used before.

        What earlier statements did to it stays. What only another statement has made unknown stays
        unknown.
        """
        fresh = Relation(oid, self.schema, self.name, kind, owner, statement)
        first_named = self.unknown.get("kind")
        self.become("oid", oid)
        if "" not in self.statements:
            self.because_of("", statement)
        for fact in [fact for fact, cause in self.unknown.items() if cause is first_named]:
            self.become(fact, getattr(fresh, fact))
        for members in (
            self.policies, self.indexes, self.constraints, self.grants, self.triggers,
        ):  # fmt: skip
            if members.gap is first_named:
                members.close()

    def add_column(self, column: Column) -> None:
        """Add a column behind the others; the next one has a number after its own."""
        if JOURNAL.records is not None:
            held = column.name, self.next_number
            JOURNAL.records.append((_take_column, self, "columns", held))
        self.columns[column.name] = column
        self.columns_key = None
        self.next_number = column.number + 1

    def remove_column(self, name: str) -> Column:
        """Take a column away, and return it."""
        column = self.columns[name]
        self.become("columns", {n: c for n, c in self.columns.items() if n != name})
        self.become("columns_key", None)
        return column

    def rename_column(self, old: str, new: str, statement: Statement) -> None:
        """Give a column another name; it stays where it stands among the others."""
        self.columns[old].learn("name", new, statement)
        renamed = {new if name == old else name: c for name, c in self.columns.items()}
        self.become("columns", renamed)
        self.become("columns_key", None)

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def sql_name(self) -> str:
        """The qualified name as SQL wants it, in double quotes where it needs them."""
        return f"{quoted_identifier(self.schema)}.{quoted_identifier(self.name)}"

    @property
    def is_beyond_history(self) -> bool:
        """Whether the history uses the relation without ever making it."""
        return self.oid == 0

    @property
    def is_table(self) -> bool:
        return self.kind in (Kind.table, Kind.partitioned_table)

    @property
    def is_materialized_view(self) -> bool:
        return self.kind is Kind.materialized_view

    @property
    def is_view(self) -> bool:
        return self.kind is Kind.view

    @property
    def is_foreign_table(self) -> bool:
        return self.kind is Kind.foreign_table

    def column(self, number: int) -> Column | None:
        """Return the column with this attribute number, None if it was dropped."""
        for column in self.columns.values():
            if column.number == number:
                return column
        return None

    def option(self, name: str) -> bool:
        """Tell whether a boolean storage or view option is on (manual: CREATE VIEW)."""
        return _is_on(self.options.get(name))

    def option_before(self, name: str) -> bool:
        """Tell whether an option was on before it last changed; see `before`."""
        if self.earlier is None or name not in self.earlier:
            return self.option(name)
        return _is_on(self.before(name))

    def learn_options(
        self, options: dict[str, str], named: Iterable[str], statement: Statement
    ) -> None:
        """Set the options. Each of those `named` has its own statement and value before."""
        known = self.knows("options")
        for name in named:
            held = self.options.get(name) if known else ABSENT
            if held != options.get(name):
                self._note_before(name, held)
            self.because_of(name, statement)
        self.learn("options", options, statement)

    def view_query(self) -> Query | None:
        """The query of a view or materialized view, names resolved."""
        if self.query is None or not isinstance(self.query.expression, Query):
            return None
        return self.query.expression


def _is_on(value: str | None) -> bool:
    return value is not None and value.lower() in ("true", "on", "1", "yes")


def _take_column(relation: Relation, part: str, held: tuple[str, int]) -> None:
    name, relation.next_number = held
    relation.columns.pop(name, None)
    relation.columns_key = None


Table = Relation
"""A relation that holds rows itself: what a check of tables is called with."""

View = Relation
"""A view or materialized view: what a check of views is called with."""

ForeignTable = Relation
"""A table whose rows another server holds: what a check of foreign tables is called with."""

Owned = Relation | Function | Schema
"""What has an owner, on which privileges are granted."""
