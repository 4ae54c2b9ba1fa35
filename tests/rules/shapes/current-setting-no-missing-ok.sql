CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO app_user;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner text);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad false
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', false), '')::int));
--- bad qualified, with a cast, in upper case
CREATE POLICY p ON docs USING (tenant_id = pg_catalog.current_setting('APP.Tenant'::text)::int);
--- bad only for new rows
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id = current_setting('app.tenant_id')::int);
--- bad one of two settings
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) AND owner = current_setting('app.login'));
--- bad in a function that a function calls
CREATE FUNCTION app.setting() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant_id') $$;
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT app.setting()::int $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT app.tenant()));
--- bad in a body of the standard
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE RETURN current_setting('app.tenant_id')::int;
CREATE POLICY p ON docs USING (tenant_id = (SELECT app.tenant()));
--- bad by ALTER in a block
CREATE POLICY p ON docs USING (false);
DO $$ BEGIN EXECUTE format('ALTER POLICY p ON %I USING (tenant_id = current_setting(%L)::int)', 'docs', 'app.tenant_id'); END $$;
--- bad a value for another role only
CREATE ROLE other LOGIN;
GRANT SELECT ON docs TO other;
ALTER ROLE other SET app.tenant_id = '0';
CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
--- good true
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good by name
CREATE POLICY p ON docs USING (owner = current_setting('app.login', 't'));
--- good PostgreSQL's own
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) AND current_setting('role') <> 'none');
--- good for the whole database
ALTER DATABASE postgres SET app.tenant_id = '0';
CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
--- good asked before
CREATE POLICY p ON docs USING (CASE WHEN coalesce(current_setting('app.tenant_id', true), '') = '' THEN false ELSE tenant_id = current_setting('app.tenant_id')::int END);
--- good an error is handled
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN current_setting('app.tenant_id')::int; EXCEPTION WHEN undefined_object THEN RETURN NULL; END $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- good what an API fills
CREATE POLICY p ON docs USING (owner = (SELECT current_setting('request.jwt.claims')::json ->> 'sub'));
--- good in no policy
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant_id')::int $$;
--- good row security is off
CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
