CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE members (login text, tenant_id int, PRIMARY KEY (login, tenant_id));
GRANT SELECT, INSERT ON docs, members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad a set
CREATE FUNCTION my_tenants() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT tenant_id FROM members WHERE login = session_user $$;
CREATE POLICY p ON docs USING (tenant_id = ANY (ARRAY(SELECT my_tenants())));
--- bad a column is passed
CREATE FUNCTION is_member(t int) RETURNS bool LANGUAGE plpgsql STABLE
AS $$ BEGIN RETURN EXISTS (SELECT FROM public.members AS m WHERE m.tenant_id = t AND m.login = session_user); END $$;
CREATE POLICY p ON docs USING (is_member(tenant_id));
--- bad restricted, for each row
CREATE FUNCTION is_own(t int) RETURNS bool LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
AS $$ BEGIN RETURN t = current_setting('app.tenant_id')::int; END $$;
CREATE POLICY p ON docs USING (is_own(tenant_id));
--- bad said and taken back
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN RETURN current_setting('app.tenant_id')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
CREATE OR REPLACE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN nullif(current_setting('app.tenant_id', true), '')::int; END $$;
--- bad by ALTER
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN RETURN current_setting('app.tenant_id')::int; END $$;
ALTER FUNCTION tenant() PARALLEL UNSAFE;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- bad for SELECT, by a block
DO $$ BEGIN
EXECUTE 'CREATE FUNCTION public.tenant() RETURNS int LANGUAGE plpgsql STABLE AS ''BEGIN RETURN current_setting(''''app.tenant_id'''')::int; END''';
EXECUTE 'CREATE POLICY p ON public.docs FOR SELECT USING (tenant_id = (SELECT public.tenant()))'; END $$;
--- good by ALTER
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN current_setting('app.tenant_id')::int; END $$;
ALTER FUNCTION tenant() PARALLEL SAFE;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- good restricted, once
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$ BEGIN RETURN current_setting('app.tenant_id')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- good writes
CREATE TABLE log (login text);
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.log VALUES (session_user); RETURN current_setting('app.tenant_id')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- good only for new rows
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN current_setting('app.tenant_id')::int; END $$;
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id = (SELECT tenant()));
--- good no function of the project
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good called by another function alone
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN current_setting('app.tenant_id')::int; END $$;
CREATE FUNCTION is_own(t int) RETURNS bool LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN RETURN t = public.tenant(); END $$;
CREATE POLICY p ON docs USING (is_own(tenant_id));
--- good for somebody else
CREATE ROLE auditor;
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN current_setting('app.tenant_id')::int; END $$;
CREATE POLICY p ON docs TO auditor USING (tenant_id = (SELECT tenant()));
