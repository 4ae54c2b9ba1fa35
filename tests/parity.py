"""What a live database and a replayed catalog say of the same history, as facts to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import psycopg

from rlslint.catalog.facts import Members, UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Kind, Policy, Relation
from rlslint.catalog.privileges import Grant, GrantKey
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from tests.introspection import NEW_TABLE_PRIVILEGE, QUERIES
from tests.postgres import SUPERUSER, Database
from tests.predicate_parity import deparsed_form, names_unknown, replayed_form

Facts = dict[tuple[str, str], object]


class _Unknown:
    """Stands where the replay does not know: neither agreement nor difference."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


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
    """Return what the replay says, in the words of `facts_of_database`."""
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
        f"{_role(d.creator)} {d.schema} {d.kind} {d.privilege} {_role(d.grantee)}"
        for d in catalog.defaults
        if d.privilege != NEW_TABLE_PRIVILEGE
        and d.creator != d.grantee
        and (d.kind, d.schema, d.grantee) != ("functions", "", PUBLIC)
    )
    facts["", "default privileges"] = tuple(sorted(set(defaults)))
    return facts


def differences(database: Facts, replayed: Facts) -> list[str]:
    """Return where the two disagree, in words; what the replay does not know is passed over."""
    found = []
    for key in sorted({*database, *replayed}):
        live, ours = database.get(key, "(absent)"), replayed.get(key, "(absent)")
        if key[1].startswith("deparsed "):
            continue
        if key[1] == "membership options" and key not in database:
            continue  # They came with PostgreSQL 16.
        if key[1] == "columns":
            live = _without_unknown_types(live, ours)
        if live != ours and ours is not UNKNOWN:
            found.append(f"{key[0]} {key[1]}: PostgreSQL {live!r}, replay {ours!r}")
    return found


def _without_unknown_types(live: Any, ours: Any) -> object:
    if ours is UNKNOWN or isinstance(live, str) or len(live) != len(ours):
        return live
    return tuple(
        (*theirs[:2], UNKNOWN_TYPE, *theirs[3:]) if mine[2] == UNKNOWN_TYPE else theirs
        for theirs, mine in zip(live, ours, strict=True)
    )


def clause_differences(database: Facts, catalog: Catalog) -> tuple[list[str], int]:
    """Compare the policies' and views' expressions; return the differences and how many agree."""
    found, agreed = [], 0
    for relation in catalog.relations.known():
        for policy in relation.policies.known():
            for part, clause in (("using", policy.using), ("check", policy.check)):
                live = database.get((str(policy), f"deparsed {part}"))
                if live is None or clause is None:
                    if live is not clause:
                        found.append(f"{policy} {part}: PostgreSQL {live!r}, replay {clause!r}")
                    continue
                if names_unknown(clause.expression):
                    continue
                theirs = deparsed_form(str(live), catalog, relation)
                ours = replayed_form(clause.expression)
                if theirs != ours:
                    found.append(f"{policy} {part}: {live}\n  PostgreSQL {theirs}\n  replay {ours}")
                else:
                    agreed += 1
    return found, agreed


def _role(name: str) -> str:
    return SUPERUSER if name == MIGRATION_ROLE else name


def _known(read: Callable[[], object]) -> object:
    try:
        return read()
    except UnknownFact:
        return UNKNOWN


def _grants(grants: Members[GrantKey, Grant], owner: str) -> object:
    return tuple(
        sorted(
            f"{_role(grant.grantee)} {grant.privilege} {grant.column}"
            + (" grantable" if grant.grantable else "")
            for grant in grants.values()
            if grant.grantee != owner and grant.privilege != NEW_TABLE_PRIVILEGE
        )
    )


def _add_relation(facts: Facts, relation: Relation) -> None:
    name = str(relation)

    def add(fact: str, read: Callable[[], object]) -> None:
        facts[name, fact] = _known(read)

    def parent() -> object:
        return str(relation.partition_of) if relation.partition_of is not None else None

    add("kind", lambda: relation.kind.value)
    add("owner", lambda: _role(relation.owner))
    add("rls_enabled", lambda: relation.rls_enabled)
    add("rls_forced", lambda: relation.rls_forced)
    add("partition of", parent)
    add("parents", lambda: tuple(str(parent) for parent in relation.parents))
    add("columns", lambda: _columns(relation))
    add("options", lambda: _options(relation))
    add("grants", lambda: _grants(relation.grants, relation.owner))
    add("indexes", lambda: _indexes(relation))
    add("constraints", lambda: _constraints(relation))
    add("policies", lambda: tuple(sorted(policy.name for policy in relation.policies.values())))
    if relation.kind is Kind.table and relation.partition_of is None:
        add("triggers", lambda: tuple(sorted(relation.triggers)))
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
            _type(column.type) if column.knows("type") else UNKNOWN_TYPE,
            column.not_null,
            column.default is not None or column.identity or column.generated,
        )
        for column in columns
    )


UNKNOWN_TYPE = ""


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
    facts[name, "permissive"] = _known(lambda: policy.permissive)
    facts[name, "command"] = _known(lambda: policy.command)
    facts[name, "roles"] = _known(lambda: tuple(sorted(_role(role) for role in policy.roles)))
    facts[name, "clauses"] = _known(
        lambda: (policy.using is not None, policy.check is not None),
    )


def _add_function(facts: Facts, function: Function) -> None:
    types = ",".join(_type(name) for name in function.argument_types)
    name = f"{function}({types})"

    def add(fact: str, read: Callable[[], object]) -> None:
        facts[name, fact] = _known(read)

    add("owner", lambda: _role(function.owner))
    add("language", lambda: function.language)
    add("volatility", lambda: function.volatility)
    add("parallel", lambda: function.parallel)
    add("security_definer", lambda: function.security_definer)
    add("leakproof", lambda: function.leakproof)
    add("returns", lambda: (function.returns_set, function.is_procedure))
    add("settings", lambda: _settings(function.settings))
    add("grants", lambda: _grants(function.grants, function.owner))
    if not function.atomic:
        add("body", lambda: function.body)


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
        facts[schema.name, "schema owner"] = _known(lambda schema=schema: _role(schema.owner))  # type: ignore[misc]
        facts[schema.name, "schema grants"] = _known(
            lambda schema=schema: _grants(schema.grants, schema.owner)  # type: ignore[misc]
        )


def _add_roles(facts: Facts, catalog: Catalog) -> None:
    for role in catalog.roles.values():
        if role.name in (MIGRATION_ROLE, SUPERUSER) or role.name.startswith("pg_"):
            continue
        name = f"role {role.name}"
        for fact in ("superuser", "bypassrls", "login", "inherit", "createrole", "replication"):
            facts[name, fact] = _known(lambda role=role, fact=fact: getattr(role, fact))  # type: ignore[misc]
        memberships = role.memberships.known()
        facts[name, "memberships"] = tuple(sorted((m.role.name, m.admin) for m in memberships))
        facts[name, "membership options"] = tuple(
            sorted((m.role.name, m.inherit, m.set) for m in memberships)
        )
        facts[name, "role settings"] = _settings(role.settings)
