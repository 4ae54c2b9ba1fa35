"""What a live catalog shows beyond the facts that it shares with a replayed one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest

from rlslint.catalog import Catalog
from rlslint.catalog.functions import Function
from rlslint.server.introspection import introspect
from rlslint.server.snapshot import LiveProblem, snapshot
from rlslint.text import CatalogText
from tests.postgres import Database

SCHEMA = """
    CREATE ROLE app_user LOGIN;
    CREATE TABLE docs (id int PRIMARY KEY, "Tenant" int, body text);
    CREATE TABLE members (user_id int, tenant_id int);
    ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
    CREATE POLICY "naïve ✓" ON docs FOR UPDATE TO app_user
        USING ("Tenant" IN (SELECT m.tenant_id FROM members m WHERE m.user_id = 7))
        WITH CHECK (current_setting('app.tenant', true) IS NOT NULL);
    CREATE POLICY bare ON docs AS RESTRICTIVE USING (true);
    CREATE VIEW shown WITH (security_barrier = true) AS SELECT id, body FROM docs WHERE id > 3;
    CREATE FUNCTION tenant() RETURNS int STABLE LANGUAGE sql
        AS $$ SELECT current_setting('app.tenant')::int $$;
    INSERT INTO docs SELECT n, n, 'x' FROM generate_series(1, 5000) n;
    ANALYZE docs;
