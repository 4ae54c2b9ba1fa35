CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad the quotes are forgotten, and the name is made again
CREATE POLICY "Tenant_Reads" ON docs FOR SELECT USING (true);
DROP POLICY IF EXISTS Tenant_Reads ON docs;
CREATE POLICY Tenant_Reads ON docs FOR SELECT
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good what is dropped is made again
CREATE POLICY tenant_read ON docs FOR SELECT
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
DROP POLICY IF EXISTS tenant_reads ON docs;
CREATE POLICY tenant_reads ON docs FOR SELECT
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad a name of words is made again with underscores
CREATE POLICY "Tenant reads" ON docs FOR SELECT USING (true);
DROP POLICY IF EXISTS tenant_reads ON docs;
CREATE POLICY tenant_reads ON docs FOR SELECT
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
