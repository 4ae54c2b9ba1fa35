"""Histories of tables that depend on each other: parents, partitions, indexes, constraints."""

# ruff: noqa: E501 (statements stay on one line)

INHERITING = {
    "views over what is seldom looked at": """
        CREATE TABLE one (a int, b int); CREATE TABLE two (c int, b int); CREATE SEQUENCE numbers;
        CREATE VIEW joined AS SELECT * FROM (one CROSS JOIN two) AS j (w, x, y, z); CREATE VIEW by_name AS SELECT j.p, q FROM (one JOIN two USING (b)) j (p, q);
        CREATE VIEW left_one AS SELECT w, y FROM (one LEFT JOIN two ON a = c) j (w, x, y); CREATE VIEW counted AS SELECT * FROM numbers; CREATE VIEW only_last AS SELECT last_value FROM numbers;
        CREATE VIEW untyped AS SELECT 'a'::unknown AS a, 1 AS b; CREATE TABLE copied AS SELECT 'a'::unknown AS a;
    """,
    "ALTER INDEX for a table, ALTER TABLE for an index": """
        CREATE TABLE docs (id int); CREATE INDEX docs_id ON docs (id); CREATE VIEW v AS SELECT id FROM docs; ALTER INDEX docs RENAME TO papers; ALTER TABLE docs_id RENAME TO papers_id;
        ALTER INDEX v RENAME TO w; ALTER INDEX missing RENAME TO other; ALTER INDEX IF EXISTS missing RENAME TO other; ALTER TABLE papers ENABLE ROW LEVEL SECURITY;
    """,
    "arguments for OUT parameters, which nothing evaluates": """
        CREATE PROCEDURE p(OUT a int, b text) LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE TABLE ' || b || ' (id int)'; a := 1; END $$;
        CALL p(1/0, 'one'); CALL p(NULL, b => 'two');
    """,
    "tables that go with a type": """
        CREATE TYPE pair AS (a int, b text); CREATE TABLE pairs OF pair; DROP TYPE pair CASCADE; CREATE TABLE pairs (id int);
        CREATE DOMAIN positive AS int; CREATE TABLE parted (a positive, b text) PARTITION BY RANGE (a); DROP DOMAIN positive CASCADE; CREATE TABLE parted (id int);
    """,
    "a column of two parents, one of which drops it": """
        CREATE TABLE one (id int, t int); CREATE TABLE two (t int, x int); CREATE TABLE heir () INHERITS (one, two);
        ALTER TABLE one DROP COLUMN t; CREATE POLICY p ON heir USING (t = 1);
        CREATE TABLE again () INHERITS (one, two); ALTER TABLE two DROP COLUMN x;
    """,
    "a column that both parents drop": """
        CREATE TABLE one (id int, t int); CREATE TABLE two (t int); CREATE TABLE heir () INHERITS (one, two);
        ALTER TABLE one DROP COLUMN t; ALTER TABLE two DROP COLUMN t;
    """,
    "columns that a child declares, inherits or keeps": """
        CREATE TABLE base (id int, t int, u int); CREATE TABLE child (t int) INHERITS (base); CREATE TABLE other (id int, t int, u int); ALTER TABLE other INHERIT base;
        ALTER TABLE base RENAME t TO tenant; ALTER TABLE base DROP COLUMN tenant; ALTER TABLE ONLY base DROP COLUMN u; ALTER TABLE child NO INHERIT base; ALTER TABLE base DROP COLUMN id;
        CREATE TABLE late (); ALTER TABLE late ADD COLUMN a int; CREATE TABLE early (a int); CREATE TABLE joins () INHERITS (late, early); ALTER TABLE late ADD COLUMN b int; ALTER TABLE early ADD COLUMN b int; ALTER TABLE late DROP COLUMN b;
    """,
    "defaults of one parent or the other": """
        CREATE TABLE one (id int, t int); CREATE TABLE two (id serial, t int NOT NULL DEFAULT 3); CREATE TABLE heir () INHERITS (one, two); CREATE TABLE own (t int DEFAULT 4, id serial, x serial) INHERITS (one);
        CREATE TABLE restated (id serial, t int DEFAULT 4) INHERITS (one);
    """,
    "checks that children have of their own": """
        CREATE TABLE base (t int CONSTRAINT positive CHECK (t > 0), CHECK (t < 9) NO INHERIT); CREATE TABLE child (CONSTRAINT positive CHECK (t > 0)) INHERITS (base); CREATE TABLE other () INHERITS (base);
        ALTER TABLE base RENAME CONSTRAINT positive TO more; ALTER TABLE base DROP CONSTRAINT more; ALTER TABLE base ADD CONSTRAINT less CHECK (t < 8); ALTER TABLE other NO INHERIT base; ALTER TABLE base DROP CONSTRAINT less;
        CREATE TABLE alike (LIKE base INCLUDING ALL); CREATE TABLE last () INHERITS (alike); ALTER TABLE ONLY base ADD CONSTRAINT alone CHECK (t <> 5) NO INHERIT;
    """,
    "two parents with one CHECK": """
        CREATE TABLE one (t int CONSTRAINT c CHECK (t > 0)); CREATE TABLE two (t int CONSTRAINT c CHECK (t > 0)); CREATE TABLE heir () INHERITS (one, two);
        ALTER TABLE one DROP CONSTRAINT c; CREATE TABLE third () INHERITS (heir); ALTER TABLE two DROP CONSTRAINT c;
    """,
    "NOT NULL and ONLY": """
        CREATE TABLE base (id int, t int, u int NOT NULL); CREATE TABLE child () INHERITS (base); ALTER TABLE ONLY base ALTER t SET NOT NULL; ALTER TABLE base ALTER id SET NOT NULL; ALTER TABLE base ALTER id DROP NOT NULL, ALTER u DROP NOT NULL;
    """,
}