"""


def introspected(database: Database) -> Catalog:
    with snapshot(database.conninfo()) as live:
        return introspect(live.ask, live.database, live.version)


def test_a_clause_stands_where_the_description_shows_it(database: Database) -> None:
    assert database.run(SCHEMA).errors == ()
    catalog = introspected(database)
    policies = {policy.name: policy for policy in catalog.policies()}
    update = policies["naïve ✓"]
    assert update.using is not None
    assert update.check is not None
    span = update.using.span()
    assert span is not None
    assert isinstance(span.text, CatalogText)
    assert span.sql.startswith('"Tenant" IN ( SELECT m.tenant_id')
    check = update.check.span()
    assert check is not None
    assert check.sql == "current_setting('app.tenant'::text, true) IS NOT NULL"
    bare = policies["bare"].using
    assert bare is not None
    assert bare.sql == "true"
    created = update.created
    assert created is not None
    assert created.sql.startswith('CREATE POLICY "naïve ✓" ON public.docs FOR UPDATE TO app_user')
    assert database.run(f'DROP POLICY "naïve ✓" ON docs; {created.sql};').errors == ()


def test_every_statement_that_shows_the_database_is_sql(database: Database) -> None:
    assert database.run(SCHEMA).errors == ()
    catalog = introspected(database)
    view, docs = catalog.names["public", "shown"], catalog.names["public", "docs"]
    assert view.query is not None
    query = view.query.span()
    assert query is not None
    assert query.sql.split()[:2] in (["SELECT", "id,"], ["SELECT", "docs.id,"])
    for statement in (*docs.statements.values(), *view.statements.values()):
        assert database.run(f"BEGIN; DROP VIEW shown; {statement.sql}; ROLLBACK").errors == () or (
            statement.sql.startswith(("CREATE TABLE", "ALTER VIEW"))
        ), statement.sql


@pytest.mark.since(14, "functions with BEGIN ATOMIC")
def test_a_function_in_sqls_own_form_is_its_body(database: Database) -> None:
    atomic = """CREATE FUNCTION "größe"(i int) RETURNS int LANGUAGE sql
        BEGIN ATOMIC SELECT i + 1; END;"""
    assert database.run(atomic).errors == ()
    (function,) = introspected(database).function_names["public", "größe"]
    assert "BEGIN ATOMIC" in function.body
    assert shown_from(function).startswith(function.body.encode())


@pytest.mark.parametrize(
    "body",
    [
        "SELECT current_setting('app.größe')::int",
        "function",
        "f",
        "\n",
        "SELECT $function$ CREATE FUNCTION f() AS $functionx$ SELECT 1 $functionx$ $function$",
    ],
)
def test_a_body_stands_where_the_description_shows_it(body: str, database: Database) -> None:
    function = f"CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $own${body}$own$"
    assert database.run(f"SET check_function_bodies = off; {function}").errors == ()
    (found,) = introspected(database).function_names["public", "f"]
    assert found.body == body
    assert shown_from(found).removeprefix(body.encode()).startswith(b"$function")


def shown_from(function: Function) -> bytes:
    assert function.created is not None
    return function.created.text.data[function.body_start : function.created.end]


def test_the_size_of_a_table_is_what_the_planner_thinks(database: Database) -> None:
    assert database.run(SCHEMA).errors == ()
    catalog = introspected(database)
    assert catalog.names["public", "docs"].estimated_rows == 5000
    # Before PostgreSQL 14 nothing tells an empty table from one that was never analysed.
    assert not catalog.names["public", "members"].estimated_rows


def test_an_index_that_failed_is_not_valid(database: Database) -> None:
    assert database.run(SCHEMA).errors == ()
    failed = database.run(
        "INSERT INTO docs VALUES (0, 1, 'x'); CREATE UNIQUE INDEX CONCURRENTLY twice ON docs (body)"
    )
    assert failed.errors != ()
    indexes = introspected(database).names["public", "docs"].indexes
    assert (indexes["docs_pkey"].valid, indexes["twice"].valid) == (True, False)


def test_what_supabase_brings_is_left_out(database: Database) -> None:
    script = """
        CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE authenticator LOGIN;
        CREATE ROLE service_role BYPASSRLS; CREATE ROLE supabase_admin;
        GRANT authenticated TO authenticator;
        CREATE SCHEMA storage AUTHORIZATION supabase_admin;
        SET ROLE supabase_admin;
        CREATE TABLE storage.objects (id int, owner_id text);
        CREATE FUNCTION storage.foldername() RETURNS text LANGUAGE sql AS 'SELECT ''x''';
        RESET ROLE;
        CREATE POLICY own ON storage.objects TO authenticated USING (owner_id = 'x');
        CREATE TABLE docs (id int);
    """
    assert database.run(script).errors == ()
    catalog = introspected(database)
    assert [str(relation) for relation in catalog.relations.known()] == ["public.docs"]
    assert ("storage", "foldername") not in catalog.function_names
    objects = catalog.unknown_relations["storage", "objects"]
    assert [policy.name for policy in objects.policies.known()] == ["own"]
    assert not objects.rls_enabled
    assert not catalog.roles["service_role"].declared
    assert catalog.roles["service_role"].bypassrls


@pytest.mark.parametrize(
    "dropped", ["VIEW shown", "FUNCTION tenant()", "TABLE docs CASCADE", "INDEX docs_body"]
)
def test_what_is_dropped_meanwhile_is_no_fault(dropped: str, database: Database) -> None:
    """What shows an expression tells of now, and the rest of the moment when reading began."""
    assert database.run(f"{SCHEMA} CREATE INDEX docs_body ON docs (lower(body))").errors == ()
    with snapshot(database.conninfo()) as live:
        live.ask("SELECT 1")
        assert database.run(f"DROP {dropped}").errors == ()
        catalog = introspect(live.ask, live.database, live.version)
    view = catalog.names["public", "shown"]
    policies = {policy.name: policy for policy in catalog.policies()}
    if dropped == "VIEW shown":
        assert not view.knows("query")
    elif dropped == "TABLE docs CASCADE":
        assert not policies["naïve ✓"].knows("using")
        assert not policies["naïve ✓"].knows("check")
        assert policies["bare"].check is None


def test_what_an_expression_names_may_be_dropped_meanwhile(database: Database) -> None:
    assert database.run(SCHEMA).errors == ()
    with pytest.raises(LiveProblem) as raised, snapshot(database.conninfo()) as live:
        live.ask("SELECT 1")
        assert database.run("DROP TABLE members CASCADE").errors == ()
        introspect(live.ask, live.database, live.version)
    assert str(raised.value).endswith(
        "cannot be read: something in it was dropped while it was read. "
        "Nothing was changed; try again later."
    )


def test_an_owner_who_is_gone_has_a_name(database: Database) -> None:
    """A damaged catalog is read as well."""
    script = """
        CREATE ROLE gone; CREATE ROLE member; GRANT gone TO member;
        CREATE TABLE docs (id int); ALTER TABLE docs OWNER TO gone;
        SET allow_system_table_mods = on; DELETE FROM pg_authid WHERE rolname = 'gone';
    """
    assert database.run(script).errors == ()
    owner = introspected(database).names["public", "docs"].owner
    database.run(
        "SET allow_system_table_mods = on; DROP TABLE docs;"
        "DELETE FROM pg_auth_members WHERE roleid NOT IN (SELECT oid FROM pg_authid)"
    )
    assert owner.startswith("role ")


def test_a_trigger_that_does_not_fire_is_not_enabled(database: Database) -> None:
    script = """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER a BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TRIGGER b BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TRIGGER c BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION f();
        ALTER TABLE docs DISABLE TRIGGER b, ENABLE REPLICA TRIGGER c;
    """
    assert database.run(SCHEMA + script).errors == ()
    triggers = introspected(database).names["public", "docs"].triggers
    assert [name for name, trigger in triggers.items() if trigger.enabled] == ["a"]


def test_functions_are_called_with_the_servers_search_path(database: Database) -> None:
    assert database.run(SCHEMA + "CREATE ROLE apart LOGIN").errors == ()
    with psycopg.connect(database.conninfo(), autocommit=True) as administrator:
        administrator.execute("ALTER ROLE apart SET search_path = 'elsewhere'")
        administrator.execute("ALTER SYSTEM SET search_path = 'app', '$user'")
        administrator.execute("SELECT pg_reload_conf()")
        try:
            paths = [paths_of_functions(database, role) for role in ("app_user", "apart")]
        finally:
            administrator.execute("ALTER SYSTEM RESET ALL")
            administrator.execute("SELECT pg_reload_conf()")
    assert paths == [{("app", "$user")}, {("$user", "public")}]


def paths_of_functions(database: Database, role: str) -> set[tuple[str, ...]]:
    with snapshot(database.conninfo(role)) as live:
        catalog = introspect(live.ask, live.database, live.version)
    return {function.search_path for function in catalog.functions.known()}


def test_the_grant_option_stays_whoever_else_grants_without_it(database: Database) -> None:
    script = """
        CREATE ROLE one; CREATE ROLE two; CREATE ROLE three;
        GRANT SELECT ON docs TO one, two WITH GRANT OPTION;
        SET ROLE one; GRANT SELECT ON docs TO three WITH GRANT OPTION;
        SET ROLE two; GRANT SELECT ON docs TO three;
    """
    assert database.run(SCHEMA + script).errors == ()
    docs = introspected(database).names["public", "docs"]
    assert docs.grants["three", "select", ""].grantable


ALIKE = """
    CREATE TABLE owners (tenant int);
    CREATE TABLE docs (tenant int, body text);
    CREATE TABLE notes (tenant int, body text);
    CREATE TABLE files (client int, body text);
    CREATE POLICY p ON docs USING (tenant = 1) WITH CHECK (tenant = 2);
    CREATE POLICY p ON notes USING (tenant = 2) WITH CHECK (tenant = 1);
    CREATE POLICY p ON files USING (client = 1) WITH CHECK (client = 2);
    CREATE POLICY q ON docs USING (EXISTS (SELECT FROM owners o WHERE o.tenant = docs.tenant));
    CREATE POLICY q ON notes USING (EXISTS (SELECT FROM owners o WHERE o.tenant = notes.tenant));
    CREATE POLICY q ON files USING (EXISTS (SELECT FROM owners o WHERE o.tenant = files.client));
    CREATE POLICY r ON docs USING (docs IS NOT NULL);
    CREATE POLICY r ON notes USING (notes IS NOT NULL);
