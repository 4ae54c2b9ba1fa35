CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, region text NOT NULL, tenant_id int NOT NULL);
CREATE INDEX ON docs (region, tenant_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad nothing asks for the region
CREATE POLICY older ON docs AS RESTRICTIVE USING (id > 0);
--- bad the region is asked for where others read
CREATE ROLE visitor LOGIN;
CREATE POLICY here ON docs AS RESTRICTIVE TO visitor USING (region = (SELECT current_setting('app.region', true)));
--- good a restrictive policy asks for the region
CREATE POLICY here ON docs AS RESTRICTIVE USING (region = (SELECT current_setting('app.region', true)));
