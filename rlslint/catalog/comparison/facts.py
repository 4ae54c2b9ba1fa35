"""A catalog as facts under names that two catalogs share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from rlslint.catalog.comparison.forms import Number, form_of, local_name, names_unknown
from rlslint.catalog.comparison.subjects import name_of_function
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Column, Kind, Policy, Relation, Trigger
from rlslint.catalog.predicates import Clause
from rlslint.catalog.privileges import Grant
from rlslint.catalog.publications import Publication, PublishedTable
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC, Role
from rlslint.catalog.schemas import Schema
from rlslint.sql.expressions import Query, Source


class Key(NamedTuple):
    """What a fact is about: `kind` is a noun for the subject, `subject` its name in full."""

    kind: str
    subject: str
    fact: str


class Unknown:
    """Stands where a catalog does not tell: it agrees with nothing and differs from nothing."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = Unknown()
UNKNOWN_TYPE = ""

Facts = dict[Key, object]

_NEW_PRIVILEGE = "maintain"
"""GRANT ALL gives it from PostgreSQL 17 on (release notes of 17), as the replay cannot tell."""

_VIEW_OPTIONS = ("security_invoker", "security_barrier", "check_option")
_OF_RELATION = (
    "kind",
    "owner",
    "row security",
    "forced row security",
    "partition of",
    "parents",
    "columns",
    "options",
    "privileges",
    "indexes",
    "constraints",
    "policies",
    "triggers",
    "query",
)

MEMBERSHIP_OPTIONS = "membership options"
"""A fact of its own: before PostgreSQL 16 a membership had none (release notes of 16)."""

_ATTRIBUTES = ("superuser", "bypassrls", "login", "inherit", "createrole", "replication")


def facts_of(catalog: Catalog, migration_role: str = MIGRATION_ROLE) -> Facts:
    """Return what a catalog says that decides who sees which rows.

    `migration_role` is who ran the history, where that does not say it.
    """
    return _Telling(migration_role).of(catalog)


class _Telling:
    def __init__(self, migration_role: str) -> None:
        self._migration_role = migration_role
        self._facts: Facts = {}

    def of(self, catalog: Catalog) -> Facts:
        for relation in catalog.relations.known():
            if not relation.temporary and not _is_sequence(relation):
                self._add_relation(relation)
        for relation in catalog.unknown_relations.values():
            self._facts |= {Key("relation", str(relation), fact): UNKNOWN for fact in _OF_RELATION}
            for policy in relation.policies.known():
                self._add_policy(policy)
        for function in catalog.functions.known():
            if function.schema != "pg_temp":
                self._add_function(function)
        for schema in catalog.schemas.values():
            if schema.created is not None or schema.name == PUBLIC:
                self._add_schema(schema)
        for role in catalog.roles.values():
            is_of_server = role.name == self._migration_role or role.name.startswith("pg_")
            if role.declared and not is_of_server:
                self._add_role(role)
        for publication in catalog.publications.known():
            self._add_publication(publication, catalog)
        self._add_defaults(catalog)
        return self._facts

    def _role(self, name: str) -> str:
        return self._migration_role if name == MIGRATION_ROLE else name

    def _add(self, kind: str, subject: object, /, **facts: Callable[[], object]) -> None:
        for fact, read in facts.items():
            try:
                value = read()
            except UnknownFact:
                value = UNKNOWN
            self._facts[Key(kind, str(subject), fact.replace("_", " "))] = value

    def _add_relation(self, relation: Relation) -> None:
        self._add(
            "relation",
            relation,
            kind=lambda: relation.kind.value,
            owner=lambda: self._role(relation.owner),
            row_security=lambda: relation.rls_enabled,
            forced_row_security=lambda: relation.rls_forced,
            partition_of=lambda: str(relation.partition_of or ""),
            parents=lambda: tuple(map(str, relation.parents)),
            columns=lambda: _columns(relation),
            options=lambda: _options(relation),
            privileges=lambda: self._privileges(relation.grants.values(), relation.owner),
            indexes=lambda: _indexes(relation),
            constraints=lambda: _constraints(relation),
            policies=lambda: tuple(sorted(policy.name for policy in relation.policies.values())),
            triggers=lambda: _triggers(relation),
            query=lambda: _query(relation.query),
        )
        for policy in relation.policies.known():
            self._add_policy(policy)

    def _add_policy(self, policy: Policy) -> None:
        self._add(
            "policy",
            policy,
            permissive=lambda: policy.permissive,
            command=lambda: policy.command,
            roles=lambda: tuple(sorted(map(self._role, policy.roles))),
            using=lambda: _condition(policy.using),
            with_check=lambda: _condition(policy.check),
        )

    def _add_function(self, function: Function) -> None:
        self._add(
            "function",
            name_of_function(function),
            owner=lambda: self._role(function.owner),
            language=lambda: function.language,
            volatility=lambda: function.volatility,
            parallel=lambda: function.parallel,
            security_definer=lambda: function.security_definer,
            leakproof=lambda: function.leakproof,
            is_procedure=lambda: function.is_procedure,
            returns_set=lambda: function.returns_set,
            settings=lambda: _settings(function.settings),
            privileges=lambda: self._privileges(function.grants.values(), function.owner),
            # PostgreSQL keeps a body in SQL's own form as a tree and writes it anew.
            body=lambda: None if function.atomic else function.body,
        )

    def _add_schema(self, schema: Schema) -> None:
        self._add(
            "schema",
            schema.name,
            owner=lambda: self._role(schema.owner),
            privileges=lambda: self._privileges(schema.grants.values(), schema.owner),
        )

    def _add_role(self, role: Role) -> None:
        self._add(
            "role",
            role.name,
            **{name: lambda name=name: getattr(role, name) for name in _ATTRIBUTES},
            memberships=lambda: tuple(
                sorted((self._role(m.role.name), m.admin) for m in role.memberships.values())
            ),
            membership_options=lambda: tuple(
                sorted(
                    (self._role(m.role.name), m.inherit, m.set) for m in role.memberships.values()
                )
            ),
            settings=lambda: _settings(role.settings),
        )

    def _add_publication(self, publication: Publication, catalog: Catalog) -> None:
        def tables() -> tuple[PublishedTable, ...]:
            tuple(publication.tables)  # Raises where there may be others.
            return publication.tables_named(catalog)

        self._add(
            "publication",
            publication,
            owner=lambda: self._role(publication.owner),
            all_tables=lambda: publication.all_tables,
            operations=lambda: tuple(sorted(publication.operations)),
            publish_via_partition_root=lambda: publication.via_root,
            tables=lambda: tuple(sorted(str(table.relation) for table in tables())),
            column_lists=lambda: _column_lists(tables()),
            row_filters=lambda: _row_filters(tables()),
            schemas=lambda: _schemas(publication, catalog),
        )

    def _add_defaults(self, catalog: Catalog) -> None:
        lines = {
            (self._role(d.creator), d.schema, d.kind, d.privilege, self._role(d.grantee))
            for d in catalog.defaults
            if d.privilege != _NEW_PRIVILEGE
            and d.creator != d.grantee
            # PUBLIC may execute every new function unless told otherwise.
            and (d.kind, d.schema, d.grantee) != ("functions", "", PUBLIC)
        }
        self._facts[Key("database", "", "default privileges")] = (
            UNKNOWN if catalog.possible_defaults else tuple(sorted(lines))
        )
        settings = {name: value for name, (value, _) in catalog.database_settings.items()}
        self._facts[Key("database", "", "settings")] = _settings(settings)

    def _privileges(self, grants: Iterable[Grant], owner: str) -> object:
        return tuple(
            sorted(
                (self._role(g.grantee), g.privilege, g.column, g.grantable)
                for g in grants
                if g.grantee != owner and g.privilege != _NEW_PRIVILEGE
            )
        )


