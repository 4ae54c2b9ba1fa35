CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner text NOT NULL, open bool NOT NULL);
CREATE TABLE staff (login text PRIMARY KEY);
GRANT SELECT, INSERT, UPDATE ON docs TO app_user;
GRANT SELECT ON staff TO app_user;
CREATE INDEX ON docs (tenant_id);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION is_staff() RETURNS bool LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN EXISTS (SELECT FROM public.staff AS s WHERE s.login = session_user); END $$;
--- bad a flag in a setting
CREATE POLICY p ON docs USING (current_setting('app.support', true) = 'on' OR tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad a role
CREATE ROLE support;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR pg_has_role('support', 'MEMBER'));
--- bad a function
CREATE POLICY p ON docs FOR SELECT USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR (SELECT is_staff()));
--- bad a look-up among several
CREATE INDEX ON docs (owner);
CREATE POLICY p ON docs USING (owner = session_user OR EXISTS (SELECT FROM staff AS s WHERE s.login = session_user) OR tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad two conditions of the caller
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR (session_user = 'support' AND current_setting('app.support', true) = 'on'));
--- bad by ALTER in a block
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
DO $$ BEGIN ALTER POLICY p ON public.docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR is_staff()); END $$;
--- good a policy of its own for another role
CREATE ROLE support;
CREATE POLICY p ON docs TO app_user USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY q ON docs TO support USING (is_staff());
--- good all alternatives compare a column
CREATE INDEX ON docs (owner);
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR owner = session_user);
--- good a flag beside a comparison
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR (is_staff() AND owner = session_user));
--- good below AND
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) AND (owner = session_user OR is_staff()));
--- good a constant
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR false);
--- good only for new rows
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR is_staff());
--- good another alternative that no index serves
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR open OR is_staff());
--- good restrictive
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY q ON docs AS RESTRICTIVE USING (owner = session_user OR is_staff());
--- good mended later
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR is_staff());
ALTER POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good beside a restrictive comparison
CREATE POLICY p ON docs USING (owner = session_user OR is_staff());
CREATE POLICY q ON docs AS RESTRICTIVE USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
