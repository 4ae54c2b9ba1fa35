"""What a live catalog shows beyond the facts that it shares with a replayed one."""

from __future__ import annotations

from rlslint.catalog.introspection import introspect
from rlslint.catalog.model import Catalog
from rlslint.live import snapshot
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


def test_a_function_body_stands_where_the_description_shows_it(database: Database) -> None:
    atomic = """CREATE FUNCTION "größe"(i int) RETURNS int LANGUAGE sql
        BEGIN ATOMIC SELECT i + 1; END;"""
    assert database.run(SCHEMA + atomic).errors == ()
    catalog = introspected(database)
    for name in ("tenant", "größe"):
        (function,) = catalog.function_names["public", name]
        statement = function.created
        assert statement is not None
        data = statement.text.data[function.body_start :]
        assert data.startswith(function.body.encode())
    assert "BEGIN ATOMIC" in catalog.function_names["public", "größe"][0].body


def test_the_size_of_a_table_is_what_the_planner_thinks(database: Database) -> None:
    assert database.run(SCHEMA).errors == ()
    catalog = introspected(database)
    assert catalog.names["public", "docs"].estimated_rows == 5000
    assert catalog.names["public", "members"].estimated_rows is None


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
    assert not objects.knows("rls_enabled")
    assert not catalog.roles["service_role"].declared
    assert catalog.roles["service_role"].bypassrls
