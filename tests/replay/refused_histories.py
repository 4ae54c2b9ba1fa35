"""Histories of which PostgreSQL refuses a part: neither side leaves anything out."""

# ruff: noqa: E501 (statements stay on one line)

SETUP = """
CREATE ROLE reader; CREATE ROLE boss SUPERUSER; CREATE ROLE owner1; CREATE SCHEMA app; CREATE SCHEMA other; GRANT ALL ON SCHEMA public TO reader, owner1; CREATE TABLE lines (id int, x text);
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int, body text, big bigint, tags text[], n numeric, d date);
CREATE POLICY own ON docs USING (tenant_id = 1);
"""

READ_ONLY = {
    "a transaction that begins read only": r"""
        BEGIN READ ONLY; CREATE TABLE made (id int); COMMIT; CREATE TABLE later (id int);
        START TRANSACTION READ WRITE; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; COMMIT;
        BEGIN READ ONLY; SAVEPOINT s; ALTER TABLE lines ENABLE ROW LEVEL SECURITY; ROLLBACK TO s; SET TIME ZONE 'UTC'; COMMIT;
    """,
    "a transaction that is set read only": r"""
        BEGIN; CREATE TABLE before (id int); COMMIT; BEGIN; SET TRANSACTION READ ONLY; DROP POLICY own ON docs; COMMIT;
        BEGIN; SET LOCAL transaction_read_only = on; CREATE TABLE made (id int); COMMIT; BEGIN; CREATE TABLE later (id int); COMMIT;
        SET TRANSACTION READ ONLY; CREATE TABLE alone (id int);
    """,
    "a session of transactions that are read only": r"""
        SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; CREATE TABLE made (id int); BEGIN READ WRITE; CREATE TABLE written (id int); COMMIT;
        BEGIN; GRANT SELECT ON docs TO reader; COMMIT; SELECT 1 AS id INTO chosen; DO $$ BEGIN CREATE TABLE in_block (id int); END $$;
        SET default_transaction_read_only = off; GRANT SELECT ON docs TO reader; SET default_transaction_read_only = true; CREATE ROLE late;
        RESET default_transaction_read_only; CREATE ROLE later;
    """,
    "a default that is set in a transaction": r"""
        BEGIN; SET default_transaction_read_only = on; CREATE TABLE made (id int); COMMIT; CREATE TABLE late (id int);
        BEGIN READ WRITE; SET LOCAL default_transaction_read_only = off; COMMIT; CREATE TABLE later (id int); RESET ALL; CREATE TABLE last (id int);
    """,
}

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
        CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE INDEX CONCURRENTLY ON parts (id); CREATE INDEX ON parts (id);
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

