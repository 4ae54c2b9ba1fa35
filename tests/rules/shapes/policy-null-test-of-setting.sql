CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int NOT NULL, draft bool NOT NULL, kind text NOT NULL);
GRANT USAGE ON SCHEMA app TO app_user;
GRANT SELECT, INSERT, UPDATE ON app.docs TO app_user;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
--- bad a flag that shows more
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (NOT draft OR current_setting('app.drafts', true) IS NOT NULL));
--- bad in a sub-select, with a cast
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (NOT draft OR (SELECT current_setting('app.drafts', true))::text IS NOT NULL));
--- bad IS DISTINCT FROM NULL
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (NOT draft OR current_setting('app.drafts', true) IS DISTINCT FROM NULL));
--- bad refused after the first transaction
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND current_setting('app.readonly', true) IS NULL);
--- bad negated
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND NOT (current_setting('app.readonly', true) IS NOT NULL));
--- bad a plpgsql helper
CREATE FUNCTION app.sees_drafts() RETURNS bool LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF current_setting('app.drafts', true) IS NULL THEN
    RETURN false;
  END IF;
  RETURN true;
END $$;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (NOT draft OR app.sees_drafts()));
--- bad a default for what is missing
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (kind = 'a' OR coalesce(current_setting('app.mode', true), 'all') = 'all'));
--- bad ALTER POLICY and WITH CHECK
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
ALTER POLICY p ON app.docs WITH CHECK (tenant_id = app.tenant() AND current_setting('app.readonly', true) IS NULL);
--- bad a restrictive policy from a DO block
CREATE POLICY t ON app.docs USING (tenant_id = app.tenant());
DO $$ BEGIN
  EXECUTE 'CREATE POLICY p ON app.docs AS RESTRICTIVE FOR SELECT USING (NOT draft OR current_setting(''app.drafts'', true) IS NOT NULL)';
END $$;
--- bad an error instead of no row
CREATE POLICY p ON app.docs USING (CASE WHEN current_setting('app.tenant_id', true) IS NULL THEN false ELSE tenant_id = current_setting('app.tenant_id')::int END);
--- good a cast that fails by itself: the other rule speaks
CREATE POLICY p ON app.docs USING (CASE WHEN current_setting('app.tenant_id', true) IS NULL THEN false ELSE tenant_id = current_setting('app.tenant_id', true)::int END);
--- good NULLIF
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (NOT draft OR nullif(current_setting('app.drafts', true), '') IS NOT NULL));
--- good the empty string as well
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (NOT draft OR (current_setting('app.drafts', true) IS NOT NULL AND current_setting('app.drafts', true) <> '')));
--- good a value
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (NOT draft OR current_setting('app.drafts', true) = 'on'));
--- good no row without a tenant either way
CREATE POLICY p ON app.docs USING (current_setting('app.tenant_id', true) IS NOT NULL AND tenant_id::text = current_setting('app.tenant_id', true));
--- good a default that is empty
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (kind = 'a' OR coalesce(current_setting('app.mode', true), '') = 'all'));
--- good a default that is not asked for
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (kind = 'a' OR coalesce(current_setting('app.mode', true), 'some') = 'all'));
--- good claims, which PostgREST always sets
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (NOT draft OR current_setting('request.jwt.claims', true) IS NULL));
--- good a column is NULL
ALTER TABLE app.docs ADD gone text;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND gone IS NULL);
--- good the tenant that a helper gives
CREATE POLICY p ON app.docs USING (app.tenant() IS NOT NULL AND tenant_id = app.tenant());
--- good a setting with which sessions of a role begin
CREATE ROLE clerk LOGIN;
ALTER ROLE clerk SET app.drafts = 'on';
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND (NOT draft OR current_setting('app.drafts', true) IS NOT NULL));
--- good mended later
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND current_setting('app.readonly', true) IS NULL);
DROP POLICY p ON app.docs;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
