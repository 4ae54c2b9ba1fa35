"""Histories of which PostgreSQL refuses a part: neither side leaves anything out."""

# ruff: noqa: E501 (statements stay on one line)

SETUP = """
CREATE ROLE reader; CREATE ROLE boss SUPERUSER; CREATE SCHEMA app; CREATE SCHEMA other; GRANT ALL ON SCHEMA public TO reader;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int, body text, big bigint, tags text[], n numeric, d date);
CREATE POLICY own ON docs USING (tenant_id = 1);
"""

TEMPORARY = {
    "a temporary table before a permanent one": r"""
        CREATE TEMP TABLE docs (id int); ALTER TABLE docs ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON docs USING (true); \connect
    """,
    "a temporary table dropped, then the permanent one": r"""
        CREATE TEMP TABLE docs (id int); DROP TABLE docs; DROP TABLE docs;
        \connect
    """,
    "pg_temp named": r"""
        CREATE TABLE pg_temp.docs (id int); ALTER TABLE docs ENABLE ROW LEVEL SECURITY; ALTER TABLE pg_temp.docs FORCE ROW LEVEL SECURITY;
        \connect
    """,
    "pg_temp last in the path": r"""
        SET search_path = public, pg_temp; CREATE TEMP TABLE docs (id int); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
        \connect
    """,
    "pg_temp in the middle of the path": r"""
        SET search_path = app, pg_temp, public; CREATE TEMP TABLE docs (id int); ALTER TABLE docs ENABLE ROW LEVEL SECURITY; CREATE TABLE made (id int);
        \connect
    """,
    "a temporary view before a table": r"""
        CREATE TEMP VIEW docs AS SELECT * FROM public.docs; ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
        \connect
    """,
    "views on a temporary table": r"""
        CREATE TEMP TABLE t (id int); CREATE VIEW v AS SELECT * FROM t; CREATE VIEW public.w AS SELECT * FROM t;
        \connect
    """,
    "temporary partitions": r"""
        CREATE TABLE w (id int) PARTITION BY LIST (id); CREATE TEMP TABLE wp PARTITION OF w FOR VALUES IN (1);
        CREATE TEMP TABLE tw (id int) PARTITION BY LIST (id); CREATE TABLE twp PARTITION OF tw FOR VALUES IN (1); CREATE TEMP TABLE twq PARTITION OF tw FOR VALUES IN (1);
        \connect
    """,
    "foreign keys of temporary tables": r"""
        CREATE TEMP TABLE k (id int REFERENCES docs); CREATE TEMP TABLE k1 (id int PRIMARY KEY); CREATE TABLE k2 (id int REFERENCES k1);
        \connect
    """,
    "ON COMMIT DROP in a block": r"""
        DO $$ BEGIN CREATE TEMP TABLE docs (id int) ON COMMIT DROP; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; END $$; ALTER TABLE docs FORCE ROW LEVEL SECURITY;
        \connect
    """,
    "ON COMMIT DROP in a function": r"""
        CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE docs ON COMMIT DROP AS SELECT 1 AS id; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; END $$; SELECT f(); ALTER TABLE docs FORCE ROW LEVEL SECURITY; BEGIN; SELECT f(); ALTER TABLE docs ENABLE ROW LEVEL SECURITY; COMMIT; CREATE POLICY z ON docs;
        \connect
    """,
    "ON COMMIT DROP behind a savepoint": """
        BEGIN; SAVEPOINT s; CREATE TEMP TABLE docs (id int) ON COMMIT DROP; ROLLBACK TO s; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; COMMIT;
    """,
    "ON COMMIT DROP in a procedure that commits": r"""
        CREATE PROCEDURE f() LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE docs (id int) ON COMMIT DROP; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; COMMIT; ALTER TABLE docs FORCE ROW LEVEL SECURITY; END $$; CALL f();
        \connect
    """,
    "a temporary table under another name": r"""
        CREATE TEMP TABLE a (id int); ALTER TABLE a RENAME TO docs; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; ALTER TABLE docs SET SCHEMA app;
        \connect
    """,
    "IF NOT EXISTS beside a temporary table": r"""
        CREATE TEMP TABLE docs (id int); CREATE TABLE IF NOT EXISTS docs (z int); CREATE TABLE IF NOT EXISTS fresh (z int); CREATE TEMP TABLE IF NOT EXISTS fresh (y int); ALTER TABLE fresh ENABLE ROW LEVEL SECURITY;
        \connect
    """,
    "indexes of one name": r"""
        CREATE TEMP TABLE docs (id int, z int); CREATE INDEX i ON docs (z); DROP INDEX i; CREATE INDEX i ON public.docs (tenant_id); CREATE INDEX i ON docs (z); DROP INDEX i;
        \connect
    """,
    "DISCARD ALL in a transaction": """
        BEGIN; CREATE TABLE one (id int); DISCARD ALL; CREATE TABLE two (id int); COMMIT;
    """,
    "DISCARD TEMP in a transaction": """
        BEGIN; CREATE TEMP TABLE docs (id int); DISCARD TEMP; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; COMMIT;
    """,
    "DISCARD PLANS": r"""
        CREATE TEMP TABLE docs (id int); SET search_path = app; DISCARD PLANS; DISCARD SEQUENCES; CREATE TABLE x (id int); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
        \connect
    """,
    "DISCARD ALL in a function": r"""
        CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DISCARD ALL'; END $$; CREATE TEMP TABLE docs (id int); SELECT f(); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
        \connect
    """,
}

