CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO app_user;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, team_id int NOT NULL, owner text NOT NULL);
CREATE TABLE app.members (login text, tenant_id int, team_id int, PRIMARY KEY (login, tenant_id, team_id));
GRANT SELECT, INSERT, UPDATE ON docs TO app_user;
GRANT SELECT ON app.members TO app_user;
CREATE INDEX ON docs (tenant_id);
CREATE INDEX ON docs (owner);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION my_tenants() RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user $$;
--- bad ANY
CREATE POLICY p ON docs USING (tenant_id = ANY (SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user));
--- bad a function
CREATE POLICY p ON docs USING (tenant_id IN (SELECT my_tenants()));
--- bad a column without an index
CREATE POLICY p ON docs USING (team_id IN (SELECT m.team_id FROM app.members AS m WHERE m.login = session_user));
--- bad a join
CREATE POLICY p ON docs FOR SELECT TO app_user USING (tenant_id IN (SELECT m.tenant_id FROM app.members AS m JOIN app.members AS n USING (team_id) WHERE n.login = session_user));
--- bad one of two alternatives
CREATE POLICY p ON docs USING (owner = session_user OR tenant_id IN (SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user));
--- bad two policies
CREATE POLICY p ON docs FOR SELECT USING (tenant_id IN (SELECT my_tenants()));
CREATE POLICY q ON docs FOR SELECT USING (team_id IN (SELECT m.team_id FROM app.members AS m WHERE m.login = session_user));
--- bad by ALTER in a block
CREATE POLICY p ON docs USING (false);
DO $$ BEGIN EXECUTE 'ALTER POLICY p ON public.docs USING (tenant_id IN (SELECT my_tenants()))'; END $$;
--- good an array
CREATE POLICY p ON docs USING (tenant_id = ANY (ARRAY(SELECT my_tenants())));
--- good an array of the caller's
CREATE POLICY p ON docs USING (tenant_id = ANY (string_to_array(current_setting('app.tenants', true), ',')::int[]));
--- good beside a comparison
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) AND team_id IN (SELECT m.team_id FROM app.members AS m WHERE m.login = session_user));
--- good NOT IN
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) AND team_id NOT IN (SELECT m.team_id FROM app.members AS m WHERE m.login = session_user));
--- good correlated
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM app.members AS m WHERE m.tenant_id = docs.tenant_id AND m.login = session_user));
--- good only for new rows
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id IN (SELECT my_tenants()));
--- good a list
CREATE POLICY p ON docs USING (tenant_id IN (1, 2, 3) AND owner = session_user);
--- good no index would help
CREATE POLICY p ON docs USING (tenant_id IN (SELECT my_tenants()) OR EXISTS (SELECT FROM app.members AS m WHERE m.team_id = docs.team_id AND m.login = session_user));
--- good restrictive
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY q ON docs AS RESTRICTIVE USING (team_id IN (SELECT m.team_id FROM app.members AS m WHERE m.login = session_user));
--- good beside a restrictive comparison
CREATE POLICY p ON docs USING (team_id IN (SELECT m.team_id FROM app.members AS m WHERE m.login = session_user));
CREATE POLICY q ON docs AS RESTRICTIVE USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