"""


def test_conditions_of_one_tree_read_as_the_server_shows_each(database: Database) -> None:
    assert database.run(ALIKE).errors == ()
    found = {
        str(policy): policy.created.sql if policy.created is not None else ""
        for policy in introspected(database).policies()
    }
    shown = database.run(
        """SET search_path = ''; SELECT json_build_array('public.' || tablename || '.'
            || policyname, concat('USING ' || qual, E'\n  WITH CHECK ' || with_check))
        FROM pg_policies"""
    )
    conditions = dict(map(json.loads, shown.rows))
    assert len(conditions) == len(found) == 8
    assert {name for name in found if conditions[name] not in found[name]} == set()


def test_the_server_opens_one_table_for_a_condition_that_reads_alike_on_many(
    database: Database,
) -> None:
    tables = "".join(
        f"""CREATE TABLE docs_{number} (tenant int, extra_{number} text);
        CREATE POLICY p ON docs_{number} USING (tenant = 1) WITH CHECK (tenant = 2);"""
        for number in range(10, 40)
    )
    assert database.run(tables).errors == ()
    asked: list[str] = []
    with snapshot(database.conninfo()) as live:

        def noting(query: str) -> str:
            asked.append(query)
            return live.ask(query)

        catalog = introspect(noting, live.database, live.version)
    clauses = {abs(number) for query in asked for number in _listed(query)}
    assert len(list(catalog.policies())) == 30
    assert len(clauses) <= 2


def _listed(query: str) -> Iterator[int]:
    """Yield the numbers of clauses that a query lists."""
    _, _, listed = query.partition("unnest('{")
    yield from map(int, filter(None, listed.partition("}'")[0].split(",")))