TRANSACTIONS = {
    "an error in a query": """
        BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; SELECT 1/0; COMMIT;
    """,
    "an error of a block": """
        BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; DO $$ BEGIN RAISE EXCEPTION 'x'; END $$; COMMIT;
    """,
    "COMMIT AND CHAIN of a failed one": """
        BEGIN; CREATE TABLE one (id int); SELECT 1/0; COMMIT AND CHAIN; CREATE TABLE two (id int); COMMIT;
    """,
    "savepoints outside of a transaction": """
        SAVEPOINT a; CREATE TABLE one (id int); ROLLBACK TO a; RELEASE a; COMMIT; ROLLBACK;
    """,
    "CREATE INDEX CONCURRENTLY": """
        BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; CREATE INDEX CONCURRENTLY ON docs (tenant_id); COMMIT;
    """,
    "VACUUM": """
        BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; VACUUM docs; COMMIT;
    """,
    "CREATE DATABASE": """
        BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; CREATE DATABASE zz; COMMIT;
    """,
    "DROP INDEX CONCURRENTLY": """
        CREATE INDEX i ON docs (tenant_id); BEGIN; DROP INDEX CONCURRENTLY i; COMMIT;
    """,
    "DETACH CONCURRENTLY": """
        CREATE TABLE w (id int) PARTITION BY LIST (id); CREATE TABLE wp PARTITION OF w FOR VALUES IN (1); BEGIN; ALTER TABLE w DETACH PARTITION wp CONCURRENTLY; COMMIT;
    """,
    "COMMIT of a block in a transaction": """
        BEGIN; DO $$ BEGIN CREATE TABLE one (id int); COMMIT; CREATE TABLE two (id int); END $$; COMMIT;
    """,
    "COMMIT of a procedure in a transaction": """
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE one (id int); COMMIT; END $$; BEGIN; CREATE TABLE zero (id int); CALL p(); COMMIT;
    """,
    "a procedure with SET commits": """
        CREATE PROCEDURE p() LANGUAGE plpgsql SET search_path = app AS $$ BEGIN CREATE TABLE one (id int); COMMIT; CREATE TABLE two (id int); END $$; CALL p();
    """,
    "a procedure with SECURITY DEFINER commits": """
        CREATE PROCEDURE p() LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN CREATE TABLE one (id int); COMMIT; CREATE TABLE two (id int); END $$; CALL p();
    """,
    "COMMIT in an EXCEPTION block": """
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE one (id int); BEGIN COMMIT; EXCEPTION WHEN OTHERS THEN CREATE TABLE three (id int); END; CREATE TABLE two (id int); END $$; CALL p();
    """,
    "COMMIT below a function": """
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE one (id int); COMMIT; END $$; CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL p(); END $$; SELECT f();
    """,
    "COMMIT below a block": """
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE one (id int); COMMIT; END $$; DO $$ BEGIN CREATE TABLE zero (id int); CALL p(); CREATE TABLE two (id int); ROLLBACK; END $$;
    """,
    "SET LOCAL until a procedure commits": """
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN SET LOCAL search_path = app; CREATE TABLE one (id int); COMMIT; CREATE TABLE two (id int); SET search_path = app; ROLLBACK; CREATE TABLE three (id int); END $$; CALL p();
    """,
    "COMMIT and ROLLBACK in turn": """
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ DECLARE i int; BEGIN FOR i IN 1..4 LOOP EXECUTE format('CREATE TABLE t%s (id int)', i); IF i % 2 = 0 THEN COMMIT; ELSE ROLLBACK; END IF; END LOOP; END $$; CALL p();
    """,
    "EXECUTE of COMMIT": """
        DO $$ BEGIN CREATE TABLE one (id int); EXECUTE 'COMMIT'; END $$;
    """,
    "a savepoint in a block": """
        DO $$ BEGIN CREATE TABLE one (id int); SAVEPOINT a; END $$;
    """,
    "an error after COMMIT": """
        DO $$ BEGIN CREATE TABLE one (id int); COMMIT; CREATE TABLE two (id int); RAISE EXCEPTION 'z'; END $$;
    """,
    "an error in an EXCEPTION block": """
        DO $$ BEGIN ALTER TABLE docs ENABLE ROW LEVEL SECURITY; BEGIN ALTER TABLE docs FORCE ROW LEVEL SECURITY; PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN NULL; END; END $$;
    """,
}