OVERLOADS = {
    "overloads by type": """
        CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION f(text) RETURNS bool LANGUAGE sql AS 'select false'; CREATE POLICY p ON docs USING (f(id)); CREATE POLICY q ON docs USING (f(body)); CREATE POLICY r ON docs USING (f('x')); CREATE POLICY s ON docs USING (f(1)); CREATE POLICY t ON docs USING (f(NULL)); CREATE POLICY w ON docs USING (f(id::text)); DROP FUNCTION f(int) CASCADE;
    """,
    "overloads, a literal among the arguments": """
        CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION f(text) RETURNS bool LANGUAGE sql AS 'select false'; CREATE POLICY p ON docs USING (f(id)); CREATE POLICY q ON docs USING (f(body)); CREATE POLICY r ON docs USING (f('x')); CREATE POLICY t ON docs USING (f(current_setting('a.b'))); CREATE POLICY v ON docs USING (f(current_user)); DROP FUNCTION f(text) CASCADE;
    """,
    "overloads with defaults": """
        CREATE FUNCTION f(int, int DEFAULT 1) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION f(text) RETURNS bool LANGUAGE sql AS 'select false'; CREATE POLICY p ON docs USING (f(id)); CREATE POLICY q ON docs USING (f(body)); CREATE POLICY r ON docs USING (f(id, 2)); DROP FUNCTION f(int, int) CASCADE;
    """,
    "a default or the exact type": """
        CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION f(bigint, int DEFAULT 1) RETURNS bool LANGUAGE sql AS 'select false'; CREATE POLICY p ON docs USING (f(id)); CREATE POLICY q ON docs USING (f(big)); DROP FUNCTION f(int) CASCADE;
    """,
    "VARIADIC beside one argument": """
        CREATE FUNCTION f(VARIADIC int[]) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql AS 'select false'; CREATE POLICY p ON docs USING (f(id)); CREATE POLICY q ON docs USING (f(id, 2)); CREATE POLICY r ON docs USING (f(VARIADIC ARRAY[1])); CREATE POLICY s ON docs USING (f(id, 2, 3)); DROP FUNCTION f(int[]) CASCADE;
    """,
    "VARIADIC of any type": """
        CREATE FUNCTION f(VARIADIC anyarray) RETURNS bool LANGUAGE sql AS 'select true'; CREATE POLICY p ON docs USING (f(id, 2)); CREATE POLICY q ON docs USING (f(body)); DROP FUNCTION f CASCADE;
    """,
    "arguments by name": """
        CREATE FUNCTION f(a int, b text DEFAULT 'x') RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION f(b text, a int DEFAULT 1) RETURNS bool LANGUAGE sql AS 'select true'; CREATE POLICY p ON docs USING (f(a => id)); CREATE POLICY q ON docs USING (f(b => body)); DROP FUNCTION f(int, text) CASCADE;
    """,
    "overloads along the path": """
        SET search_path = app, public; CREATE FUNCTION app.f(int) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION public.f(int) RETURNS bool LANGUAGE sql AS 'select false'; CREATE FUNCTION public.f(bigint) RETURNS bool LANGUAGE sql AS 'select false'; CREATE POLICY p ON docs USING (f(id)); CREATE POLICY q ON docs USING (f(big)); CREATE POLICY r ON docs USING (public.f(id)); DROP FUNCTION f(int) CASCADE;
    """,
    "a better overload later in the path": """
        SET search_path = app, public; CREATE FUNCTION app.f(bigint) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION public.f(int) RETURNS bool LANGUAGE sql AS 'select false'; CREATE POLICY p ON docs USING (f(id)); DROP FUNCTION app.f(bigint) CASCADE;
    """,
    "pg_catalog last in the path": """
        SET search_path = app, public, pg_catalog; CREATE FUNCTION app.upper(text) RETURNS text LANGUAGE sql AS 'select $1'; CREATE POLICY p ON docs USING (upper(body) = 'A'); DROP FUNCTION app.upper(text) CASCADE;
    """,
    "an overload of PostgreSQL's own function": """
        CREATE FUNCTION public.length(int) RETURNS int LANGUAGE sql AS 'select 1'; CREATE POLICY p ON docs USING (length(id) = 1); CREATE POLICY q ON docs USING (length(body) = 1); DROP FUNCTION length(int) CASCADE;
    """,
    "the type that a function returns": """
        CREATE FUNCTION me() RETURNS uuid LANGUAGE sql AS 'select null::uuid'; CREATE FUNCTION f(uuid) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION f(text) RETURNS bool LANGUAGE sql AS 'select true'; CREATE POLICY p ON docs USING (f(me())); CREATE POLICY q ON docs USING (f((SELECT me()))); CREATE POLICY r ON docs USING (f(current_setting('a.b')::uuid)); CREATE POLICY s ON docs USING (f(nullif(current_setting('a.b', true), ''))); DROP FUNCTION f(uuid) CASCADE;
    """,
    "an enumeration or text": """
        CREATE TYPE mood AS ENUM ('a'); CREATE TABLE k (x mood); CREATE FUNCTION f(mood) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION f(text) RETURNS bool LANGUAGE sql AS 'select true'; CREATE POLICY p ON k USING (f(x)); CREATE POLICY q ON k USING (f('a')); CREATE POLICY r ON k USING (f('a'::mood)); DROP FUNCTION f(mood) CASCADE;
    """,
    "overloads that run DDL": """
        CREATE FUNCTION g(int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE docs ENABLE ROW LEVEL SECURITY'; END $$; CREATE FUNCTION g(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE docs FORCE ROW LEVEL SECURITY'; END $$; SELECT g('docs');
    """,
    "overloads by a variable's type": """
        CREATE FUNCTION g(int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE docs ENABLE ROW LEVEL SECURITY'; END $$; CREATE FUNCTION g(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE docs FORCE ROW LEVEL SECURITY'; END $$; DO $$ DECLARE t int := 1; BEGIN PERFORM g(t); END $$;
    """,
    "overloads by a cast": """
        CREATE FUNCTION g(regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', $1); END $$; CREATE FUNCTION g(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', $1); END $$; SELECT g('docs'::regclass);
    """,
    "overloads of a procedure": """
        CREATE PROCEDURE g(int) LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE docs ENABLE ROW LEVEL SECURITY'; END $$; CREATE PROCEDURE g(text) LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE docs FORCE ROW LEVEL SECURITY'; END $$; CALL g('docs');
    """,
    "an array or a text": """
        CREATE FUNCTION g(text[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE docs ENABLE ROW LEVEL SECURITY'; END $$; CREATE FUNCTION g(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE docs FORCE ROW LEVEL SECURITY'; END $$; SELECT g(ARRAY['docs']);
    """,
    "overloads that run DDL along the path": """
        CREATE FUNCTION app.g(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE public.docs ENABLE ROW LEVEL SECURITY'; END $$; CREATE FUNCTION public.g(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER TABLE public.docs FORCE ROW LEVEL SECURITY'; END $$; SET search_path = app, public; SELECT g('x');
    """,
    "VARIADIC in a call": """
        CREATE FUNCTION g(VARIADIC names text[]) RETURNS void LANGUAGE plpgsql AS $$ DECLARE n text; BEGIN FOREACH n IN ARRAY names LOOP EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', n); END LOOP; END $$; CREATE TABLE b(id int); SELECT g(VARIADIC ARRAY['docs', 'b']);
    """,
}

