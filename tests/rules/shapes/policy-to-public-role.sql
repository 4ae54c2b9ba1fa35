CREATE ROLE app_user LOGIN;
CREATE ROLE guest LOGIN;
CREATE ROLE reports LOGIN;
CREATE SCHEMA app;
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT USAGE ON SCHEMA app TO app_user, guest, reports;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
--- bad a guest
GRANT SELECT ON app.docs TO app_user, guest;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- bad TO PUBLIC
GRANT SELECT ON app.docs TO app_user, reports;
CREATE POLICY p ON app.docs TO PUBLIC USING (tenant_id = app.tenant());
--- bad all tables of the schema
GRANT SELECT ON ALL TABLES IN SCHEMA app TO app_user, reports;
CREATE POLICY p ON app.docs FOR SELECT USING (tenant_id::text = current_setting('app.tenant_id', true));
--- bad ALTER POLICY
GRANT SELECT ON app.docs TO app_user, reports;
CREATE POLICY p ON app.docs TO app_user USING (tenant_id = app.tenant());
ALTER POLICY p ON app.docs TO PUBLIC;
--- bad a DO block, columns
GRANT SELECT (id, tenant_id) ON app.docs TO app_user;
GRANT SELECT ON app.docs TO reports;
DO $$ BEGIN EXECUTE 'CREATE POLICY p ON app.docs USING (tenant_id = app.tenant())'; END $$;
--- good one role
GRANT SELECT ON app.docs TO app_user;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- good TO
GRANT SELECT ON app.docs TO app_user, guest;
CREATE POLICY p ON app.docs TO app_user USING (tenant_id = app.tenant());
--- good a group and its member
GRANT SELECT ON app.docs TO app_user, guest;
GRANT app_user TO guest;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- good the other one may not write what the policy is for
GRANT SELECT, INSERT ON app.docs TO app_user;
GRANT SELECT ON app.docs TO guest;
CREATE POLICY r ON app.docs FOR SELECT TO app_user USING (tenant_id = app.tenant());
CREATE POLICY p ON app.docs FOR INSERT WITH CHECK (tenant_id = app.tenant());
--- good restrictive
GRANT SELECT ON app.docs TO app_user, guest;
CREATE POLICY p ON app.docs TO app_user USING (tenant_id = app.tenant());
CREATE POLICY r ON app.docs AS RESTRICTIVE USING (tenant_id = app.tenant());
--- good the other role bypasses all policies
ALTER ROLE reports BYPASSRLS;
GRANT SELECT ON app.docs TO app_user, reports;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- good by the user
GRANT SELECT ON app.docs TO app_user, reports;
ALTER TABLE app.docs ADD owner name;
CREATE POLICY p ON app.docs USING (owner = current_user);