SETTINGS = {
    "SET LOCAL outside of a transaction": """
        SET LOCAL search_path = app; CREATE TABLE one (id int); SET LOCAL ROLE boss; CREATE TABLE two (id int);
    """,
    "set_config(…, true) outside of a transaction": """
        SELECT set_config('search_path', 'app', true); CREATE TABLE one (id int); SELECT set_config('role', 'boss', true); CREATE TABLE two (id int);
    """,
    "set_config(…, true) in a transaction": """
        BEGIN; SELECT set_config('search_path', 'app', true); CREATE TABLE one (id int); SELECT set_config('role', 'boss', true); CREATE TABLE two (id int); COMMIT; CREATE TABLE three (id int);
    """,
    "set_config with WHERE": """
        SELECT set_config('search_path', 'app', false) WHERE false; CREATE TABLE one (id int); SELECT set_config('search_path', 'app', false) WHERE true; CREATE TABLE two (id int);
    """,
    "set_config of the present path": """
        SELECT set_config('search_path', 'app,' || current_setting('search_path'), false); CREATE TABLE one (id int);
    """,
    "set_config of what format() makes": """
        SELECT set_config('search_path', format('%I', 'app'), false); CREATE TABLE one (id int);
    """,
    "set_config of roles": """
        SET ROLE boss; SELECT set_config('role', 'none', false); CREATE TABLE one (id int); SELECT set_config('session_authorization', 'boss', false); CREATE TABLE two (id int); RESET SESSION AUTHORIZATION;
    """,
    "set_config of NULL": """
        SET search_path = app; SELECT set_config('search_path', NULL, false); CREATE TABLE one (id int);
    """,
    "SET ROLE in a block": """
        DO $$ BEGIN SET LOCAL ROLE boss; CREATE TABLE one (id int); END $$; CREATE TABLE two (id int); DO $$ BEGIN SET ROLE boss; END $$; CREATE TABLE three (id int);
    """,
    "SET in a function with a path of its own": """
        CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SET search_path = app AS $$ BEGIN CREATE TABLE one (id int); SET search_path = other; CREATE TABLE two (id int); END $$; SELECT f(); CREATE TABLE three (id int);
    """,
    "a function with a role of its own": """
        CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SET role = boss AS $$ BEGIN CREATE TABLE two (id int); END $$; SELECT f(); CREATE TABLE three (id int);
    """,
    "RESET ALL that is rolled back": """
        SET search_path = app; BEGIN; RESET ALL; CREATE TABLE one (id int); ROLLBACK; CREATE TABLE two (id int);
    """,
    "DISCARD ALL": """
        SET search_path = app; SET SESSION AUTHORIZATION boss; DISCARD ALL; CREATE TABLE one (id int);
    """,
}

ALL = TEMPORARY | TRANSACTIONS | SETTINGS
