"""Memberships, privileges and bypasses are what PostgreSQL says they are."""

from collections.abc import Callable
from itertools import product

import pytest

from rlslint.access import inherited_roles, settable_roles
from rlslint.access.ownership import Answer, Ownership
from rlslint.access.privileges import (
    can_execute,
    can_use_schema,
    has_any_column_privilege,
    has_privilege,
)
from rlslint.access.reach import Escape, bypass, row_security_active
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.roles import MIGRATION_ROLE
from tests.access.scenarios import function, relation, replayed
from tests.postgres import Database

ROLES = """
CREATE ROLE owner_of_all;
CREATE ROLE top;
CREATE ROLE middle;
CREATE ROLE low LOGIN;
CREATE ROLE apart LOGIN NOINHERIT;
CREATE ROLE boss SUPERUSER;
CREATE ROLE passer BYPASSRLS;
CREATE ROLE under_boss LOGIN;
CREATE ROLE under_passer LOGIN;
CREATE ROLE under_owner LOGIN;
CREATE ROLE beside_owner LOGIN NOINHERIT;
CREATE ROLE reader LOGIN IN ROLE pg_read_all_data;
CREATE ROLE writer LOGIN;
CREATE ROLE nobody_special LOGIN;
GRANT top TO middle;
GRANT middle TO low, apart;
GRANT boss TO under_boss;
GRANT passer TO under_passer;
GRANT owner_of_all TO under_owner, beside_owner;
GRANT pg_write_all_data TO writer;
"""

MEMBERSHIP_OPTIONS = """
CREATE ROLE uninherited LOGIN;
CREATE ROLE unsettable LOGIN;
CREATE ROLE half LOGIN NOINHERIT;
CREATE ROLE changed LOGIN;
GRANT middle TO uninherited WITH INHERIT FALSE;
GRANT middle TO unsettable WITH SET FALSE;
GRANT middle TO half;
GRANT top TO half WITH INHERIT TRUE;
GRANT middle TO changed;
ALTER ROLE changed NOINHERIT;
GRANT owner_of_all TO uninherited WITH INHERIT FALSE;
"""

OBJECTS = """
CREATE SCHEMA app AUTHORIZATION owner_of_all;
CREATE SCHEMA closed AUTHORIZATION owner_of_all;
GRANT CREATE ON SCHEMA public TO owner_of_all;
GRANT USAGE ON SCHEMA app TO top;
SET ROLE owner_of_all;
CREATE TABLE plain (id int, body text);
CREATE TABLE app.ordinary (id int, body text);
CREATE TABLE closed.hidden (id int, body text);
CREATE TABLE open_to_all (id int, body text);
CREATE TABLE by_column (id int, body text);
CREATE TABLE forced (id int, body text);
CREATE TABLE revoked (id int, body text);
CREATE VIEW some_view AS SELECT * FROM plain;
CREATE FUNCTION anyone() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION chosen() RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION chosen() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chosen() TO middle;
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
ALTER TABLE forced ENABLE ROW LEVEL SECURITY;
ALTER TABLE forced FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON plain TO top;
GRANT UPDATE ON plain, app.ordinary TO middle;
GRANT ALL ON closed.hidden TO low;
GRANT SELECT, TRUNCATE ON open_to_all TO PUBLIC;
GRANT SELECT (id), UPDATE (body) ON by_column TO top;
GRANT SELECT ON by_column TO nobody_special;
GRANT ALL ON revoked TO low, middle;
REVOKE ALL ON revoked FROM middle;
REVOKE UPDATE, TRUNCATE ON revoked FROM low;
GRANT SELECT ON some_view TO apart;
RESET ROLE;
"""

RELATIONS = [
    "plain", "app.ordinary", "closed.hidden", "open_to_all", "by_column", "forced", "revoked",
    "some_view",
]  # fmt: skip
PRIVILEGES = ["select", "insert", "update", "delete", "truncate", "references", "trigger"]


@pytest.fixture
def history(database: Database) -> str:
    script = ROLES + OBJECTS
    has_options = database.run("SHOW server_version_num").rows[0] >= "160000"
    if has_options:
        script = ROLES + MEMBERSHIP_OPTIONS + OBJECTS
    assert database.run(script).errors == ()
    return script


def created_roles(catalog: Catalog) -> list[str]:
    return sorted(role.name for role in catalog.roles.values() if role.declared)


def pairs_where(
    judge: Callable[[str, str], bool], roles: list[str], things: list[str]
) -> set[tuple[str, str]]:
    return {(role, thing) for role, thing in product(roles, things) if judge(role, thing)}


def answered(database: Database, question: str) -> set[tuple[str, ...]]:
    transcript = database.run(question)
    assert transcript.errors == ()
    return {tuple(row.split("|")) for row in transcript.rows}


def listed(words: list[str]) -> str:
    return "unnest(ARRAY[" + ", ".join(f"'{word}'" for word in words) + "])"


