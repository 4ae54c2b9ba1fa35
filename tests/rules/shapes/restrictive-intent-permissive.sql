CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, region text NOT NULL, author_id int);
CREATE INDEX ON docs (tenant_id);
CREATE INDEX ON docs (region);
CREATE INDEX ON docs (author_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad the session chooses a region
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY here ON docs USING (region = (SELECT current_setting('app.region', true)));
--- bad the session chooses a region, from the other side
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY here ON docs FOR SELECT USING (current_setting('app.region', true) = region);
--- good the region is restrictive
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY here ON docs AS RESTRICTIVE USING (region = (SELECT current_setting('app.region', true)));
--- good rows are of regions and of nobody else
CREATE POLICY here ON docs USING (region = (SELECT current_setting('app.region', true)));
--- good authors beside tenants
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY author ON docs USING (author_id = (SELECT nullif(current_setting('app.user_id', true), '')::int));
