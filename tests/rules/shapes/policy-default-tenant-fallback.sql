CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, slug text NOT NULL, deleted_at timestamptz);
CREATE TABLE members (login text, tenant_id int, PRIMARY KEY (login, tenant_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
GRANT SELECT ON members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad text and a cast around
CREATE POLICY p ON docs USING (tenant_id = COALESCE(NULLIF(current_setting('app.t', true), ''), '1')::int);
--- bad a slug
CREATE POLICY p ON docs USING (slug = COALESCE(current_setting('app.t', true), 'acme'));
--- bad CASE
CREATE POLICY p ON docs USING (tenant_id = CASE WHEN NULLIF(current_setting('app.t', true), '') IS NULL THEN 1
  ELSE current_setting('app.t')::int END);
--- bad a getter in SQL
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT COALESCE(NULLIF(current_setting('app.t', true), '')::int, 1) $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- bad a getter in PL/pgSQL
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE found text := current_setting('app.t', true);
BEGIN IF found IS NULL OR found = '' THEN RETURN 1; END IF; RETURN found::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
--- bad a getter that catches errors
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN current_setting('app.t')::int; EXCEPTION WHEN OTHERS THEN RETURN 1; END $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
--- bad a list
CREATE POLICY p ON docs USING (tenant_id = ANY (string_to_array(COALESCE(NULLIF(current_setting('app.t', true), ''), '1'), ',')::int[]));
--- bad by membership
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m
  WHERE m.login = COALESCE(NULLIF(current_setting('app.login', true), ''), 'admin')));
--- bad greatest
CREATE POLICY p ON docs USING (tenant_id = greatest(NULLIF(current_setting('app.t', true), '')::int, 1));
--- bad beside a filter
CREATE POLICY p ON docs USING (deleted_at IS NULL AND tenant_id = COALESCE(NULLIF(current_setting('app.t', true), '')::int, 1));
--- bad an alternative of its own
CREATE POLICY p ON docs USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int
  OR (NULLIF(current_setting('app.t', true), '') IS NULL AND tenant_id = 1));
--- good an alternative whoever asks
CREATE POLICY p ON docs USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int OR tenant_id = 1);
--- bad WITH CHECK
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id = COALESCE(NULLIF(current_setting('app.t', true), '')::int, 1));
--- good NULL as it is
CREATE POLICY p ON docs USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int);
--- good the empty string
CREATE POLICY p ON docs USING (slug = COALESCE(current_setting('app.t', true), ''));
--- good another setting first
CREATE POLICY p ON docs USING (slug = COALESCE(NULLIF(current_setting('app.t', true), ''), NULLIF(current_setting('app.tenant', true), '')));
--- good asked for before
CREATE POLICY p ON docs USING (NULLIF(current_setting('app.t', true), '') IS NOT NULL
  AND tenant_id = COALESCE(NULLIF(current_setting('app.t', true), '')::int, 1));
--- good a flag
CREATE POLICY p ON docs USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int
  AND COALESCE(current_setting('app.mode', true), 'live') = 'live');
--- good a setting beside the tenant
CREATE POLICY p ON docs USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int
  AND slug = COALESCE(NULLIF(current_setting('app.slug', true), ''), 'main'));
--- good the row's own column
CREATE POLICY p ON docs USING (COALESCE(tenant_id, 1) = NULLIF(current_setting('app.t', true), '')::int);
--- good a restrictive policy
CREATE POLICY t ON docs AS RESTRICTIVE USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int);
CREATE POLICY p ON docs USING (tenant_id = COALESCE(NULLIF(current_setting('app.t', true), '')::int, 1));
