CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner uuid, kind text, active bool, pinned bool, is_public bool, deleted_at timestamptz);
CREATE TABLE flags (name text PRIMARY KEY, enabled bool);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
GRANT SELECT ON flags TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad AND before OR
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND active OR pinned);
--- bad a kind
CREATE POLICY p ON docs FOR SELECT USING (tenant_id = nullif(current_setting('app.t', true), '')::int OR kind = 'memo');
--- bad a constant tenant
CREATE POLICY p ON docs FOR SELECT USING (tenant_id = 1 OR tenant_id = nullif(current_setting('app.t', true), '')::int);
--- bad a list with a constant
CREATE POLICY p ON docs FOR SELECT USING (tenant_id IN (7, nullif(current_setting('app.t', true), '')::int));
--- bad a feature flag
CREATE POLICY p ON docs FOR SELECT USING (tenant_id = nullif(current_setting('app.t', true), '')::int
  OR EXISTS (SELECT FROM flags AS f WHERE f.name = 'open' AND f.enabled));
--- bad a person's UUID
CREATE POLICY p ON docs USING (owner = nullif(current_setting('app.uid', true), '')::uuid
  OR current_setting('app.uid', true) = '3f2c1a00-0000-4000-8000-00000000abcd');
--- bad a person's address
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int
  OR current_setting('app.email', true) IN ('root@example.com', 'boss@example.com'));
--- bad CASE
CREATE POLICY p ON docs FOR SELECT USING (CASE WHEN pinned THEN true ELSE tenant_id = nullif(current_setting('app.t', true), '')::int END);
--- bad what is not deleted
CREATE POLICY p ON docs FOR UPDATE USING (tenant_id = nullif(current_setting('app.t', true), '')::int OR deleted_at IS NULL);
--- bad through a helper
CREATE FUNCTION may_see(t int, k text) RETURNS bool LANGUAGE sql STABLE AS $$
  SELECT t = nullif(current_setting('app.t', true), '')::int OR k = 'memo' $$;
CREATE POLICY p ON docs FOR SELECT USING (may_see(tenant_id, kind));
--- good in parentheses
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND (active OR pinned));
--- good what is public
CREATE POLICY p ON docs FOR SELECT USING (tenant_id = nullif(current_setting('app.t', true), '')::int OR is_public);
--- good published
CREATE POLICY p ON docs FOR SELECT USING (tenant_id = nullif(current_setting('app.t', true), '')::int OR kind = 'published');
--- good an administrator's flag
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int OR current_setting('app.is_admin', true) = 'on');
--- good a role for administrators
CREATE ROLE admin LOGIN;
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int OR current_user = 'admin');
--- good the owner
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int OR owner = nullif(current_setting('app.uid', true), '')::uuid);
--- good a restrictive policy
CREATE POLICY r ON docs AS RESTRICTIVE USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND active OR pinned);
--- good alternatives that all bind
CREATE POLICY p ON docs USING ((tenant_id = nullif(current_setting('app.t', true), '')::int AND active)
  OR (tenant_id = nullif(current_setting('app.t', true), '')::int AND pinned));
--- good whoever is a member of a role that serves nobody
CREATE ROLE dba NOLOGIN;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR pg_has_role('dba', 'USAGE'));
--- bad a tenant of no number may be changed by all
CREATE POLICY p ON docs USING (tenant_id IN ((SELECT nullif(current_setting('app.t', true), '')::int), 0));
--- good a tenant of no number is read by all
CREATE POLICY p ON docs FOR SELECT USING (tenant_id IN ((SELECT nullif(current_setting('app.t', true), '')::int), 0));
--- bad UNION with a constant
CREATE POLICY p ON docs USING (tenant_id IN (SELECT nullif(current_setting('app.t', true), '')::int UNION SELECT 7));
--- good UNION of two settings
CREATE POLICY p ON docs USING (tenant_id IN (SELECT nullif(current_setting('app.t', true), '')::int UNION SELECT nullif(current_setting('app.parent', true), '')::int));
