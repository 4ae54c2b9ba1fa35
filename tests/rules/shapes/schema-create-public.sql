CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE SCHEMA "Shop";
CREATE SCHEMA reports;
--- bad the other word for it
GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC;
--- bad by a group
CREATE ROLE makers;
GRANT makers TO app_user;
GRANT ALL PRIVILEGES ON SCHEMA public TO makers;
--- bad in a block
DO $$ BEGIN
  EXECUTE format('GRANT CREATE ON SCHEMA %I TO %I', 'public', 'app_user');
END $$;
--- bad where a helper of the policies lies
CREATE FUNCTION "Shop".tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
ALTER POLICY tenant ON docs USING (tenant_id = (SELECT "Shop".tenant()));
GRANT ALL ON SCHEMA "Shop" TO PUBLIC;
--- bad two schemas at once, where a table was moved to
ALTER TABLE docs SET SCHEMA "Shop";
GRANT USAGE, CREATE ON SCHEMA reports, "Shop" TO app_user;
--- good taken back
GRANT ALL ON SCHEMA public TO PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;
--- good to use only
GRANT USAGE ON SCHEMA public, "Shop" TO app_user, PUBLIC;
--- good a schema for what nobody looks up
GRANT ALL ON SCHEMA reports TO app_user;
--- good whoever makes the tables
CREATE ROLE migrator LOGIN;
GRANT ALL ON SCHEMA public TO migrator;
--- good it owns a table
CREATE TABLE jobs (id int);
ALTER TABLE jobs OWNER TO app_user;
GRANT ALL ON SCHEMA public TO app_user;
--- good no row security
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
GRANT ALL ON SCHEMA "Shop" TO PUBLIC;
