CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, parent_id int);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad compared with NULL
CREATE POLICY tops ON docs FOR SELECT USING (parent_id = NULL);
--- bad the value was forgotten
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT NULL::int) AND id > 0);
--- good FALSE is meant
CREATE POLICY closed ON docs FOR SELECT USING (false);
--- good NULL is asked for
CREATE POLICY tops ON docs FOR SELECT USING (parent_id IS NULL);
--- good another policy admits rows
CREATE POLICY tops ON docs FOR SELECT USING (parent_id = NULL);
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
