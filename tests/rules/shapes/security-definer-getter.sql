CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO app_user;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE members (login text PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad PL/pgSQL
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE plpgsql STABLE SECURITY DEFINER
AS $$ DECLARE found text := current_setting('app.tenant_id', true); BEGIN RETURN nullif(found, '')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT app.tenant()));
--- bad with a search_path
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT public.tenant()));
--- bad who is connected
CREATE FUNCTION tenant() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT split_part(session_user, '_', 2) $$;
CREATE POLICY p ON docs USING (tenant_id::text = (SELECT tenant()));
--- bad compares a column
CREATE FUNCTION is_own(t int) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT t = current_setting('app.tenant_id')::int $$;
CREATE POLICY p ON docs USING (is_own(tenant_id));
--- bad through another getter
CREATE FUNCTION context(name text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant_id', true) $$;
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT public.context('x')::int $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- bad by ALTER, in a block
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
DO $$ BEGIN EXECUTE 'ALTER FUNCTION public.tenant() SECURITY DEFINER'; END $$;
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id = tenant());
--- good reads a table
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT tenant_id FROM members WHERE login = current_setting('app.login', true) $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- good calls what reads a table
CREATE FUNCTION tenant_of(l text) RETURNS int LANGUAGE sql STABLE AS $$ SELECT tenant_id FROM public.members WHERE login = l $$;
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT tenant_of(current_setting('app.login', true)) $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- good as the caller
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
--- good in no policy
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
--- good the owner by name
CREATE FUNCTION who() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT current_user::text $$;
CREATE POLICY p ON docs USING (tenant_id::text = (SELECT who()));
--- good calls what its caller may not
CREATE FUNCTION app.secret() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant_id', true) $$;
REVOKE EXECUTE ON FUNCTION app.secret() FROM PUBLIC;
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT app.secret()::int $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- good a setting for superusers
CREATE FUNCTION place() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT current_setting('data_directory') $$;
CREATE POLICY p ON docs USING (tenant_id = length((SELECT place())));
--- good made the caller's later
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
ALTER FUNCTION tenant() SECURITY INVOKER;