CASCADES = {
    "an operator": """
        CREATE FUNCTION eq(int, int) RETURNS bool LANGUAGE sql AS 'select true'; CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = eq); CREATE POLICY p ON docs USING (tenant_id === 1); CREATE VIEW v AS SELECT * FROM docs WHERE id === 1; DROP OPERATOR === (int, int) CASCADE;
    """,
    "the function of an operator": """
        CREATE FUNCTION eq(int, int) RETURNS bool LANGUAGE sql AS 'select true'; CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = eq); CREATE POLICY p ON docs USING (tenant_id === 1); CREATE VIEW v AS SELECT * FROM docs WHERE id === 1; DROP FUNCTION eq CASCADE;
    """,
    "operators by type": """
        CREATE FUNCTION eq(int, int) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION eqt(text, text) RETURNS bool LANGUAGE sql AS 'select true'; CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = eq); CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = eqt); CREATE POLICY p ON docs USING (tenant_id === 1); CREATE POLICY q ON docs USING (body === 'a'); DROP OPERATOR === (text, text) CASCADE;
    """,
    "an operator that is needed": """
        CREATE FUNCTION eq(int, int) RETURNS bool LANGUAGE sql AS 'select true'; CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = eq); CREATE POLICY p ON docs USING (tenant_id === 1); DROP OPERATOR === (int, int); DROP FUNCTION eq;
    """,
    "a type": """
        CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE k (id int, m mood, o mood DEFAULT 'a'); CREATE POLICY q ON k USING (m = 'a'); CREATE POLICY r ON docs USING (body::mood = 'a'); CREATE FUNCTION f(mood) RETURNS bool LANGUAGE sql AS 'select true'; CREATE FUNCTION h() RETURNS mood LANGUAGE sql AS $$select 'a'::mood$$; CREATE POLICY s ON docs USING (h() IS NOT NULL); CREATE VIEW v AS SELECT m FROM k; DROP TYPE mood CASCADE;
    """,
    "a type of array elements": """
        CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE k (id int, m mood[]); CREATE POLICY q ON k USING ('a' = ANY (m)); CREATE POLICY r ON docs USING (tags::mood[] IS NOT NULL); DROP TYPE mood CASCADE;
    """,
    "a type that is needed": """
        CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE k (id int, m mood); DROP TYPE mood; ALTER TABLE k DROP COLUMN m; DROP TYPE mood;
    """,
    "a domain": """
        CREATE DOMAIN dom AS int CHECK (VALUE > 0); CREATE TABLE k (id int, m dom); CREATE POLICY q ON k USING (m = 1); CREATE POLICY r ON docs USING (id::dom = 1); CREATE DOMAIN dom2 AS dom; CREATE TABLE k2 (id int, m dom2); DROP DOMAIN dom CASCADE;
    """,
    "what a column is generated from": """
        CREATE TABLE k (id int, g int GENERATED ALWAYS AS (id + 1) STORED); CREATE POLICY q ON k USING (g = 1); ALTER TABLE k DROP COLUMN id; ALTER TABLE k DROP COLUMN id CASCADE;
    """,
    "a function that generates a column": """
        CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'select 1'; CREATE TABLE k (id int, g int GENERATED ALWAYS AS (f(id)) STORED); CREATE POLICY q ON k USING (g = 1); CREATE VIEW v AS SELECT g FROM k; DROP FUNCTION f CASCADE;
    """,
    "a key that GROUP BY needs": """
        CREATE VIEW v AS SELECT id, body FROM docs GROUP BY id; ALTER TABLE docs DROP CONSTRAINT docs_pkey; ALTER TABLE docs DROP CONSTRAINT docs_pkey CASCADE;
    """,
    "a key behind views and policies": """
        CREATE VIEW v AS SELECT id, body FROM docs GROUP BY id; CREATE VIEW w AS SELECT * FROM v; CREATE POLICY q ON docs USING (id IN (SELECT id FROM w)); ALTER TABLE docs DROP CONSTRAINT docs_pkey CASCADE;
    """,
    "a key in a join": """
        CREATE TABLE k (id int REFERENCES docs); CREATE VIEW v AS SELECT d.id, d.body, count(*) FROM docs d JOIN k ON k.id = d.id GROUP BY d.id; CREATE VIEW w AS SELECT id, count(*) FROM docs GROUP BY id; ALTER TABLE docs DROP CONSTRAINT docs_pkey CASCADE;
    """,
    "a key in a policy": """
        CREATE POLICY q ON docs USING (EXISTS (SELECT d.id, d.body FROM docs d GROUP BY d.id)); ALTER TABLE docs DROP CONSTRAINT docs_pkey CASCADE;
    """,
    "the index of a constraint": """
        DROP INDEX docs_pkey; DROP INDEX docs_pkey CASCADE;
    """,
    "a sequence": """
        CREATE SEQUENCE s; CREATE TABLE k (id int DEFAULT nextval('s'), x int DEFAULT nextval('s'::regclass)); CREATE POLICY q ON k USING (id < nextval('s')); CREATE VIEW v AS SELECT nextval('s') AS n; DROP SEQUENCE s; DROP SEQUENCE s CASCADE;
    """,
    "a sequence that a table owns": """
        CREATE SEQUENCE s; CREATE TABLE k (id int); ALTER SEQUENCE s OWNED BY k.id; CREATE TABLE m (id int DEFAULT nextval('s')); DROP TABLE k; DROP TABLE k CASCADE;
    """,
    "the sequence of a serial column": """
        CREATE TABLE k (id serial, x int); CREATE TABLE m (id int DEFAULT nextval('k_id_seq')); ALTER TABLE k DROP COLUMN id; ALTER TABLE k DROP COLUMN id CASCADE;
    """,
    "views on a function": """
        CREATE FUNCTION rows_of() RETURNS SETOF docs LANGUAGE sql AS 'select * from docs'; CREATE VIEW v AS SELECT * FROM rows_of(); CREATE VIEW w AS SELECT * FROM v; CREATE POLICY q ON docs USING (id IN (SELECT id FROM w)); DROP FUNCTION rows_of CASCADE;
    """,
    "the type of a table's rows": """
        CREATE FUNCTION rows_of() RETURNS SETOF docs LANGUAGE sql AS 'select * from docs'; CREATE FUNCTION takes(docs) RETURNS bool LANGUAGE sql AS 'select true'; CREATE POLICY q ON docs USING (takes(docs)); CREATE TABLE k (id int, d docs); DROP TABLE docs; DROP TABLE docs CASCADE;
    """,
    "a rule": """
        CREATE TABLE log (id int); CREATE RULE r AS ON INSERT TO docs DO ALSO INSERT INTO log VALUES (1); DROP TABLE log; DROP TABLE log CASCADE;
    """,
    "a trigger of a column": """
        CREATE FUNCTION react() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER t BEFORE UPDATE OF body ON docs FOR EACH ROW EXECUTE FUNCTION react(); ALTER TABLE docs DROP COLUMN body;
    """,
    "the column of a trigger's condition": """
        CREATE FUNCTION react() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER t BEFORE UPDATE ON docs FOR EACH ROW WHEN (OLD.body IS DISTINCT FROM NEW.body) EXECUTE FUNCTION react(); ALTER TABLE docs DROP COLUMN body; ALTER TABLE docs DROP COLUMN body CASCADE;
    """,
    "the function of a trigger's condition": """
        CREATE FUNCTION react() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE FUNCTION f(text) RETURNS bool LANGUAGE sql AS 'select true'; CREATE TRIGGER t BEFORE UPDATE ON docs FOR EACH ROW WHEN (f(NEW.body)) EXECUTE FUNCTION react(); DROP FUNCTION f; DROP FUNCTION f CASCADE;
    """,
    "the function of a trigger": """
        CREATE FUNCTION react() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER t BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION react(); DROP FUNCTION react(); DROP FUNCTION react() CASCADE;
    """,
    "a function in SQL's own form": """
        CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT max(id) FROM docs; END; CREATE POLICY q ON docs USING (f() = 1); CREATE TABLE k (id int); CREATE POLICY z ON k USING (f() = 1); DROP TABLE docs; DROP TABLE docs CASCADE;
    """,
    "the default of an argument": """
        CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'select 1'; CREATE FUNCTION b(x int DEFAULT a()) RETURNS int LANGUAGE sql AS 'select 1'; CREATE POLICY q ON docs USING (b() = 1); DROP FUNCTION a CASCADE;
    """,
    "a cast": """
        CREATE TYPE mood AS ENUM ('a'); CREATE FUNCTION c(mood) RETURNS int LANGUAGE sql AS 'select 1'; CREATE CAST (mood AS int) WITH FUNCTION c(mood); CREATE TABLE k (m mood); CREATE POLICY q ON k USING (m::int = 1); DROP CAST (mood AS int) CASCADE;
    """,
    "all of a schema": """
        CREATE FUNCTION app.f(int) RETURNS bool LANGUAGE sql AS 'select true'; CREATE POLICY q ON docs USING (app.f(id)); CREATE TYPE app.mood AS ENUM ('a'); CREATE TABLE k (m app.mood, x int); CREATE DOMAIN app.dom AS int; ALTER TABLE k ADD y app.dom; DROP SCHEMA app; DROP SCHEMA app CASCADE;
    """,
    "the sequence of a schema": """
        CREATE SEQUENCE app.s; CREATE TABLE k (id int DEFAULT nextval('app.s')); DROP SCHEMA app CASCADE;
    """,
    "foreign keys": """
        CREATE TABLE k (id int REFERENCES docs); DROP TABLE docs; ALTER TABLE docs DROP CONSTRAINT docs_pkey; ALTER TABLE docs DROP COLUMN id; ALTER TABLE docs DROP COLUMN id CASCADE;
    """,
    "several at once": """
        CREATE VIEW v AS SELECT id FROM docs; CREATE VIEW w AS SELECT * FROM v; DROP VIEW v, w; CREATE TABLE k (id int REFERENCES docs); DROP TABLE docs, k;
    """,
}