CONSTRAINTS = {
    "a CHECK that names columns further on": """
        CREATE TABLE docs (a int CHECK (z > a), b int UNIQUE CONSTRAINT c CHECK (z > 0), z int, CHECK (z > 1));
        ALTER TABLE docs ADD COLUMN d int CHECK (e > 0), ADD COLUMN e int UNIQUE CHECK (d > 0) REFERENCES docs (b), ADD UNIQUE (z), ADD CHECK (z > 2);
        CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; ALTER TABLE docs ADD CHECK (f(z) > 0); CREATE TABLE more () INHERITS (docs); DROP FUNCTION f CASCADE;
    """,
    "keys that are one": """
        CREATE TABLE docs (id int UNIQUE PRIMARY KEY, t int CONSTRAINT named UNIQUE, UNIQUE (t), UNIQUE (id), EXCLUDE USING btree (t WITH =), EXCLUDE USING btree (t WITH =), UNIQUE (t) INCLUDE (id));
        CREATE TABLE notes (id int CONSTRAINT one UNIQUE, PRIMARY KEY (id)); ALTER TABLE notes ADD COLUMN x int UNIQUE UNIQUE;
    """,
    "indexes that go with a column": """
        CREATE TABLE docs (id int, t int, u int, v int); CREATE INDEX a ON docs (id) INCLUDE (t); CREATE INDEX b ON docs (id) WHERE u > 0; CREATE INDEX c ON docs ((v + 1)); ALTER INDEX b RENAME TO bb; CREATE INDEX b ON docs (id);
        ALTER TABLE docs DROP COLUMN t, DROP COLUMN u, DROP COLUMN v; CREATE TABLE copies (LIKE docs INCLUDING ALL);
    """,
    "triggers that go with a column": """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TABLE docs (id int, t int, u int);
        CREATE TRIGGER one BEFORE UPDATE OF t ON docs FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER two AFTER UPDATE ON docs FOR EACH ROW WHEN (OLD.u > 0) EXECUTE FUNCTION f(); CREATE TRIGGER three AFTER INSERT ON docs FOR EACH ROW EXECUTE FUNCTION f();
        ALTER TABLE docs DROP COLUMN t CASCADE, DROP COLUMN u CASCADE;
    """,
    "a sequence that two tables count with": """
        CREATE TABLE docs (id serial, t int); CREATE TABLE copies (LIKE docs INCLUDING DEFAULTS); CREATE TABLE child () INHERITS (docs); ALTER TABLE child NO INHERIT docs; DROP TABLE docs CASCADE;
    """,
    "a sequence that goes with its column": """
        CREATE TABLE one (id int); CREATE TABLE two (id serial); CREATE TABLE heir () INHERITS (one, two); ALTER TABLE two DROP COLUMN id CASCADE;
    """,
    "names that indexes keep for their columns": """
        CREATE TABLE docs (t int, id int, k numeric, UNIQUE (k), UNIQUE (id) INCLUDE (t)); CREATE INDEX ON docs (abs(id), id) INCLUDE (k);
        ALTER TABLE docs RENAME k TO kind; ALTER TABLE docs RENAME id TO number; ALTER TABLE docs RENAME t TO tenant;
        CREATE TABLE copies (LIKE docs INCLUDING ALL); ALTER INDEX copies_k_key RENAME TO other; CREATE TABLE copies_of_copies (LIKE copies INCLUDING ALL);
        ALTER TABLE docs ALTER number TYPE bigint; CREATE TABLE later (LIKE docs INCLUDING ALL); ALTER TABLE docs DROP COLUMN tenant;
    """,
    "a key of one table ONLY": """
        CREATE TABLE base (id int, t int); CREATE TABLE child () INHERITS (base); ALTER TABLE ONLY base ADD PRIMARY KEY (id); CREATE TABLE heir (t int NOT NULL) INHERITS (base); ALTER TABLE ONLY base ADD UNIQUE (t);
        CREATE TABLE events (id int, t int) PARTITION BY LIST (t); CREATE TABLE e1 PARTITION OF events (id NOT NULL, t NOT NULL) DEFAULT; ALTER TABLE ONLY events ADD PRIMARY KEY (id, t), ADD UNIQUE (t);
    """,
    "what may be there before CREATE TABLE IF NOT EXISTS": """
        DROP TABLE IF EXISTS docs; ALTER TABLE docs FORCE ROW LEVEL SECURITY; CREATE TABLE docs (id int); ALTER TABLE IF EXISTS docs ENABLE ROW LEVEL SECURITY; CREATE TABLE IF NOT EXISTS docs (id int, t int);
        ALTER TABLE IF EXISTS notes FORCE ROW LEVEL SECURITY; CREATE TABLE notes (id int);
    """,
    "policies of a view that goes with its table": """
        CREATE TABLE logs (id int, t int) PARTITION BY LIST (t); CREATE TABLE logs_1 (id int, t int); CREATE VIEW v AS SELECT * FROM logs_1; CREATE VIEW w AS SELECT id FROM v; CREATE TABLE docs (id int, t int);
        ALTER TABLE logs ATTACH PARTITION logs_1 DEFAULT; CREATE POLICY p ON docs USING (id = (SELECT max(x.id) FROM v x)); CREATE POLICY q ON docs USING (id IN (SELECT id FROM w)); CREATE POLICY r ON docs USING (id = 1); DROP TABLE logs CASCADE;
    """,
    "the bare name of columns that a join shares": """
        CREATE TABLE a (x int, y numeric, z date, w text, u int2); CREATE TABLE b (x numeric, y int, z timestamp, w varchar, u int8); CREATE TABLE c (x float8, y float4, z timestamptz, w text); CREATE TABLE docs (id int);
        CREATE POLICY p ON docs USING (EXISTS (SELECT FROM a NATURAL JOIN b WHERE x = 1 AND y = 2 AND z IS NULL AND w = 'a' AND u = 3)); CREATE POLICY q ON docs USING (EXISTS (SELECT FROM a JOIN b USING (x, y, z, w, u) WHERE x = 1 AND y = 2 AND z IS NULL AND w = 'a' AND u = 3));
        CREATE POLICY r ON docs USING (EXISTS (SELECT FROM a LEFT JOIN b USING (x, y) WHERE x = 1 AND y = 2)); CREATE POLICY s ON docs USING (EXISTS (SELECT FROM a NATURAL JOIN b NATURAL JOIN c WHERE x = 1 AND y = 2 AND z IS NULL AND w = 'a'));
        CREATE POLICY t ON docs USING (EXISTS (SELECT * FROM (SELECT * FROM a NATURAL JOIN b) j WHERE x = 1 AND y = 2)); CREATE VIEW v AS SELECT * FROM a JOIN (SELECT x, y::text AS w FROM b) j USING (x, w);
    """,
    "several tables of one name in one DROP": """
        CREATE SCHEMA s; CREATE TABLE docs (id int); CREATE TABLE s.docs (id int); SET search_path = s, public; DROP TABLE s.docs, docs; DROP TABLE IF EXISTS missing, docs;
    """,
    "rows compared": """
        CREATE TABLE docs (id int, t int); CREATE POLICY p ON docs USING ((id, t) = (1, 2) AND ROW(id) = ROW(3)); CREATE POLICY q ON docs USING ((id, t) <> (t, 2) OR (id, t) IN (SELECT 1, 2));
    """,
}

