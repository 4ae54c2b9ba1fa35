CREATE ROLE support NOLOGIN;
CREATE ROLE staff NOLOGIN;
CREATE ROLE web LOGIN;
CREATE SCHEMA app;
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int NOT NULL, status text NOT NULL);
GRANT USAGE ON SCHEMA app TO web, support;
GRANT SELECT, UPDATE ON app.docs TO web;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
CREATE POLICY tenant ON app.docs TO web USING (tenant_id = app.tenant());
--- bad USING (true)
CREATE POLICY s ON app.docs TO support USING (true);
GRANT support TO web;
--- bad the membership comes with CREATE ROLE
CREATE POLICY s ON app.docs TO support USING (true);
CREATE ROLE clerk LOGIN IN ROLE support;
GRANT SELECT ON app.docs TO clerk;
CREATE POLICY c ON app.docs TO clerk USING (tenant_id = app.tenant());
--- bad ALTER GROUP
CREATE POLICY s ON app.docs FOR SELECT TO support USING (1 = 1);
ALTER GROUP support ADD USER web;
--- bad through another group
CREATE POLICY s ON app.docs FOR SELECT TO support USING (true);
GRANT support TO staff;
GRANT staff TO web;
--- bad rows by their status
CREATE POLICY s ON app.docs FOR UPDATE TO support USING (status = 'open');
GRANT support TO web;
--- bad from a DO block
DO $$ BEGIN
  EXECUTE format('CREATE POLICY s ON %I.%I FOR SELECT TO %I USING (true)', 'app', 'docs', 'support');
  EXECUTE format('GRANT %I TO %I', 'support', 'web');
END $$;
--- bad for several groups, by ALTER POLICY
CREATE POLICY s ON app.docs FOR SELECT TO staff USING (true);
ALTER POLICY s ON app.docs TO staff, support;
GRANT support TO web;
--- good no membership
CREATE POLICY s ON app.docs TO support USING (true);
--- good the other way round
CREATE POLICY s ON app.docs TO support USING (true);
GRANT web TO support;
--- good revoked
CREATE POLICY s ON app.docs TO support USING (true);
GRANT support TO web;
REVOKE support FROM web;
--- good NOINHERIT
ALTER ROLE web NOINHERIT;
CREATE POLICY s ON app.docs TO support USING (true);
GRANT support TO web;
--- good bound as well
CREATE POLICY s ON app.docs FOR SELECT TO support USING (tenant_id = app.tenant());
GRANT support TO web;
--- good an administrator's flag
CREATE POLICY s ON app.docs FOR SELECT TO support USING (current_setting('app.is_support', true) = 'on');
GRANT support TO web;
--- good a restrictive policy binds all
CREATE POLICY s ON app.docs TO support USING (true);
CREATE POLICY r ON app.docs AS RESTRICTIVE USING (tenant_id = app.tenant());
GRANT support TO web;
--- good a restrictive policy for the group
CREATE POLICY s ON app.docs AS RESTRICTIVE TO support USING (true);
GRANT support TO web;