REFUSED = {
    "columns that a policy lacks": """
        CREATE POLICY p ON docs USING (nowhere = 1); CREATE POLICY q ON docs USING (docs.nowhere = 1); CREATE POLICY r ON docs FOR INSERT WITH CHECK (nope IS NOT NULL); ALTER POLICY own ON docs USING (nowhere = 2);
    """,
    "columns that a sub-select lacks": """
        CREATE POLICY p ON docs USING (EXISTS (SELECT 1 FROM lines WHERE lines.nowhere = 1)); CREATE POLICY q ON docs USING (EXISTS (SELECT 1 FROM lines WHERE lines.id = docs.nowhere)); CREATE POLICY r ON docs USING (EXISTS (SELECT 1 FROM lines WHERE nowhere = 1)); CREATE POLICY s ON docs USING (id IN (SELECT nowhere FROM lines)); CREATE POLICY t ON docs USING (EXISTS (SELECT 1 FROM lines a WHERE lines.id = 1));
    """,
    "conditions that are no booleans": """
        CREATE POLICY p ON docs USING (tenant_id); CREATE POLICY q ON docs USING (body); CREATE POLICY r ON docs USING (1); CREATE POLICY s ON docs USING (coalesce(id, 1)); CREATE POLICY t ON docs USING ('true');
    """,
    "clauses that a command has not": """
        CREATE POLICY p ON docs FOR SELECT USING (true) WITH CHECK (true); CREATE POLICY q ON docs FOR INSERT USING (true); CREATE POLICY r ON docs FOR DELETE WITH CHECK (true); CREATE POLICY s ON docs FOR INSERT WITH CHECK (true); ALTER POLICY s ON docs USING (true); CREATE POLICY t ON docs FOR DELETE USING (true); ALTER POLICY t ON docs WITH CHECK (true);
    """,
    "policies that are not there": """
        DROP POLICY nope ON docs; DROP POLICY IF EXISTS nope ON docs; ALTER POLICY nope ON docs USING (true); ALTER POLICY own ON docs RENAME TO own; CREATE POLICY two ON docs; ALTER POLICY two ON docs RENAME TO own; ALTER POLICY nope ON docs RENAME TO x;
    """,
    "columns that a CHECK lacks": """
        ALTER TABLE docs ADD CONSTRAINT c CHECK (nowhere > 0); ALTER TABLE docs ADD CONSTRAINT d CHECK (id > 0 AND docs.nope = 1); CREATE TABLE t (id int, CHECK (nope > 0)); CREATE TABLE u (id int CHECK (nope > 0)); ALTER TABLE docs ADD COLUMN z int CHECK (zz > 0);
    """,
    "columns that a key lacks": """
        ALTER TABLE docs ADD UNIQUE (nowhere); ALTER TABLE docs ADD CONSTRAINT fk FOREIGN KEY (nope) REFERENCES lines (id); ALTER TABLE lines ADD FOREIGN KEY (id) REFERENCES docs (nope); CREATE TABLE t (id int, PRIMARY KEY (nope)); CREATE TABLE u (id int REFERENCES docs (nope)); ALTER TABLE lines ADD FOREIGN KEY (id) REFERENCES docs (tenant_id); CREATE TABLE w (id int REFERENCES lines);
    """,
    "foreign keys of other types": """
        CREATE TABLE t (id text REFERENCES docs); ALTER TABLE lines ADD FOREIGN KEY (x) REFERENCES docs (id);
    """,
    "columns that an index lacks": """
        CREATE INDEX ON docs (nowhere); CREATE INDEX i ON docs (lower(nope)); CREATE INDEX j ON docs (id) WHERE nope > 0; CREATE INDEX lines ON docs (id); CREATE INDEX docs ON docs (id);
    """,
    "privileges on columns that are not there": """
        GRANT SELECT (nowhere) ON docs TO reader; GRANT SELECT (id, nope) ON docs TO reader; REVOKE SELECT (nope) ON docs FROM reader; GRANT INSERT (id) ON docs TO reader; GRANT DELETE (id) ON docs TO reader; GRANT EXECUTE ON docs TO reader;
    """,
    "OR REPLACE with other columns": """
        CREATE VIEW v AS SELECT id, tenant_id FROM docs; CREATE OR REPLACE VIEW v AS SELECT id FROM docs; CREATE OR REPLACE VIEW v AS SELECT tenant_id, id FROM docs; CREATE OR REPLACE VIEW v WITH (security_invoker) AS SELECT id, body AS tenant_id FROM docs; CREATE OR REPLACE VIEW v AS SELECT id, tenant_id, body FROM docs; CREATE OR REPLACE VIEW docs AS SELECT 1;
    """,
    "functions renamed to others": """
        CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'select 1'; CREATE FUNCTION g(int) RETURNS int LANGUAGE sql AS 'select 1'; ALTER FUNCTION f(int) RENAME TO g; CREATE FUNCTION app.f(int) RETURNS int LANGUAGE sql AS 'select 1'; ALTER FUNCTION f(int) SET SCHEMA app;
    """,
    "a table under its former name": """
        ALTER TABLE lines RENAME TO kk; ALTER TABLE lines ENABLE ROW LEVEL SECURITY; ALTER TABLE kk ENABLE ROW LEVEL SECURITY; ALTER TABLE public.lines FORCE ROW LEVEL SECURITY;
    """,
    "a role that was dropped": """
        CREATE ROLE gone; DROP ROLE gone; GRANT SELECT ON docs TO gone; CREATE POLICY p ON docs TO gone USING (true); ALTER TABLE docs OWNER TO gone; SET ROLE gone; CREATE TABLE t (id int); DROP ROLE gone; ALTER ROLE gone LOGIN; GRANT reader TO gone;
    """,
    "a column that was dropped": """
        ALTER TABLE lines DROP COLUMN x; CREATE POLICY p ON lines USING (x = 'a'); ALTER TABLE lines ALTER x SET NOT NULL; ALTER TABLE lines DROP COLUMN x; CREATE INDEX ON lines (x); ALTER TABLE lines RENAME x TO y;
    """,
    "what a member of the owner may do": """
        ALTER TABLE docs OWNER TO owner1; GRANT owner1 TO reader; SET ROLE reader; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; RESET ROLE;
    """,
    "functions of others": """
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'; SET ROLE owner1; CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'select 1'; ALTER FUNCTION f() SECURITY DEFINER; DROP FUNCTION f();
    """,
    "views of others": """
        CREATE VIEW v AS SELECT 1 AS id; SET ROLE owner1; CREATE OR REPLACE VIEW v AS SELECT 2 AS id; DROP VIEW v; CREATE VIEW w AS SELECT * FROM docs;
    """,
    "roles that own or may something": """
        ALTER TABLE docs OWNER TO owner1; DROP ROLE owner1; GRANT SELECT ON lines TO reader; DROP ROLE reader; REVOKE SELECT ON lines FROM reader; DROP ROLE reader; CREATE ROLE p1; CREATE POLICY p ON lines TO p1 USING (true); DROP ROLE p1; CREATE ROLE d1; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO d1; DROP ROLE d1; CREATE ROLE m1; GRANT m1 TO boss; DROP ROLE m1; DROP ROLE IF EXISTS nope; DROP ROLE nope;
    """,
    "members of themselves": """
        GRANT reader TO boss; GRANT boss TO reader; GRANT reader TO reader;
    """,
}

