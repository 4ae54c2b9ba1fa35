CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE members (login text, tenant_id int, PRIMARY KEY (login, tenant_id));
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
--- bad the path of a helper
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT tenant_id FROM members WHERE login = current_setting('app.login', true) $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
CREATE OR REPLACE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT tenant_id FROM members WHERE login = nullif(current_setting('app.login', true), '') $$;
--- bad set by ALTER before
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT tenant_id FROM members $$;
ALTER FUNCTION mine() SET search_path = public, pg_temp;
CREATE OR REPLACE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT m.tenant_id FROM members AS m $$;
--- bad another setting only
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN RETURN QUERY SELECT tenant_id FROM members; END $$;
CREATE OR REPLACE FUNCTION mine() RETURNS SETOF int LANGUAGE plpgsql STABLE SECURITY DEFINER SET work_mem = '8MB' AS $$ BEGIN RETURN QUERY SELECT tenant_id FROM members; END $$;
--- bad the empty path
CREATE FUNCTION login() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$ SELECT 'a' $$;
CREATE OR REPLACE FUNCTION login() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT 'b' $$;
--- bad no SECURITY DEFINER any more
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT tenant_id FROM members $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
CREATE OR REPLACE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$ SELECT m.tenant_id FROM members AS m $$;
--- good said again
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT tenant_id FROM members $$;
CREATE OR REPLACE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$ SELECT tenant_id FROM public.members $$;
--- good set afterwards
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT tenant_id FROM members $$;
CREATE OR REPLACE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT tenant_id FROM members $$;
ALTER FUNCTION mine() SET search_path = public, pg_temp;
--- good SECURITY INVOKER as it says
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT tenant_id FROM members $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
CREATE OR REPLACE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY INVOKER AS $$ SELECT tenant_id FROM members $$;
--- good never had one
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT tenant_id FROM public.members $$;
CREATE OR REPLACE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT m.tenant_id FROM public.members AS m $$;
--- good dropped and made anew
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT tenant_id FROM members $$;
DROP FUNCTION mine();
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT tenant_id FROM members $$;
--- good another overload
CREATE FUNCTION mine(a int) RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT tenant_id FROM members $$;
CREATE OR REPLACE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT m.tenant_id FROM members AS m $$;
