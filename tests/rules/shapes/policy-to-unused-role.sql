CREATE ROLE app_users NOLOGIN;
CREATE ROLE app_user LOGIN;
CREATE ROLE other LOGIN;
CREATE SCHEMA app;
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT USAGE ON SCHEMA app TO app_user;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
--- bad one name for another
GRANT SELECT ON app.docs TO app_user;
CREATE POLICY p ON app.docs TO app_users USING (tenant_id = app.tenant());
--- bad a policy for each command
GRANT SELECT, INSERT ON app.docs TO app_user;
CREATE POLICY r ON app.docs FOR SELECT TO app_users USING (tenant_id = app.tenant());
CREATE POLICY i ON app.docs FOR INSERT TO app_users WITH CHECK (tenant_id = app.tenant());
--- bad ALTER POLICY
GRANT SELECT ON app.docs TO app_user;
CREATE POLICY p ON app.docs TO app_user USING (tenant_id = app.tenant());
ALTER POLICY p ON app.docs TO app_users;
--- bad a DO block, all tables of the schema
GRANT SELECT ON ALL TABLES IN SCHEMA app TO app_user;
DO $$ BEGIN EXECUTE format('CREATE POLICY p ON %I.%I TO %I USING (tenant_id = app.tenant())', 'app', 'docs', 'app_users'); END $$;
--- bad two roles, neither of which is granted anything
GRANT SELECT (id, tenant_id) ON app.docs TO app_user;
CREATE POLICY p ON app.docs TO app_users, other USING (tenant_id = app.tenant());
--- bad two roles that are granted the table
GRANT USAGE ON SCHEMA app TO other;
GRANT SELECT ON app.docs TO app_user, other;
CREATE POLICY p ON app.docs TO app_users USING (tenant_id = app.tenant());
--- good the role itself
GRANT SELECT ON app.docs TO app_user;
CREATE POLICY p ON app.docs TO app_user USING (tenant_id = app.tenant());
--- good a member
GRANT SELECT ON app.docs TO app_user;
GRANT app_users TO app_user;
CREATE POLICY p ON app.docs TO app_users USING (tenant_id = app.tenant());
--- good a member without INHERIT: the other rule speaks
ALTER ROLE app_user NOINHERIT;
GRANT SELECT ON app.docs TO app_user;
GRANT app_users TO app_user;
CREATE POLICY p ON app.docs TO app_users USING (tenant_id = app.tenant());
--- good PUBLIC
GRANT SELECT ON app.docs TO app_user;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- good a policy for the role beside it
GRANT SELECT ON app.docs TO app_user;
CREATE POLICY u ON app.docs TO app_users USING (tenant_id = app.tenant());
CREATE POLICY p ON app.docs TO app_user USING (tenant_id = app.tenant());
--- good the policy's role may use the table
GRANT USAGE ON SCHEMA app TO other;
GRANT SELECT ON app.docs TO app_user, other;
CREATE POLICY p ON app.docs TO other USING (tenant_id = app.tenant());
--- good nobody is granted anything: the other rule speaks
CREATE POLICY p ON app.docs TO app_users USING (tenant_id = app.tenant());
--- good the role owns the table
GRANT SELECT ON app.docs TO app_user;
ALTER TABLE app.docs OWNER TO app_user;
CREATE POLICY p ON app.docs TO app_users USING (tenant_id = app.tenant());
--- good restrictive
GRANT SELECT ON app.docs TO app_user;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
CREATE POLICY r ON app.docs AS RESTRICTIVE TO app_users USING (tenant_id = app.tenant());
