CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad a range without bounds
CREATE POLICY p ON docs USING (tenant_id <@ int4range(
  NULLIF(current_setting('app.t', true), '')::int, NULLIF(current_setting('app.t', true), '')::int, '[]'));
--- bad a range that holds it
CREATE POLICY p ON docs USING (int4range(
  NULLIF(current_setting('app.from', true), '')::int, NULLIF(current_setting('app.to', true), '')::int) @> tenant_id);
--- good a range of the tenant in the row
CREATE POLICY p ON docs USING (NULLIF(current_setting('app.t', true), '')::int <@ int4range(tenant_id, tenant_id, '[]'));
--- good a range of one tenant, or of nobody
CREATE POLICY p ON docs USING (tenant_id <@ int4range(
  COALESCE(NULLIF(current_setting('app.t', true), '')::int, 0),
  COALESCE(NULLIF(current_setting('app.t', true), '')::int, 0), '[]'));
