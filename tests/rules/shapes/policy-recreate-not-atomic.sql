-- +goose NO TRANSACTION
CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT USAGE ON SCHEMA app TO app_user;
GRANT SELECT ON app.docs TO app_user;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON app.docs USING (tenant_id::text = current_setting('app.tenant_id', true));
--- bad IF EXISTS
DROP POLICY IF EXISTS p ON app.docs;
CREATE POLICY p ON app.docs FOR SELECT USING (tenant_id::text = current_setting('app.tenant', true));
--- bad under another name
DROP POLICY p ON app.docs;
CREATE POLICY q ON app.docs USING (tenant_id::text = current_setting('app.tenant', true));
--- bad something between them
DROP POLICY p ON app.docs;
ALTER TABLE app.docs ADD COLUMN title text;
CREATE POLICY p ON app.docs USING (tenant_id::text = current_setting('app.tenant', true));
--- bad a restrictive policy
CREATE POLICY r ON app.docs AS RESTRICTIVE USING (tenant_id::text = current_setting('app.tenant_id', true));
DROP POLICY r ON app.docs;
CREATE POLICY r ON app.docs AS RESTRICTIVE USING (tenant_id::text = current_setting('app.tenant', true));
--- good ALTER POLICY
ALTER POLICY p ON app.docs USING (tenant_id::text = current_setting('app.tenant', true));
--- good a DO block
DO $$ BEGIN
  DROP POLICY p ON app.docs;
  CREATE POLICY p ON app.docs USING (tenant_id::text = current_setting('app.tenant', true));
END $$;
--- good nothing was there
DROP POLICY IF EXISTS q ON app.docs;
CREATE POLICY q ON app.docs USING (tenant_id::text = current_setting('app.tenant', true));
--- good not made again
CREATE POLICY q ON app.docs FOR SELECT USING (tenant_id::text = current_setting('app.tenant', true));
DROP POLICY p ON app.docs;
--- good row security is off
ALTER TABLE app.docs DISABLE ROW LEVEL SECURITY;
DROP POLICY p ON app.docs;
CREATE POLICY p ON app.docs USING (tenant_id::text = current_setting('app.tenant', true));
--- good another policy, later
DROP POLICY p ON app.docs;
ALTER TABLE app.docs ADD COLUMN title text;
CREATE POLICY q ON app.docs USING (tenant_id::text = current_setting('app.tenant', true));
--- good a policy for another command
DROP POLICY p ON app.docs;
CREATE POLICY q ON app.docs FOR INSERT WITH CHECK (tenant_id::text = current_setting('app.tenant', true));