PARTITIONS = {
    "triggers that are disabled and enabled": """
        CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TABLE docs (id int, at int) PARTITION BY RANGE (at); CREATE TABLE docs_1 PARTITION OF docs FOR VALUES FROM (1) TO (2);
        CREATE TRIGGER a BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION fill();
        CREATE TRIGGER b AFTER INSERT ON docs FOR EACH STATEMENT EXECUTE FUNCTION fill();
        CREATE TRIGGER c BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION fill();
        ALTER TABLE docs DISABLE TRIGGER a; ALTER TABLE ONLY docs DISABLE TRIGGER c; ALTER TABLE docs DISABLE TRIGGER b;
        CREATE TABLE docs_2 PARTITION OF docs FOR VALUES FROM (2) TO (3);
        CREATE TABLE notes (id int); CREATE TRIGGER a BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION fill();
        CREATE TRIGGER b BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION fill();
        ALTER TABLE notes DISABLE TRIGGER USER; ALTER TABLE notes ENABLE ALWAYS TRIGGER a; ALTER TABLE notes ENABLE REPLICA TRIGGER b;
        ALTER TRIGGER a ON notes RENAME TO z;
    """,
    "what a partition keeps when it is detached": """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TABLE tenants (id int PRIMARY KEY);
        CREATE TABLE events (id int, t int REFERENCES tenants, CONSTRAINT c CHECK (id > 0), PRIMARY KEY (id, t)) PARTITION BY LIST (t); CREATE INDEX ON events (id) INCLUDE (t); CREATE TRIGGER one BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TABLE e1 PARTITION OF events FOR VALUES IN (1); CREATE TABLE e2 PARTITION OF events FOR VALUES IN (2); ALTER TRIGGER one ON events RENAME TO uno;
        ALTER TABLE events DETACH PARTITION e1; ALTER TABLE events DETACH PARTITION e2 CONCURRENTLY; ALTER TABLE events DROP CONSTRAINT c, DROP CONSTRAINT events_pkey, DROP CONSTRAINT events_t_fkey; DROP INDEX events_id_t_idx; DROP TRIGGER uno ON events;
    """,
    "which index of a partition serves": """
        CREATE TABLE events (id int, t int) PARTITION BY LIST (t); CREATE INDEX ON events (abs(id)) WHERE t > 0; CREATE UNIQUE INDEX u ON events (t, id);
        CREATE TABLE e1 (t int, id int); CREATE INDEX mine ON e1 (abs(id)) WHERE t > 0; CREATE INDEX other ON e1 (abs(id)) WHERE t > 1; CREATE UNIQUE INDEX e1u ON e1 (t, id);
        ALTER TABLE events ATTACH PARTITION e1 FOR VALUES IN (1); ALTER TABLE events ADD CONSTRAINT k UNIQUE (t, id); ALTER INDEX mine RENAME TO yours; DROP INDEX events_abs_idx;
        CREATE INDEX i ON ONLY events (id); CREATE INDEX j ON e1 (id); ALTER INDEX i ATTACH PARTITION j; DROP INDEX i; ALTER TABLE events ADD COLUMN x int; CREATE INDEX ON e1 (x); CREATE INDEX ON events (x); DROP INDEX events_x_idx;
    """,
    "foreign keys of partitions": """
        CREATE TABLE tenants (id int PRIMARY KEY); CREATE TABLE events (id int, t int) PARTITION BY LIST (t); CREATE TABLE e1 (id int, t int, CONSTRAINT own FOREIGN KEY (t) REFERENCES tenants); CREATE TABLE e2 PARTITION OF events (CONSTRAINT events_t_fkey CHECK (t > 0)) FOR VALUES IN (2);
        ALTER TABLE events ADD FOREIGN KEY (t) REFERENCES tenants; ALTER TABLE events ATTACH PARTITION e1 FOR VALUES IN (1); ALTER TABLE events RENAME CONSTRAINT events_t_fkey1 TO renamed; ALTER TABLE events DROP CONSTRAINT renamed;
    """,
    "identity columns of partitions that are partitioned": """
        CREATE TABLE events (id int GENERATED ALWAYS AS IDENTITY, t int) PARTITION BY LIST (t); CREATE TABLE e1 PARTITION OF events DEFAULT PARTITION BY LIST (id); CREATE TABLE e11 PARTITION OF e1 DEFAULT; ALTER TABLE events DETACH PARTITION e1;
    """,
    "indexes of partitions after a change of type": """
        CREATE TABLE events (id int, t int, u int, UNIQUE (id, t)) PARTITION BY LIST (t); CREATE TABLE e1 PARTITION OF events DEFAULT; CREATE INDEX ON events (id); CREATE INDEX ON events (u);
        CREATE TABLE e2 (id int, t int, u int, CONSTRAINT mine UNIQUE (id, t)); CREATE INDEX also_mine ON e2 (id); ALTER TABLE events ATTACH PARTITION e2 FOR VALUES IN (2); CREATE INDEX own ON e1 (id, u); ALTER INDEX e1_u_idx RENAME TO renamed;
        ALTER TABLE events RENAME id TO number; ALTER TABLE events ALTER number TYPE bigint; CREATE TABLE e3 PARTITION OF events FOR VALUES IN (3);
    """,
    "keys of partitions that a new key of the whole takes over": """
        CREATE TABLE one (id int, t int) PARTITION BY LIST (t); CREATE TABLE one_1 PARTITION OF one (UNIQUE (t)) FOR VALUES IN (5); ALTER TABLE one ADD PRIMARY KEY (t);
        CREATE TABLE two (id int, t int) PARTITION BY LIST (t); CREATE TABLE two_1 PARTITION OF two (PRIMARY KEY (t)) FOR VALUES IN (5); ALTER TABLE two ADD UNIQUE (t);
        CREATE TABLE three (id int, t int) PARTITION BY LIST (t); CREATE TABLE three_1 PARTITION OF three FOR VALUES IN (1); CREATE UNIQUE INDEX u ON three_1 (t); ALTER TABLE three ADD UNIQUE (t);
        CREATE TABLE four (id int, t int) PARTITION BY LIST (t); CREATE TABLE four_1 PARTITION OF four (UNIQUE (t)) FOR VALUES IN (1); CREATE UNIQUE INDEX ON four (t);
    """,
    "columns that stand elsewhere in a partition": """
        CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE TABLE events (id int, t int, u int, CHECK (u > id)) PARTITION BY LIST (t); CREATE INDEX ON events (f(u)); CREATE TABLE e1 (u int, t int, id int, CONSTRAINT events_check CHECK (u > id));
        ALTER TABLE events ATTACH PARTITION e1 DEFAULT; ALTER TABLE events ADD CHECK (f(u) > 0); ALTER TABLE events DROP COLUMN id;
    """,
}

