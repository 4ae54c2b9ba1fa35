"""What introspection puts into a catalog is what direct queries say of the same database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
import pytest

from rlslint.catalog import Catalog
from rlslint.catalog.facts import Members
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Kind, Policy, Relation
from rlslint.catalog.roles import PUBLIC, Grant, GrantKey
from rlslint.server.introspection import introspect
from rlslint.server.snapshot import snapshot
from tests.postgres import SUPERUSER, Database
from tests.replay import sql_histories, sql_histories_of_structure
from tests.server.direct_queries import NEW_TABLE_PRIVILEGE, QUERIES

ALL = sql_histories.ALL | sql_histories_of_structure.ALL

OTHERWISE = {
    "a default of NULL is none": "a default that is NULL counts for none",
    "types get new names": "the functions that make ranges are left out",
}
"""The histories after which introspection says other things on purpose."""

Facts = dict[tuple[str, str], object]


def facts_of_database(database: Database) -> Facts:
    """Return what PostgreSQL's catalogs hold, by subject and fact."""
    facts: Facts = {}
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        connection.execute("SELECT set_config('search_path', '', false)")
        version = connection.info.server_version // 10000
        for query in QUERIES:
            if query.since <= version < query.before:
                for subject, fact, value in connection.execute(query.sql.encode()):
                    facts[subject, fact] = _frozen(value)
    return facts


def _frozen(value: Any) -> object:
    """Lists of lists, as JSON has them, become sorted tuples of text."""
    if isinstance(value, dict):
        return tuple((key, _frozen(item)) for key, item in value.items())
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


def facts_of_catalog(catalog: Catalog) -> Facts:
    """Return what introspection says, in the words of `facts_of_database`."""
    facts: Facts = {}
    for relation in catalog.relations.known():
        if relation.temporary or relation.kind is Kind.sequence:
            continue
        _add_relation(facts, relation)
    for function in catalog.functions.known():
        _add_function(facts, function)
    _add_schemas(facts, catalog)
    _add_roles(facts, catalog)
    defaults = (
        f"{d.creator} {d.schema} {d.kind} {d.privilege} {d.grantee}"
        for d in catalog.defaults
        if d.privilege != NEW_TABLE_PRIVILEGE
        and d.creator != d.grantee
        and (d.kind, d.schema, d.grantee) != ("functions", "", PUBLIC)
    )
    facts["", "default privileges"] = tuple(sorted(set(defaults)))
    return facts


def _grants(grants: Members[GrantKey, Grant], owner: str) -> object:
    return tuple(
        sorted(
            f"{grant.grantee} {grant.privilege} {grant.column}"
            + (" grantable" if grant.grantable else "")
            for grant in grants.values()
            if grant.grantee != owner and grant.privilege != NEW_TABLE_PRIVILEGE
        )
    )


def _add_relation(facts: Facts, relation: Relation) -> None:
    name = str(relation)

    def add(fact: str, value: object) -> None:
        facts[name, fact] = value

    parent = relation.partition_of
    add("kind", relation.kind.value)
    add("owner", relation.owner)
    add("rls_enabled", relation.rls_enabled)
    add("rls_forced", relation.rls_forced)
    add("partition of", str(parent) if parent is not None else None)
    add("parents", tuple(str(parent) for parent in relation.parents))
    add("columns", _columns(relation))
    add("options", _options(relation))
    add("grants", _grants(relation.grants, relation.owner))
    add("indexes", _indexes(relation))
    add("constraints", _constraints(relation))
    add("policies", tuple(sorted(policy.name for policy in relation.policies.values())))
    if relation.kind is Kind.table and relation.partition_of is None:
        add("triggers", tuple(sorted(relation.triggers)))
    for policy in relation.policies.known():
        _add_policy(facts, policy)


def _type(name: str) -> str:
    return name.rpartition(".")[2]


def _columns(relation: Relation) -> object:
    columns = sorted(relation.columns.values(), key=lambda column: column.number)
    return tuple(
        (
            column.number,
            column.name,
            _type(column.type),
            column.not_null,
            column.default is not None or column.identity or column.generated,
        )
        for column in columns
    )


def _options(relation: Relation) -> object:
    wanted = ("security_invoker", "security_barrier", "check_option")
    return tuple(
        sorted(f"{name}={value}" for name, value in relation.options.items() if name in wanted)
    )


def _indexes(relation: Relation) -> object:
    return tuple(
        sorted((i.name, list_of(i.columns), i.unique, i.partial) for i in relation.indexes.values())
    )


def list_of(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))


def _constraints(relation: Relation) -> object:
    return tuple(
        sorted(
            (
                c.name,
                c.kind,
                list_of(c.columns),
                str(c.referenced) if c.referenced is not None else "",
                list_of(c.referenced_columns),
                c.on_delete if c.kind == "foreign" else "",
            )
            for c in relation.constraints.values()
            if c.kind != "not null"
        )
    )


def _add_policy(facts: Facts, policy: Policy) -> None:
    name = str(policy)
    facts[name, "permissive"] = policy.permissive
    facts[name, "command"] = policy.command
    facts[name, "roles"] = tuple(sorted(policy.roles))
    facts[name, "clauses"] = (policy.using is not None, policy.check is not None)


def _add_function(facts: Facts, function: Function) -> None:
    types = ",".join(_type(name) for name in function.argument_types)
    name = f"{function}({types})"

    def add(fact: str, value: object) -> None:
        facts[name, fact] = value

    add("owner", function.owner)
    add("language", function.language)
    add("volatility", function.volatility)
    add("parallel", function.parallel)
    add("security_definer", function.security_definer)
    add("leakproof", function.leakproof)
    add("returns", (function.returns_set, function.is_procedure))
    add("settings", _settings(function.settings))
    add("grants", _grants(function.grants, function.owner))
    if not function.atomic:
        add("body", function.body)


def _settings(settings: dict[str, str]) -> object:
    return tuple(
        sorted(
            f"{name}={value}".replace('"', "").replace(" ", "") for name, value in settings.items()
        )
    )


def _add_schemas(facts: Facts, catalog: Catalog) -> None:
    for schema in catalog.schemas.values():
        if schema.created is None and schema.name != PUBLIC:
            continue
        facts[schema.name, "schema owner"] = schema.owner
        facts[schema.name, "schema grants"] = _grants(schema.grants, schema.owner)


def _add_roles(facts: Facts, catalog: Catalog) -> None:
    for role in catalog.roles.values():
        if role.name == SUPERUSER or role.name.startswith("pg_"):
            continue
        name = f"role {role.name}"
        for fact in ("superuser", "bypassrls", "login", "inherit", "createrole", "replication"):
            facts[name, fact] = getattr(role, fact)
        memberships = role.memberships.known()
        facts[name, "memberships"] = tuple(sorted((m.role.name, m.admin) for m in memberships))
        facts[name, "membership options"] = tuple(
            sorted((m.role.name, m.inherit, m.set) for m in memberships)
        )
        facts[name, "role settings"] = _settings(role.settings)


@pytest.mark.parametrize("name", [name for name in ALL if name not in OTHERWISE])
def test_introspection_says_what_direct_queries_say(name: str, database: Database) -> None:
    database.run(ALL[name])
    with snapshot(database.conninfo()) as live:
        catalog = introspect(live.ask, live.database, live.version)
    found, direct = facts_of_catalog(catalog), facts_of_database(database)
    if live.version < 160000:
        found = {key: value for key, value in found.items() if key[1] != "membership options"}
    assert {key: value for key, value in found.items() if direct.get(key) != value} == {}
    assert direct.keys() == found.keys()
