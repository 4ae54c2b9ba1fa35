CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO app_user;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE members (login text, tenant_id int, PRIMARY KEY (login, tenant_id));
CREATE TABLE app.roles (login text PRIMARY KEY, role text);
GRANT SELECT ON members, app.roles TO app_user;
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad SQL that answers yes or no
CREATE FUNCTION is_member(t int) RETURNS bool LANGUAGE sql STABLE
AS $$ SELECT EXISTS (SELECT FROM members WHERE login = session_user AND tenant_id = t) $$;
CREATE POLICY p ON docs USING (is_member(tenant_id));
--- bad PL/pgSQL with a variable
CREATE FUNCTION my_tenant() RETURNS int LANGUAGE plpgsql STABLE
AS $$ DECLARE found int; BEGIN SELECT tenant_id INTO found FROM members WHERE login = session_user LIMIT 1; RETURN found; END $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT my_tenant()));
--- bad one table qualified, the other not
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE
AS $$ SELECT m.tenant_id FROM app.roles AS r JOIN members AS m USING (login) WHERE login = session_user $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
--- bad made along a path that is gone
SET search_path = app, public;
CREATE FUNCTION app.is_admin() RETURNS bool LANGUAGE plpgsql STABLE
AS $$ BEGIN RETURN EXISTS (SELECT 1 FROM roles WHERE login = session_user AND role = 'admin'); END $$;
RESET search_path;
CREATE POLICY p ON docs USING (app.is_admin());
--- bad behind a helper that is bound
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE
AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE FUNCTION is_mine(t int) RETURNS bool LANGUAGE sql STABLE RETURN t IN (SELECT mine());
CREATE POLICY p ON docs USING (is_mine(tenant_id));
--- bad only for new rows
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE
AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id IN (SELECT mine()));
--- bad by ALTER, and a policy by a block
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
ALTER FUNCTION mine() SECURITY INVOKER;
DO $$ BEGIN EXECUTE 'CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()))'; END $$;
--- bad pg_temp in front
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SET search_path = pg_temp, public
AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
--- bad its path is taken away
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
ALTER FUNCTION mine() RESET search_path;
--- good pg_temp last
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
--- good qualified
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE
AS $$ WITH members AS (SELECT * FROM public.members) SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
--- good bound when it is made
CREATE FUNCTION is_member(t int) RETURNS bool LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM members WHERE login = session_user AND tenant_id = t);
CREATE POLICY p ON docs USING (is_member(tenant_id));
--- good in the policy itself
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = session_user));
--- good a setting alone
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE
AS $$ BEGIN RETURN nullif(current_setting('app.tenant_id', true), '')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- good asked by no policy
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good called along the path of another function
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE FUNCTION is_mine(t int) RETURNS bool LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$ SELECT t IN (SELECT mine()) $$;
CREATE POLICY p ON docs USING (is_mine(tenant_id));
--- good after the body was qualified
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
CREATE OR REPLACE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT tenant_id FROM public.members WHERE login = session_user $$;
--- good the policy is gone
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
ALTER POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
