CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON docs, notes TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY t ON notes USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- bad beside what no caller is
CREATE POLICY p ON docs USING (current_setting('app.t', true) NOT IN ('', '0') AND tenant_id <> current_setting('app.t')::int);
--- bad COALESCE and NULLIF
CREATE POLICY p ON docs USING (coalesce(nullif(tenant_id, nullif(current_setting('app.t', true), '')::int), -1) <> -1);
--- good nobody's tenant
CREATE POLICY p ON docs USING (current_setting('app.t', true) NOT IN ('', '0') AND tenant_id = current_setting('app.t')::int);
--- good some callers only
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int OR current_setting('app.kind', true) = 'operator');
