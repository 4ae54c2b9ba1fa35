CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad without missing_ok
CREATE POLICY p ON docs USING (tenant_id = current_setting('tenant_id')::int);
--- bad cast of the name
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('TenantId'::text, true), '')::int));
--- bad in WITH CHECK alone
CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant_id', true)::int)
  WITH CHECK (tenant_id = current_setting('tenant_id', true)::int);
--- bad in a helper in SQL
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT current_setting('tenant', true)::int $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
--- bad in a helper in PL/pgSQL
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE found text := current_setting('current_tenant', true);
BEGIN RETURN nullif(found, '')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
--- bad as the tenant of a list of members
CREATE TABLE members (user_name text, tenant_id int);
GRANT SELECT ON members TO app_user;
CREATE POLICY p ON docs USING (tenant_id IN (
  SELECT m.tenant_id FROM members AS m WHERE m.user_name = current_setting('username', true)));
--- bad in a setter
CREATE FUNCTION set_tenant(t text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('tenant_id', t, true); END $$;
--- bad in a setter with SET
CREATE FUNCTION set_tenant() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET LOCAL tenant TO '1'; END $$;
--- bad in a default
CREATE TABLE notes (id int, tenant_id int DEFAULT current_setting('tenant_id')::int);
--- good a setting of PostgreSQL
CREATE POLICY p ON docs USING (tenant_id::text = current_setting('app.tenant_id', true)
  AND current_setting('TimeZone') <> '' AND current_setting('transaction_isolation') <> 'serializable');
--- good role
CREATE POLICY p ON docs USING (tenant_id::text = current_setting('app.tenant_id', true)
  AND current_setting('role') <> 'none' AND current_setting('is_superuser') = 'off');
--- good capitals with a dot
CREATE POLICY p ON docs USING (tenant_id::text = current_setting('App.TenantId', true));
--- good settings that a body changes
CREATE FUNCTION prepare() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL ROLE app_user;
  SET TIME ZONE 'UTC';
  SET LOCAL search_path = public;
  SET SESSION AUTHORIZATION DEFAULT;
  SET NAMES 'UTF8';
  SET LOCAL statement_timeout TO 1000;
  SET CONSTRAINTS ALL DEFERRED;
  SET TRANSACTION READ ONLY;
  UPDATE docs SET tenant_id = 1, body = set_config('app.tenant_id', '1', true);
END $$;
--- good a name that is computed
CREATE FUNCTION setting(name text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting(name, true) $$;
CREATE POLICY p ON docs USING (tenant_id::text = setting('app.tenant_id'));
--- good a comment and a string
CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
  -- current_setting('tenant_id')
  RETURN 'set tenant_id = 1'; END $$;