def _is_sequence(relation: Relation) -> bool:
    return relation.knows("kind") and relation.kind is Kind.sequence


def _columns(relation: Relation) -> object:
    return tuple(map(_column, sorted(relation.columns.values(), key=lambda c: c.number)))


def _column(column: Column) -> object:
    is_filled = column.default is not None or column.identity or column.generated
    type_name = local_name(column.type) if column.knows("type") else UNKNOWN_TYPE
    return column.number, column.name, type_name, column.not_null, is_filled


def _options(relation: Relation) -> object:
    wanted = [(name, relation.options.get(name)) for name in _VIEW_OPTIONS]
    return tuple((name, value) for name, value in wanted if value is not None)


def _indexes(relation: Relation) -> object:
    return tuple(
        sorted(
            (i.name, _numbers(relation, i.columns), i.unique, i.partial, i.valid)
            for i in relation.indexes.values()
        )
    )


def _numbers(relation: Relation, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """0 stands for an expression; while the columns are unknown, for each of them."""
    if 0 in numbers and not relation.knows("columns"):
        raise UnknownFact(relation, "columns", relation.unknown["columns"])
    return numbers


def _constraints(relation: Relation) -> object:
    return tuple(
        sorted(
            (
                constraint.name,
                constraint.kind,
                _numbers(relation, constraint.columns),
                str(constraint.referenced or ""),
                tuple(map(Number, constraint.referenced_columns)),
                constraint.on_delete,
            )
            for constraint in relation.constraints.values()
            if constraint.kind != "not null"
        )
    )


def _triggers(relation: Relation) -> object:
    return tuple(sorted(_trigger(*item) for item in relation.triggers.items()))


def _trigger(name: str, trigger: Trigger) -> tuple[str, str, bool, tuple[str, ...]]:
    return name, local_name(trigger.function), trigger.before, tuple(sorted(trigger.events))


def _settings(settings: dict[str, str]) -> object:
    return tuple(
        sorted((name, value.replace('"', "").replace(" ", "")) for name, value in settings.items())
    )


def _condition(clause: Clause | None) -> object:
    if clause is None:
        return None
    if names_unknown(clause.expression):
        return UNKNOWN
    return form_of(clause.expression)


def _column_lists(tables: tuple[PublishedTable, ...]) -> object:
    if not all(table.relation.knows("columns") for table in tables):
        return UNKNOWN
    return tuple(sorted((str(t.relation), t.columns) for t in tables if t.columns))


def _row_filters(tables: tuple[PublishedTable, ...]) -> object:
    filters = {str(table.relation): _condition(table.condition) for table in tables}
    if UNKNOWN in filters.values():
        return UNKNOWN
    return {name: condition for name, condition in filters.items() if condition is not None}


def _schemas(publication: Publication, catalog: Catalog) -> object:
    tuple(publication.schemas)  # Raises where there may be others.
    named = publication.schemas_named(catalog)
    return tuple(sorted(published.schema.name for published in named))


def _query(clause: Clause | None) -> object:
    """The relations that a view reads; how it does is written in too many ways to compare."""
    if clause is None:
        return None
    sources = (
        source
        for part in clause.expression.walk()
        if isinstance(part, Query)
        for source in part.sources
    )
    return tuple(sorted({_read(source) for source in sources} - {""}))


def _read(source: Source) -> str:
    return str(source.relation) if isinstance(source.relation, Relation) else ""
