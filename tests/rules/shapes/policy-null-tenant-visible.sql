CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int, body text, deleted_at timestamptz, published bool NOT NULL DEFAULT false);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad the other way round
CREATE POLICY p ON docs USING (tenant_id IS NULL OR tenant_id = NULLIF(current_setting('app.t', true), '')::int);
--- bad COALESCE
CREATE POLICY p ON docs USING (COALESCE(tenant_id = NULLIF(current_setting('app.t', true), '')::int, tenant_id IS NULL));
--- bad the caller's where there is none
CREATE POLICY p ON docs FOR UPDATE USING (COALESCE(tenant_id, NULLIF(current_setting('app.t', true), '')::int) = NULLIF(current_setting('app.t', true), '')::int);
--- bad a policy of its own
CREATE POLICY t ON docs USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int);
CREATE POLICY p ON docs FOR DELETE USING (tenant_id IS NULL);
--- bad not true
CREATE POLICY p ON docs USING ((tenant_id <> NULLIF(current_setting('app.t', true), '')::int) IS NOT TRUE AND NULLIF(current_setting('app.t', true), '') IS NOT NULL);
--- bad beside a filter
CREATE POLICY p ON docs USING (deleted_at IS NULL AND (tenant_id = NULLIF(current_setting('app.t', true), '')::int OR tenant_id IS NULL));
--- bad read and planted
CREATE POLICY p ON docs FOR SELECT USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int OR tenant_id IS NULL);
CREATE POLICY w ON docs FOR INSERT WITH CHECK (tenant_id IS NULL OR tenant_id = NULLIF(current_setting('app.t', true), '')::int);
--- bad a helper
CREATE FUNCTION mine(t int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT t IS NULL OR t = NULLIF(current_setting('app.t', true), '')::int $$;
CREATE POLICY p ON docs USING (mine(tenant_id));
--- good read only
CREATE POLICY p ON docs FOR SELECT USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int OR tenant_id IS NULL);
CREATE POLICY w ON docs FOR INSERT WITH CHECK (tenant_id = NULLIF(current_setting('app.t', true), '')::int);
CREATE POLICY u ON docs FOR UPDATE USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int);
--- good never NULL
ALTER TABLE docs ALTER tenant_id SET NOT NULL;
CREATE POLICY p ON docs USING (tenant_id IS NULL OR tenant_id = NULLIF(current_setting('app.t', true), '')::int);
--- good a restrictive policy keeps writes apart
CREATE POLICY p ON docs USING (tenant_id IS NULL OR tenant_id = NULLIF(current_setting('app.t', true), '')::int);
CREATE POLICY w ON docs AS RESTRICTIVE FOR INSERT WITH CHECK (tenant_id = NULLIF(current_setting('app.t', true), '')::int);
CREATE POLICY u ON docs AS RESTRICTIVE FOR UPDATE USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int);
CREATE POLICY d ON docs AS RESTRICTIVE FOR DELETE USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int);
--- good another column
CREATE POLICY p ON docs USING (deleted_at IS NULL AND tenant_id = NULLIF(current_setting('app.t', true), '')::int);
--- good what is published besides
CREATE POLICY t ON docs USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int);
CREATE POLICY p ON docs FOR SELECT USING (tenant_id IS NULL AND published);
--- good only for who has no context
CREATE POLICY p ON docs USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int OR (tenant_id IS NULL AND NULLIF(current_setting('app.t', true), '') IS NULL));