def test_memberships(database: Database, history: str) -> None:
    catalog = replayed(history)
    roles = [role for role in created_roles(catalog) if role != "boss"]
    for mode, found in (("USAGE", inherited_roles), ("SET", settable_roles)):
        if mode == "SET" and "INHERIT FALSE" not in history:
            mode = "MEMBER"
        expected = answered(
            database,
            f"SELECT r, o FROM {listed(roles)} r, {listed(roles)} o"
            f" WHERE pg_has_role(r, o, '{mode}')",
        )
        assert {(r, o) for r, o in product(roles, roles) if o in found(catalog, r)} == expected


@pytest.mark.parametrize("privilege", PRIVILEGES)
def test_privileges_on_tables(database: Database, history: str, privilege: str) -> None:
    catalog = replayed(history)
    roles = created_roles(catalog)
    relations = {name: relation(catalog, name) for name in RELATIONS}
    question = f"SELECT r, t FROM {listed(roles)} r, {listed(RELATIONS)} t WHERE "

    assert pairs_where(
        lambda r, t: has_privilege(catalog, r, relations[t], privilege), roles, RELATIONS
    ) == answered(database, question + f"has_table_privilege(r, t, '{privilege}')")
    if privilege in ("select", "insert", "update", "references"):
        assert pairs_where(
            lambda r, t: has_any_column_privilege(catalog, r, relations[t], privilege),
            roles,
            RELATIONS,
        ) == answered(database, question + f"has_any_column_privilege(r, t, '{privilege}')")
        assert pairs_where(
            lambda r, t: has_privilege(catalog, r, relations[t], privilege, "body"),
            roles,
            RELATIONS,
        ) == answered(database, question + f"has_column_privilege(r, t, 'body', '{privilege}')")


def test_schemas_and_functions(database: Database, history: str) -> None:
    catalog = replayed(history)
    roles = created_roles(catalog)
    schemas = ["public", "app", "closed"]
    assert pairs_where(lambda r, s: can_use_schema(catalog, r, s), roles, schemas) == answered(
        database,
        f"SELECT r, s FROM {listed(roles)} r, {listed(schemas)} s"
        " WHERE has_schema_privilege(r, s, 'usage')",
    )
    functions = ["anyone", "chosen"]
    assert pairs_where(
        lambda r, f: can_execute(catalog, r, function(catalog, f)), roles, functions
    ) == answered(
        database,
        f"SELECT r, f FROM {listed(roles)} r, {listed(functions)} f"
        " WHERE has_function_privilege(r, f || '()', 'execute')",
    )


def test_schemas_are_open_where_no_history_grants_their_use() -> None:
    catalog = replayed("CREATE SCHEMA app; CREATE ROLE a; CREATE ROLE b;")
    assert can_use_schema(catalog, "a", "app")
    catalog = replayed("CREATE SCHEMA app; CREATE ROLE a; GRANT USAGE ON SCHEMA app TO b;")
    assert not can_use_schema(catalog, "a", "app")
    assert can_use_schema(catalog, "b", "app")


def test_row_security_is_active_for_whom_the_server_says(database: Database, history: str) -> None:
    catalog = replayed(history)
    tables = ["plain", "forced", "open_to_all"]
    for role in created_roles(catalog):
        answers = answered(
            database,
            f"SET SESSION AUTHORIZATION {role};"
            f"SELECT t FROM {listed(tables)} t WHERE row_security_active(t);",
        )
        active = {
            (table,)
            for table in tables
            if row_security_active(catalog, role, relation(catalog, table))
        }
        assert (role, active) == (role, answers)


def test_a_bypass_says_why() -> None:
    catalog = replayed(ROLES + OBJECTS)
    plain, forced = relation(catalog, "plain"), relation(catalog, "forced")
    boss = bypass(catalog, "boss", forced)
    assert boss is not None
    assert boss.escape is Escape.superuser
    assert boss.statement is not None
    assert boss.statement.sql == "CREATE ROLE boss SUPERUSER"
    inherited = bypass(catalog, "under_owner", plain)
    assert inherited is not None
    assert "owner_of_all" in inherited.reason
    assert bypass(catalog, "under_boss", forced) is None
    assert bypass(catalog, "under_passer", forced) is None


def test_the_migration_role_may_bypass_what_is_forced() -> None:
    catalog = replayed(
        "CREATE TABLE a (id int); CREATE TABLE b (id int); ALTER TABLE b FORCE ROW LEVEL SECURITY;"
    )
    owner = bypass(catalog, MIGRATION_ROLE, relation(catalog, "a"))
    assert owner is not None
    assert owner.certain
    perhaps = bypass(catalog, MIGRATION_ROLE, relation(catalog, "b"))
    assert perhaps is not None
    assert not perhaps.certain


def test_unknown_grants_are_not_taken_for_none() -> None:
    catalog = replayed("CREATE TABLE a (id int); GRANT SELECT ON a TO app;")
    table = relation(catalog, "a")
    table.grants.open(None)
    assert has_privilege(catalog, "app", table, "select")
    with pytest.raises(UnknownFact):
        has_privilege(catalog, "app", table, "update")


def test_an_ownership_has_no_truth() -> None:
    with pytest.raises(TypeError):
        bool(Ownership(Answer.no, ""))
