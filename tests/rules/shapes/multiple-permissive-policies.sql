CREATE ROLE app_user LOGIN;
CREATE ROLE auditor LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner text);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
GRANT SELECT ON docs TO auditor;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app_user USING (tenant_id = (SELECT nullif(current_setting('app.t', true), '')::int));
--- bad for one command
CREATE POLICY own ON docs FOR SELECT TO app_user USING (owner = current_setting('app.login', true));
--- bad PUBLIC
CREATE POLICY own ON docs FOR UPDATE USING (owner = current_setting('app.login', true));
--- bad three
CREATE POLICY own ON docs FOR SELECT TO app_user USING (owner = current_setting('app.login', true));
CREATE POLICY first ON docs FOR SELECT TO app_user USING (id = 1 AND owner = current_setting('app.login', true));
--- bad by membership
CREATE ROLE staff;
GRANT staff TO app_user;
CREATE POLICY own ON docs FOR SELECT TO staff USING (owner = current_setting('app.login', true));
--- bad for INSERT
CREATE POLICY own ON docs FOR INSERT TO app_user WITH CHECK (owner = current_setting('app.login', true));
--- good one
CREATE POLICY r ON docs AS RESTRICTIVE USING (owner IS NOT NULL);
--- good for another role
CREATE POLICY audit ON docs FOR SELECT TO auditor USING (owner = current_setting('app.login', true));
--- good for other commands
DROP POLICY tenant ON docs;
CREATE POLICY a ON docs FOR SELECT TO app_user USING (owner = current_setting('app.login', true));
CREATE POLICY b ON docs FOR UPDATE TO app_user USING (owner = current_setting('app.login', true));
--- good without the privilege
REVOKE DELETE ON docs FROM app_user;
CREATE POLICY own ON docs FOR DELETE TO app_user USING (owner = current_setting('app.login', true));
--- good dropped
CREATE POLICY own ON docs FOR SELECT TO app_user USING (owner = current_setting('app.login', true));
DROP POLICY own ON docs;
--- good without row security
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs FOR SELECT TO app_user USING (owner = current_setting('app.login', true));
