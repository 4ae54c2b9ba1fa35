CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner text);
CREATE TABLE members (login text, tenant_id int, PRIMARY KEY (login, tenant_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON docs, members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad without a row at all
CREATE POLICY p ON docs USING (current_setting('application_name') LIKE 'admin%');
--- bad the owner
CREATE POLICY p ON docs USING (owner = (SELECT current_setting('Application_Name', true)));
--- bad by membership
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('application_name')));
--- bad WITH CHECK
CREATE POLICY p ON docs FOR INSERT WITH CHECK (owner = current_setting('application_name'));
--- bad a fallback
CREATE POLICY p ON docs USING (owner = COALESCE(NULLIF(current_setting('app.login', true), ''), current_setting('application_name')));
--- bad restrictive
CREATE POLICY everybody ON docs USING (true);
CREATE POLICY p ON docs AS RESTRICTIVE USING (owner = current_setting('application_name'));
--- good another setting
CREATE POLICY p ON docs USING (owner = current_setting('app.application_name', true));
--- good beside the tenant
CREATE POLICY p ON docs USING (owner = current_setting('app.login', true) AND current_setting('application_name') <> 'psql');
--- good a restrictive policy by a setting
CREATE POLICY t ON docs AS RESTRICTIVE USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
CREATE POLICY p ON docs USING (owner = current_setting('application_name'));
--- good a default
ALTER TABLE docs ALTER owner SET DEFAULT current_setting('application_name');
CREATE POLICY p ON docs USING (owner = current_setting('app.login', true));
--- good a restrictive policy that bars
CREATE POLICY p ON docs USING (owner = current_setting('app.login', true));
CREATE POLICY r ON docs AS RESTRICTIVE FOR DELETE USING (current_setting('application_name') = 'web');
