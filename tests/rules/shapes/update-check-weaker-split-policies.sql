CREATE ROLE app_user LOGIN;
CREATE ROLE staff NOLOGIN;
CREATE ROLE clerk LOGIN IN ROLE staff;
CREATE SCHEMA app;
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner_id int, open bool NOT NULL);
GRANT USAGE ON SCHEMA app TO app_user, staff;
GRANT SELECT, UPDATE ON app.docs TO app_user, staff;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
--- bad WITH CHECK (true)
CREATE POLICY r ON app.docs FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant()) WITH CHECK (true);
--- bad a helper, a cast, the setting written out
CREATE POLICY r ON app.docs FOR SELECT USING (tenant_id::text = current_setting('app.tenant_id', true));
CREATE POLICY u ON app.docs FOR UPDATE USING (app.tenant() = docs.tenant_id) WITH CHECK (tenant_id IS NOT NULL);
--- bad ALTER POLICY weakens the policy for UPDATE when it is made again
CREATE POLICY r ON app.docs FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant());
DROP POLICY u ON app.docs;
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant()) WITH CHECK (open);
--- bad a DO block
DO $$ BEGIN
  EXECUTE format('CREATE POLICY r ON %I.%I FOR SELECT USING (tenant_id = app.tenant())', 'app', 'docs');
  EXECUTE format('CREATE POLICY u ON %I.%I FOR UPDATE USING (tenant_id = app.tenant()) WITH CHECK (1 = 1)', 'app', 'docs');
END $$;
--- bad for members of a group
CREATE POLICY r ON app.docs FOR SELECT TO staff USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs FOR UPDATE TO staff USING (tenant_id = app.tenant()) WITH CHECK (true);
--- bad a restrictive policy for SELECT stops the others
CREATE POLICY r ON app.docs FOR SELECT USING (open);
CREATE POLICY t ON app.docs AS RESTRICTIVE FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant()) WITH CHECK (open);
--- good the same check
CREATE POLICY r ON app.docs FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant()) WITH CHECK (tenant_id = app.tenant());
--- good no check
CREATE POLICY r ON app.docs FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant());
--- good readers see more: the other rule speaks
CREATE POLICY r ON app.docs FOR SELECT USING (true);
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant()) WITH CHECK (true);
--- good all commands: the other rule speaks
GRANT INSERT ON app.docs TO app_user;
CREATE POLICY a ON app.docs USING (tenant_id = app.tenant()) WITH CHECK (true);
--- good the column may not be set
REVOKE UPDATE ON app.docs FROM app_user, staff;
GRANT UPDATE (open) ON app.docs TO app_user;
CREATE POLICY r ON app.docs FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant()) WITH CHECK (true);
--- good a restrictive check
CREATE POLICY r ON app.docs FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant()) WITH CHECK (true);
CREATE POLICY t ON app.docs AS RESTRICTIVE USING (tenant_id = app.tenant());
--- good mended by ALTER POLICY
CREATE POLICY r ON app.docs FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant()) WITH CHECK (true);
ALTER POLICY u ON app.docs WITH CHECK (tenant_id = app.tenant());
--- good handed to a colleague
CREATE POLICY r ON app.docs FOR SELECT USING (tenant_id = app.tenant());
CREATE POLICY u ON app.docs FOR UPDATE USING (tenant_id = app.tenant() AND owner_id = 1) WITH CHECK (tenant_id = app.tenant());
