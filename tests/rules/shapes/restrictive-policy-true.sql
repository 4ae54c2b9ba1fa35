CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner int);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY t ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- bad always equal
CREATE POLICY p ON docs AS RESTRICTIVE USING (1 = 1);
--- bad a column that is never NULL
CREATE POLICY p ON docs AS RESTRICTIVE USING (tenant_id IS NOT NULL);
--- bad with itself
CREATE POLICY p ON docs AS RESTRICTIVE USING (tenant_id = tenant_id);
--- bad a function
CREATE FUNCTION ok() RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE POLICY p ON docs AS RESTRICTIVE FOR SELECT USING (ok());
--- bad both clauses
CREATE POLICY p ON docs AS RESTRICTIVE USING (true) WITH CHECK (true);
--- bad WITH CHECK
CREATE POLICY p ON docs AS RESTRICTIVE FOR INSERT WITH CHECK (true);
--- bad or true
CREATE POLICY p ON docs AS RESTRICTIVE USING (owner = 1 OR true);
--- good permissive
CREATE POLICY p ON docs USING (true);
--- good a check besides
CREATE POLICY p ON docs AS RESTRICTIVE USING (true) WITH CHECK (owner IS NOT NULL);
--- good a column that may be NULL
CREATE POLICY p ON docs AS RESTRICTIVE USING (owner IS NOT NULL);
--- good a condition
CREATE POLICY p ON docs AS RESTRICTIVE USING (tenant_id > 0);
--- good a comparison that is not true of NULL
CREATE POLICY p ON docs AS RESTRICTIVE USING (owner = owner);
--- good the session
CREATE POLICY p ON docs AS RESTRICTIVE USING (current_setting('app.t', true) IS NOT NULL);
