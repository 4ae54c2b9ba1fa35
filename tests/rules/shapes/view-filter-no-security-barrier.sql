CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE TABLE members (user_name text, tenant_id int);
--- bad by a helper and a quoted name
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
CREATE VIEW "My Docs" AS SELECT * FROM docs WHERE docs.tenant_id = tenant();
GRANT SELECT ON "My Docs" TO app_user;
--- bad the barrier taken away again
CREATE VIEW my_docs WITH (security_barrier = true) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
ALTER VIEW my_docs RESET (security_barrier);
GRANT SELECT ON my_docs TO app_user;
--- bad replaced without the barrier, by a group
CREATE ROLE readers;
GRANT readers TO app_user;
CREATE VIEW my_docs WITH (security_barrier) AS SELECT id FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
GRANT SELECT ON my_docs TO readers;
CREATE OR REPLACE VIEW my_docs AS SELECT id FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
--- bad over row security that does not bind its owner
CREATE ROLE keeper;
ALTER TABLE docs OWNER TO keeper;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int);
CREATE VIEW my_docs AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
ALTER VIEW my_docs OWNER TO keeper;
GRANT SELECT ON docs, my_docs TO app_user;
--- bad by session_user, in a block
DO $$ BEGIN
  EXECUTE 'CREATE VIEW my_docs AS SELECT d.id, d.body FROM docs d WHERE d.tenant_id IN (SELECT m.tenant_id FROM members m WHERE m.user_name = session_user)';
  EXECUTE 'GRANT SELECT ON my_docs TO app_user';
END $$;
--- bad a join of tables
CREATE VIEW my_docs AS SELECT d.body FROM members m JOIN docs d ON d.tenant_id = m.tenant_id WHERE m.user_name = current_setting('app.user');
GRANT SELECT ON my_docs TO app_user;
--- bad a foreign table
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER archive FOREIGN DATA WRAPPER elsewhere;
CREATE FOREIGN TABLE old_docs (id int, tenant_id int) SERVER archive;
CREATE VIEW mine AS SELECT id FROM old_docs WHERE tenant_id = current_setting('app.tenant_id')::int;
GRANT SELECT ON mine TO app_user;
--- good by ALTER VIEW
CREATE VIEW my_docs AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
ALTER VIEW my_docs SET (security_barrier);
GRANT SELECT ON my_docs TO app_user;
--- good filters nothing by the caller
CREATE VIEW published AS SELECT id, body FROM docs WHERE body IS NOT NULL;
GRANT SELECT ON published TO app_user;
--- good the role reads the table anyway
CREATE VIEW my_docs AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
GRANT SELECT ON docs, my_docs TO app_user;
--- good for nobody
CREATE VIEW my_docs AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
--- good its owner is bound by policies
CREATE ROLE shower;
GRANT SELECT ON docs TO shower;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int);
CREATE VIEW my_docs AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
ALTER VIEW my_docs OWNER TO shower;
GRANT SELECT ON my_docs TO app_user;
--- good for a role that all rows are for
CREATE ROLE auditor BYPASSRLS;
GRANT SELECT ON docs TO auditor;
CREATE VIEW my_docs AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
GRANT SELECT ON my_docs TO auditor;
