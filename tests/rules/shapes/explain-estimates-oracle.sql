CREATE ROLE app_user;
CREATE ROLE authenticator LOGIN NOINHERIT;
GRANT app_user TO authenticator;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad on
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
ALTER ROLE authenticator SET pgrst.db_plan_enabled TO on;
--- bad in upper case, for one database
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
ALTER ROLE authenticator IN DATABASE postgres SET pgrst.db_plan_enabled = 'TRUE';
--- bad for all roles of a database
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
ALTER DATABASE postgres SET pgrst.db_plan_enabled = 'true';
--- bad in a block
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
DO $$ BEGIN EXECUTE 'ALTER ROLE authenticator SET pgrst.db_plan_enabled = true'; END $$;
--- bad off, and on again
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
ALTER ROLE authenticator SET pgrst.db_plan_enabled = 'false';
ALTER ROLE authenticator SET pgrst.db_plan_enabled = 'true';
--- good off
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
ALTER ROLE authenticator SET pgrst.db_plan_enabled = 'false';
--- good taken back
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
ALTER ROLE authenticator SET pgrst.db_plan_enabled = 'true';
ALTER ROLE authenticator RESET ALL;
--- good everybody sees everything
CREATE POLICY p ON docs USING (true);
ALTER ROLE authenticator SET pgrst.db_plan_enabled = 'true';
--- good another setting
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
ALTER ROLE authenticator SET pgrst.db_schemas = 'api';
--- good no row security
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
ALTER ROLE authenticator SET pgrst.db_plan_enabled = 'true';
