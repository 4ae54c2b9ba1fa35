CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int, org_id int NOT NULL, owner text, deleted_at timestamptz);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad NOT DISTINCT the other way
CREATE POLICY p ON docs USING (NULLIF(current_setting('app.t', true), '')::int IS NOT DISTINCT FROM tenant_id);
--- bad NOT IS DISTINCT
CREATE POLICY p ON docs USING (NOT (tenant_id IS DISTINCT FROM (SELECT NULLIF(current_setting('app.t', true), '')::int)));
--- bad both are NULL
CREATE POLICY p ON docs USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int
  OR (tenant_id IS NULL AND NULLIF(current_setting('app.t', true), '') IS NULL));
--- bad COALESCE on both sides
CREATE POLICY p ON docs USING (COALESCE(tenant_id, -1) = COALESCE(NULLIF(current_setting('app.t', true), '')::int, -1));
--- bad text on both sides
CREATE POLICY p ON docs USING (COALESCE(owner, '') = COALESCE(current_setting('app.login', true), ''));
--- bad a getter
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT NULLIF(current_setting('app.t', true), '')::int $$;
CREATE POLICY p ON docs USING (tenant_id IS NOT DISTINCT FROM tenant());
--- bad beside a filter
CREATE POLICY p ON docs USING (deleted_at IS NULL AND tenant_id IS NOT DISTINCT FROM NULLIF(current_setting('app.t', true), '')::int);
--- bad CASE
CREATE POLICY p ON docs USING (CASE WHEN tenant_id IS NULL THEN NULLIF(current_setting('app.t', true), '') IS NULL
  ELSE tenant_id = NULLIF(current_setting('app.t', true), '')::int END);
--- bad restrictive
CREATE POLICY everybody ON docs USING (true);
CREATE POLICY p ON docs AS RESTRICTIVE USING (tenant_id IS NOT DISTINCT FROM NULLIF(current_setting('app.t', true), '')::int);
--- bad arrays, in which NULL is equal to NULL
CREATE POLICY p ON docs USING (ARRAY[tenant_id] = ARRAY[NULLIF(current_setting('app.t', true), '')::int]);
--- bad INTERSECT, for which NULL is equal to NULL
CREATE POLICY p ON docs USING (EXISTS (SELECT tenant_id INTERSECT SELECT NULLIF(current_setting('app.t', true), '')::int));
--- good EXCEPT of a column that is never NULL
CREATE POLICY p ON docs USING (NOT EXISTS (SELECT org_id EXCEPT SELECT NULLIF(current_setting('app.o', true), '')::int));
--- good arrays that hold one another
CREATE POLICY p ON docs USING (ARRAY[tenant_id] <@ ARRAY[NULLIF(current_setting('app.t', true), '')::int]);
--- good a column that is never NULL
CREATE POLICY p ON docs USING (org_id IS NOT DISTINCT FROM NULLIF(current_setting('app.o', true), '')::int);
--- good equality
CREATE POLICY p ON docs USING (tenant_id = NULLIF(current_setting('app.t', true), '')::int);
--- good never NULL later
ALTER TABLE docs ALTER tenant_id SET NOT NULL;
CREATE POLICY p ON docs USING (tenant_id IS NOT DISTINCT FROM NULLIF(current_setting('app.t', true), '')::int);
--- good asked for besides
CREATE POLICY p ON docs USING (NULLIF(current_setting('app.t', true), '') IS NOT NULL
  AND tenant_id IS NOT DISTINCT FROM NULLIF(current_setting('app.t', true), '')::int);
--- good a setting that has to be there
CREATE POLICY p ON docs USING (tenant_id IS NOT DISTINCT FROM current_setting('app.t')::int);
--- good beside another tenant
CREATE POLICY p ON docs USING (org_id = NULLIF(current_setting('app.o', true), '')::int
  AND tenant_id IS NOT DISTINCT FROM NULLIF(current_setting('app.t', true), '')::int);
--- good bound to different values
CREATE POLICY p ON docs USING (COALESCE(tenant_id, -1) = COALESCE(NULLIF(current_setting('app.t', true), '')::int, -2));
--- good the user
CREATE POLICY p ON docs USING (owner IS NOT DISTINCT FROM current_user);
