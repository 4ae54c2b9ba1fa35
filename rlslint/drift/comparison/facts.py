"""A catalog as facts under names that two catalogs share."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Kind, Policy, Relation
from rlslint.catalog.privileges import Grant
from rlslint.catalog.publications import Publication, PublishedTable
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC, Role
from rlslint.catalog.schemas import Schema
from rlslint.drift.comparison.keys import UNKNOWN, Facts, Key
from rlslint.drift.comparison.subjects import name_of_function
from rlslint.drift.comparison.values import (
    column_lists_told,
    columns_told,
    condition_told,
    constraints_told,
    indexes_told,
    options_told,
    query_told,
    row_filters_told,
    schemas_told,
    settings_told,
    triggers_told,
)

_NEW_PRIVILEGE = "maintain"
"""GRANT ALL gives it from PostgreSQL 17 on (release notes of 17), as the replay cannot tell."""

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
            columns=lambda: columns_told(relation),
            options=lambda: options_told(relation),
            privileges=lambda: self._privileges(relation.grants.values(), relation.owner),
            indexes=lambda: indexes_told(relation),
            constraints=lambda: constraints_told(relation),
            policies=lambda: tuple(sorted(policy.name for policy in relation.policies.values())),
            triggers=lambda: triggers_told(relation),
            query=lambda: query_told(relation.query),
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
            using=lambda: condition_told(policy.using),
            with_check=lambda: condition_told(policy.check),
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
            settings=lambda: settings_told(function.settings),
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
            settings=lambda: settings_told(role.settings),
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
            column_lists=lambda: column_lists_told(tables()),
            row_filters=lambda: row_filters_told(tables()),
            schemas=lambda: schemas_told(publication, catalog),
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
        self._facts[Key("database", "", "settings")] = settings_told(settings)

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