ROWS = {
    "a transaction that changes rows of a table that is gone": r"""
        DROP TABLE lines; BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; INSERT INTO lines VALUES (1); COMMIT;
        ALTER TABLE docs RENAME TO papers; BEGIN; ALTER TABLE papers FORCE ROW LEVEL SECURITY; UPDATE docs SET body = 'x'; COMMIT;
        BEGIN; CREATE POLICY p ON papers USING (true); DELETE FROM public.docs; COMMIT; CREATE TABLE docs (id int); BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; DELETE FROM docs; COMMIT;
    """,
    "a transaction that names columns that are gone": r"""
        ALTER TABLE docs DROP COLUMN body; ALTER TABLE docs RENAME COLUMN n TO amount;
        BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; UPDATE docs SET body = 'x'; COMMIT;
        BEGIN; CREATE POLICY p ON docs USING (true); INSERT INTO docs (id, n) VALUES (1, 2); COMMIT;
        BEGIN; GRANT SELECT ON docs TO reader; INSERT INTO docs AS d (id, amount) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount; COMMIT;
        BEGIN; ALTER TABLE docs FORCE ROW LEVEL SECURITY; UPDATE docs d SET tags[1] = 'x', (amount, big) = (1, 2) WHERE d.id = 7; COMMIT;
    """,
    "a transaction that inserts NULL": r"""
        BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; INSERT INTO docs VALUES (NULL, 1); COMMIT;
        BEGIN; CREATE POLICY p ON docs USING (true); INSERT INTO docs (tenant_id, id) VALUES (NULL, 1), (1, NULL); COMMIT;
        BEGIN; GRANT SELECT ON docs TO reader; INSERT INTO docs (tenant_id, id) VALUES (NULL, 3); COMMIT;
        CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := 9; RETURN NEW; END $$; CREATE TRIGGER fill BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION fill();
        BEGIN; ALTER TABLE docs FORCE ROW LEVEL SECURITY; INSERT INTO docs (id, tenant_id) VALUES (NULL, 3); COMMIT;
    """,
    "a transaction that leaves out what has to be there": r"""
        CREATE TABLE must (id int PRIMARY KEY, tenant_id int NOT NULL, note text DEFAULT 'x' NOT NULL, seen int GENERATED ALWAYS AS IDENTITY);
        BEGIN; ALTER TABLE must ENABLE ROW LEVEL SECURITY; INSERT INTO must (id) VALUES (1); COMMIT;
        BEGIN; CREATE POLICY p ON must USING (true); INSERT INTO must (id, tenant_id, note) VALUES (1, 1, DEFAULT), (2, DEFAULT, 'y'); COMMIT;
        BEGIN; GRANT SELECT ON must TO reader; INSERT INTO must DEFAULT VALUES; COMMIT;
        BEGIN; ALTER TABLE must FORCE ROW LEVEL SECURITY; INSERT INTO must (id, tenant_id) VALUES (3, 1); COMMIT;
    """,
    "a transaction whose rows a CHECK refuses": r"""
        CREATE TABLE held (id int, amount int CHECK (amount > 0), kind text CHECK (kind IN ('a', 'b')), low int, high int, CHECK (low < high OR high IS NULL));
        BEGIN; ALTER TABLE held ENABLE ROW LEVEL SECURITY; INSERT INTO held VALUES (1, 0, 'a', 1, 2); COMMIT;
        BEGIN; CREATE POLICY p ON held USING (true); INSERT INTO held (kind, amount) VALUES ('a', 1), ('c', 1); COMMIT;
        BEGIN; GRANT SELECT ON held TO reader; INSERT INTO held VALUES (1, '1', 'b', '10', '9'); COMMIT;
        BEGIN; GRANT INSERT ON held TO reader; INSERT INTO held VALUES (1, NULL, NULL, 10, NULL), (2, 1, 'b', 9, 10); COMMIT;
        ALTER TABLE held RENAME COLUMN low TO least; ALTER TABLE held RENAME COLUMN id TO low;
        BEGIN; CREATE POLICY q ON held USING (true); INSERT INTO held (low, least, high) VALUES (5, 1, 2); COMMIT;
        BEGIN; CREATE POLICY r ON held USING (true); INSERT INTO held (low, least, high) VALUES (1, 5, 2); COMMIT;
    """,
    "a transaction that inserts a key twice": r"""
        CREATE TABLE keyed (id int PRIMARY KEY, a text, b int, UNIQUE (a, b));
        BEGIN; ALTER TABLE keyed ENABLE ROW LEVEL SECURITY; INSERT INTO keyed VALUES (1), ('1'); COMMIT;
        BEGIN; CREATE POLICY p ON keyed USING (true); INSERT INTO keyed VALUES (1, 'x', 1), (2, 'x', 1); COMMIT;
        BEGIN; CREATE POLICY q ON keyed USING (true); INSERT INTO keyed VALUES (1, 'x', NULL), (2, 'x', NULL), (3, 'X', 1), (4, 'x', 1); COMMIT;
        BEGIN; GRANT SELECT ON keyed TO reader; INSERT INTO keyed VALUES (9), (9) ON CONFLICT DO NOTHING; COMMIT;
    """,
    "new rows that policies refuse without a context": r"""
        ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; GRANT ALL ON docs TO owner1; ALTER POLICY own ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
        SET ROLE owner1; BEGIN; INSERT INTO docs VALUES (1, 1); CREATE TABLE never1 (id int); COMMIT; CREATE TABLE made1 (id int);
        BEGIN; INSERT INTO docs (id, tenant_id) VALUES (2, 1) ON CONFLICT DO NOTHING; CREATE TABLE never2 (id int); COMMIT;
        SET app.t = '1'; BEGIN; INSERT INTO docs VALUES (3, 1); CREATE TABLE made2 (id int); COMMIT; RESET app.t;
        BEGIN; INSERT INTO docs VALUES (4, 1); CREATE TABLE never3 (id int); COMMIT; RESET ROLE;
        CREATE POLICY any_row ON docs FOR INSERT TO owner1 WITH CHECK (id > 10 OR current_setting('app.job', true) = 'on');
        SET ROLE owner1; BEGIN; INSERT INTO docs VALUES (11, 1); CREATE TABLE made3 (id int); COMMIT; BEGIN; INSERT INTO docs VALUES (12, 1), (9, 1); CREATE TABLE never4 (id int); COMMIT; RESET ROLE;
        CREATE POLICY floor ON docs AS RESTRICTIVE FOR INSERT WITH CHECK (tenant_id < coalesce(nullif(current_setting('app.most', true), '')::int, 0));
        SET ROLE owner1; BEGIN; INSERT INTO docs VALUES (13, 1); CREATE TABLE never5 (id int); COMMIT; BEGIN; INSERT INTO docs VALUES (14, -1); CREATE TABLE made4 (id int); COMMIT; RESET ROLE;
        BEGIN; INSERT INTO docs VALUES (15, 1); CREATE TABLE made5 (id int); COMMIT;
    """,
    "a transaction of a role for which no policy is": r"""
        CREATE ROLE writer; CREATE TABLE theirs (id int); GRANT INSERT ON theirs, docs TO writer; GRANT CREATE ON SCHEMA public TO writer; ALTER TABLE theirs ENABLE ROW LEVEL SECURITY;
        CREATE POLICY r ON theirs FOR SELECT USING (true); CREATE POLICY s ON theirs AS RESTRICTIVE USING (true);
        BEGIN; SET LOCAL ROLE writer; CREATE TABLE lost (id int); INSERT INTO theirs VALUES (1); COMMIT;
        CREATE POLICY w ON theirs FOR INSERT TO writer WITH CHECK (true);
        BEGIN; SET LOCAL ROLE writer; CREATE TABLE kept (id int); INSERT INTO theirs VALUES (1); COMMIT;
    """,
    "a rule takes the place of an INSERT": r"""
        CREATE RULE quiet AS ON INSERT TO docs DO INSTEAD NOTHING; BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; INSERT INTO docs (id) VALUES (NULL); COMMIT;
    """,
    "a savepoint before what fails": r"""
        DROP TABLE lines; BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; SAVEPOINT s; DELETE FROM lines; ROLLBACK TO s; CREATE POLICY p ON docs USING (true); COMMIT;
    """,
}

ALL = ROWS | READ_ONLY | TEMPORARY | TRANSACTIONS | SETTINGS | OVERLOADS | CASCADES | REFUSED
