CREATE ROLE app_user LOGIN;
CREATE ROLE staff NOLOGIN;
CREATE ROLE clerk LOGIN IN ROLE staff;
CREATE SCHEMA app;
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int NOT NULL, open bool NOT NULL);
GRANT USAGE ON SCHEMA app TO app_user, staff;
GRANT SELECT, UPDATE, DELETE ON app.docs TO app_user;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
--- bad for SELECT alone
CREATE POLICY base ON app.docs USING (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant());
--- bad the restrictive policy first, the other one always true
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR UPDATE USING (tenant_id::text = current_setting('app.tenant_id', true));
CREATE POLICY base ON app.docs USING (1 = 1);
--- bad SELECT and UPDATE, and not DELETE
CREATE POLICY base ON app.docs USING (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs AS RESTRICTIVE FOR UPDATE USING (tenant_id = app.tenant());
--- bad a DO block
DO $$ BEGIN
  EXECUTE format('CREATE POLICY base ON %I.%I USING (true)', 'app', 'docs');
  EXECUTE format('CREATE POLICY t ON %I.%I AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant())', 'app', 'docs');
END $$;
--- bad another role
CREATE POLICY tenant ON app.docs FOR DELETE TO staff USING (tenant_id = app.tenant());
GRANT SELECT ON app.docs TO staff;
CREATE POLICY base ON app.docs FOR SELECT USING (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT TO app_user USING (tenant_id = app.tenant());
--- bad the whole policy made open later
CREATE POLICY base ON app.docs USING (tenant_id = app.tenant());
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant());
DROP POLICY base ON app.docs;
CREATE POLICY base ON app.docs USING (open OR NOT open);
--- bad new rows
GRANT INSERT ON app.docs TO app_user;
CREATE POLICY base ON app.docs USING (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs AS RESTRICTIVE FOR UPDATE USING (tenant_id = app.tenant());
CREATE POLICY d ON app.docs AS RESTRICTIVE FOR DELETE USING (tenant_id = app.tenant());
--- good all commands
CREATE POLICY base ON app.docs USING (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE USING (tenant_id = app.tenant());
--- good each command by itself
CREATE POLICY base ON app.docs USING (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs AS RESTRICTIVE FOR UPDATE USING (tenant_id = app.tenant());
CREATE POLICY d ON app.docs AS RESTRICTIVE FOR DELETE USING (tenant_id = app.tenant());
--- good the permissive one binds the rows
CREATE POLICY base ON app.docs USING (tenant_id = app.tenant());
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant());
--- good the permissive one is for SELECT as well
CREATE POLICY base ON app.docs FOR SELECT USING (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant());
--- good what is left is not granted
REVOKE UPDATE, DELETE ON app.docs FROM app_user;
CREATE POLICY base ON app.docs USING (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant());
--- good a restrictive policy about something else
CREATE POLICY base ON app.docs USING (tenant_id = app.tenant());
CREATE POLICY o ON app.docs AS RESTRICTIVE FOR DELETE USING (open);
--- good the role inherits what the policy is for
REVOKE UPDATE, DELETE ON app.docs FROM app_user;
REVOKE ALL ON app.docs FROM app_user;
GRANT SELECT ON app.docs TO clerk;
CREATE POLICY base ON app.docs USING (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE TO staff USING (tenant_id = app.tenant());
--- good mended later
CREATE POLICY base ON app.docs USING (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant());
DROP POLICY t ON app.docs;
CREATE POLICY t ON app.docs AS RESTRICTIVE USING (tenant_id = app.tenant());
