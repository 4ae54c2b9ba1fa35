CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE TABLE members (login text, tenant_id int, PRIMARY KEY (login, tenant_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
GRANT SELECT ON members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad members
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
--- bad EXISTS
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id AND m.login = current_setting('app.login', true)));
--- bad WITH CHECK
CREATE POLICY p ON docs FOR UPDATE USING (tenant_id = nullif(current_setting('app.t', true), '')::int)
  WITH CHECK (tenant_id = ANY (string_to_array(current_setting('app.tenants', true), ',')::int[]));
--- bad an array of members
CREATE POLICY p ON docs USING (tenant_id = ANY (ARRAY(SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true))));
--- bad granted on the column
REVOKE UPDATE ON docs FROM app_user;
GRANT UPDATE (body, tenant_id) ON docs TO app_user;
CREATE POLICY p ON docs USING (tenant_id = ANY (string_to_array(current_setting('app.tenants', true), ',')::int[]));
--- bad through a helper
CREATE FUNCTION my_tenants() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true) $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT my_tenants()));
--- good one tenant
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- good one tenant for new rows
CREATE POLICY p ON docs FOR UPDATE USING (tenant_id = ANY (string_to_array(current_setting('app.tenants', true), ',')::int[]))
  WITH CHECK (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- good other columns only
REVOKE UPDATE ON docs FROM app_user;
GRANT UPDATE (body) ON docs TO app_user;
CREATE POLICY p ON docs USING (tenant_id = ANY (string_to_array(current_setting('app.tenants', true), ',')::int[]));
--- good read only
CREATE POLICY p ON docs FOR SELECT USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
--- good a trigger keeps it
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.tenant_id <> OLD.tenant_id THEN RAISE 'no'; END IF; RETURN NEW; END $$;
CREATE TRIGGER keep BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION keep();
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
--- good a restrictive policy
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
CREATE POLICY r ON docs AS RESTRICTIVE FOR UPDATE USING (true) WITH CHECK (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- good both at once
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int
  AND tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
