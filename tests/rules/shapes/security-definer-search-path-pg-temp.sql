CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO app_user;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE members (login text, tenant_id int, PRIMARY KEY (login, tenant_id));
CREATE TABLE app.roles (login text PRIMARY KEY, role text);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad SQL
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT tenant_id FROM members WHERE login = current_setting('app.login', true) $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
--- bad PL/pgSQL and two schemas
CREATE FUNCTION is_admin() RETURNS bool LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO app, public
AS $$ BEGIN RETURN EXISTS (SELECT 1 FROM roles WHERE login = current_setting('app.login', true) AND role = 'admin'); END $$;
CREATE POLICY p ON docs USING (is_admin());
--- bad pg_temp first
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_temp, public
AS $$ SELECT tenant_id FROM members WHERE login = current_setting('app.login', true) $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
--- bad by ALTER
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT tenant_id FROM members WHERE login = current_setting('app.login', true) $$;
ALTER FUNCTION mine() SET search_path = public;
--- bad pg_catalog and public
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$ SELECT m.tenant_id FROM app.roles AS r JOIN members AS m USING (login) $$;
--- bad a trigger
CREATE FUNCTION check_tenant() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN IF NOT EXISTS (SELECT FROM members WHERE tenant_id = NEW.tenant_id) THEN RAISE 'no'; END IF; RETURN NEW; END $$;
CREATE TRIGGER check_tenant BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION check_tenant();
--- bad a procedure that writes
CREATE PROCEDURE join_tenant(t int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN INSERT INTO members VALUES (current_setting('app.login', true), t); END $$;
--- good pg_temp last
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT tenant_id FROM members WHERE login = current_setting('app.login', true) $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
--- good no path at all and qualified names
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$ SELECT tenant_id FROM public.members WHERE login = current_setting('app.login', true) $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT mine()));
--- good qualified names
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ WITH found AS (SELECT m.tenant_id FROM public.members AS m) SELECT tenant_id FROM found $$;
--- good functions alone
CREATE FUNCTION login() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT lower(current_setting('app.login', true)) $$;
CREATE FUNCTION again() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$ SELECT login() $$;
--- good as the caller
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SET search_path = public
AS $$ SELECT tenant_id FROM members WHERE login = current_setting('app.login', true) $$;
--- good a temporary table of its own
CREATE FUNCTION summed() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE n bigint; BEGIN
  CREATE TEMPORARY TABLE parts ON COMMIT DROP AS SELECT 1 AS n;
  SELECT count(*) INTO n FROM parts; RETURN n; END $$;
--- good bound when it is made
CREATE FUNCTION mine() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
BEGIN ATOMIC SELECT count(*) FROM members; END;
--- good for nobody to call
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT tenant_id FROM members $$;
REVOKE EXECUTE ON FUNCTION mine() FROM PUBLIC;