AUTHORITY = {
    "default privileges with grant option": """
        CREATE ROLE a; CREATE ROLE b; ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO a WITH GRANT OPTION; CREATE TABLE one (id int); ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO a; CREATE TABLE two (id int);
        ALTER DEFAULT PRIVILEGES REVOKE GRANT OPTION FOR INSERT ON TABLES FROM a; CREATE TABLE three (id int); CREATE SCHEMA s; ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO b; ALTER SCHEMA s RENAME TO r; CREATE TABLE r.four (id int);
    """,
    "grants by a role that may not grant": """
        CREATE ROLE a; CREATE ROLE b; CREATE ROLE c; CREATE TABLE one (id int, t int); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT SELECT ON one TO a; GRANT INSERT ON one TO a WITH GRANT OPTION; SET ROLE a;
        GRANT SELECT, INSERT ON one TO b WITH GRANT OPTION; GRANT USAGE ON SCHEMA public TO b; REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC; SET ROLE b; GRANT INSERT ON one TO c; RESET ROLE; REVOKE INSERT ON one FROM b; REVOKE GRANT OPTION FOR INSERT ON one FROM a CASCADE; GRANT b TO c; GRANT UPDATE ON one TO b WITH GRANT OPTION; SET ROLE c; GRANT UPDATE (t) ON one TO a;
        RESET ROLE; GRANT ALL ON one TO c; SET ROLE c; DROP OWNED BY c;
    """,
    "default privileges that add up": """
        CREATE ROLE a; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO a WITH GRANT OPTION; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO a; CREATE TABLE docs (id int);
    """,
    "calls that only one function fits": """
        CREATE SCHEMA s; CREATE TABLE docs (id int, t int); CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION s.f(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1'; SET search_path = s, public; CREATE POLICY p ON docs USING (id = f(t) AND t = f(id, t));
        CREATE TABLE more (t int, x int, id int); CREATE POLICY q ON docs USING (EXISTS (SELECT 1 FROM docs d NATURAL JOIN more m WHERE x = 3));
    """,
    "a schema of the path that a role may not use": """
        CREATE SCHEMA s; CREATE ROLE a; GRANT ALL ON SCHEMA public TO a; SET search_path = s, public; SET ROLE a; CREATE TABLE docs (id int); RESET ROLE; GRANT ALL ON SCHEMA s TO a; SET ROLE a; CREATE TABLE docs (id int);
    """,
    "what a role does not find with IF EXISTS": """
        CREATE ROLE writer; CREATE SCHEMA s; CREATE SCHEMA t; GRANT USAGE ON SCHEMA s TO writer; CREATE TABLE docs (id int); CREATE INDEX i ON docs (id); CREATE TABLE t.docs (id int); CREATE TABLE s.docs (id int); ALTER TABLE s.docs OWNER TO writer; CREATE INDEX i ON s.docs (id); CREATE INDEX i ON t.docs (id);
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION t.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION s.f OWNER TO writer;
        CREATE POLICY p ON docs; CREATE POLICY p ON t.docs; CREATE POLICY p ON s.docs; SET search_path = t, s, public; SET ROLE writer;
        DROP POLICY IF EXISTS p ON docs; DROP INDEX IF EXISTS i; DROP FUNCTION IF EXISTS f(); ALTER TABLE docs ENABLE ROW LEVEL SECURITY; DROP TABLE IF EXISTS docs; RESET ROLE; REVOKE ALL ON SCHEMA public FROM PUBLIC; SET ROLE writer;
        DROP TABLE IF EXISTS docs; ALTER TABLE IF EXISTS docs FORCE ROW LEVEL SECURITY; ALTER TABLE IF EXISTS docs RENAME TO notes; ALTER TABLE IF EXISTS docs SET SCHEMA s; DROP POLICY IF EXISTS p ON docs; DROP INDEX IF EXISTS i; DROP FUNCTION IF EXISTS f;
    """,
    "a privilege that several grant": """
        CREATE ROLE a; CREATE TABLE docs (id int); CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO a WITH GRANT OPTION; GRANT SELECT ON docs TO a WITH GRANT OPTION; SET ROLE a; GRANT USAGE ON SCHEMA s TO a; GRANT SELECT ON docs TO a;
    """,
    "memberships that several grant": """
        CREATE ROLE a; CREATE ROLE b; CREATE ROLE c; GRANT a TO b WITH ADMIN OPTION; SET ROLE b; GRANT a TO c; RESET ROLE; REVOKE a FROM c; GRANT a TO c WITH INHERIT FALSE; SET ROLE b; REVOKE a FROM c; GRANT a TO b WITH INHERIT FALSE; RESET ROLE;
        CREATE ROLE d; CREATE ROLE e; GRANT d TO b WITH ADMIN OPTION; SET ROLE b; GRANT d TO c WITH ADMIN OPTION; SET ROLE c; GRANT d TO e; RESET ROLE; REVOKE ADMIN OPTION FOR d FROM b CASCADE;
        CREATE ROLE f; GRANT f TO b WITH ADMIN OPTION; SET ROLE b; GRANT f TO e; RESET ROLE; DROP OWNED BY b;
        DO $$ BEGIN GRANT d TO f; ALTER ROLE f SET app.x = '1'; RAISE EXCEPTION 'no'; EXCEPTION WHEN OTHERS THEN NULL; END $$; GRANT d TO f WITH INHERIT FALSE; ALTER ROLE f SET app.y = '2'; REVOKE d FROM f;
    """,
    "roles of a role that may create roles": """
        CREATE ROLE a CREATEROLE; SET ROLE a; CREATE ROLE b; CREATE ROLE c IN ROLE b; ALTER ROLE c NOINHERIT; RESET ROLE;
    """,
    "settings for all roles": r"""
        CREATE ROLE a; CREATE SCHEMA app; ALTER DATABASE this_database SET work_mem = '8MB'; ALTER DATABASE this_database SET app.x = '1'; ALTER ROLE ALL IN DATABASE this_database SET app.y = '2'; ALTER ROLE ALL SET app.y = '3'; ALTER ROLE ALL IN DATABASE this_database RESET app.y; ALTER ROLE ALL SET app.z = '4';
        ALTER DATABASE this_database RESET work_mem; ALTER ROLE a SET app.u = '5'; ALTER ROLE a IN DATABASE this_database SET app.v = '6'; ALTER ROLE a IN DATABASE this_database RESET ALL; ALTER ROLE ALL RESET app.z; ALTER ROLE ALL SET search_path = app, public;
        \connect
        CREATE TABLE one (id int); SET search_path = public; RESET search_path; CREATE TABLE two (id int); ALTER ROLE ALL RESET ALL;
        \connect
        CREATE TABLE three (id int);
    """,
    "functions of SQL's own form that a block makes": """
        DO $$ BEGIN CREATE FUNCTION f(int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN $1 = 1 THEN 2 ELSE 3 END; END; CREATE TABLE after_it (id int); IF true THEN CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT 1; END; END IF; END $$;
    """,
    "settings taken back": """
        CREATE ROLE a; ALTER ROLE a SET app.tenant = 'x'; ALTER ROLE a SET work_mem = '8MB'; ALTER ROLE a RESET app.tenant; CREATE SCHEMA s; CREATE SCHEMA AUTHORIZATION a; CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT 1'; SET search_path = s, public; CREATE FUNCTION g() RETURNS int LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT 1';
    """,
    "functions hidden by others": """
        CREATE SCHEMA s; CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; SET search_path = s, public; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f(int) STABLE; DROP FUNCTION f(int); RESET search_path; CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION s.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION s.f(); SET search_path = s, public; ALTER FUNCTION f SECURITY DEFINER;
    """,
    "what ends with the session": r"""
        CREATE TABLE docs (id int); CREATE TEMPORARY TABLE scratch (id int); CREATE VIEW v AS SELECT id FROM docs; CREATE OR REPLACE VIEW v AS SELECT id FROM scratch; CREATE POLICY p ON docs USING (id IN (SELECT id FROM scratch)); CREATE POLICY q ON docs USING (id = 1);
        \connect
        CREATE TABLE scratch (id int); CREATE VIEW w AS SELECT * FROM v; ALTER VIEW w ALTER id SET DEFAULT 3; CREATE OR REPLACE VIEW w AS SELECT id, id AS other FROM docs;
    """,
}

ALL = INHERITING | CONSTRAINTS | PARTITIONS | AUTHORITY
