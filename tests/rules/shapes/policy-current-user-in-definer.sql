CREATE ROLE app_user LOGIN;
CREATE ROLE keeper NOLOGIN;
CREATE SCHEMA app;
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner name);
CREATE TABLE app.admins (name name PRIMARY KEY);
GRANT USAGE ON SCHEMA app TO app_user, keeper;
GRANT SELECT ON app.docs TO app_user, keeper;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
--- bad CURRENT_ROLE in plpgsql
CREATE FUNCTION app.is_admin() RETURNS bool LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM admins WHERE name = CURRENT_ROLE);
END $$;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() OR app.is_admin());
--- bad USER
CREATE FUNCTION app.me() RETURNS name LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT user';
CREATE POLICY p ON app.docs USING (owner = app.me());
--- bad made SECURITY DEFINER later
CREATE FUNCTION app.me() RETURNS name LANGUAGE sql STABLE AS 'SELECT current_user';
CREATE POLICY p ON app.docs USING (owner = app.me());
ALTER FUNCTION app.me() SECURITY DEFINER;
--- bad in a function that it calls
CREATE FUNCTION app.me() RETURNS name LANGUAGE sql STABLE AS 'SELECT current_user';
CREATE FUNCTION app.is_admin() RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS
  'SELECT EXISTS (SELECT 1 FROM app.admins WHERE name = app.me())';
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() OR (SELECT app.is_admin()));
--- bad pg_has_role without the user
CREATE FUNCTION app.is_keeper() RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS
  $$ SELECT pg_has_role('keeper', 'MEMBER') $$;
CREATE POLICY p ON app.docs AS RESTRICTIVE USING (app.is_keeper());
--- bad a SQL-standard body
CREATE FUNCTION app.me() RETURNS name STABLE SECURITY DEFINER RETURN current_user;
CREATE POLICY p ON app.docs FOR SELECT USING (owner = app.me());
--- bad behind another function
CREATE FUNCTION app.is_admin() RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS
  'SELECT EXISTS (SELECT 1 FROM app.admins WHERE name = current_user)';
CREATE FUNCTION app.may_see(int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT $1 = app.tenant() OR app.is_admin()';
CREATE POLICY p ON app.docs USING (app.may_see(tenant_id));
--- bad a table that a function reads as an owner whom policies bind
CREATE POLICY p ON app.docs USING (owner = current_user);
CREATE FUNCTION app.mine() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT count(*) FROM app.docs';
ALTER FUNCTION app.mine() OWNER TO keeper;
--- good session_user
CREATE FUNCTION app.is_admin() RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS
  'SELECT EXISTS (SELECT 1 FROM app.admins WHERE name = session_user)';
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() OR app.is_admin());
--- good an argument
CREATE FUNCTION app.is_admin(who name DEFAULT current_user) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS
  'SELECT EXISTS (SELECT 1 FROM app.admins WHERE name = who)';
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() OR app.is_admin());
--- good with the rights of the caller
CREATE FUNCTION app.me() RETURNS name LANGUAGE sql STABLE AS 'SELECT current_user';
CREATE POLICY p ON app.docs USING (owner = app.me());
--- good SECURITY INVOKER again
CREATE FUNCTION app.me() RETURNS name LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT current_user';
CREATE POLICY p ON app.docs USING (owner = app.me());
ALTER FUNCTION app.me() SECURITY INVOKER;
--- good no policy calls it
CREATE FUNCTION app.note() RETURNS name LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT current_user';
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- good the word in a comment, a string and an alias
CREATE FUNCTION app.is_admin(who name) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS
  $$ SELECT EXISTS (SELECT 1 AS user FROM app.admins WHERE name = who AND name <> 'current_user') -- current_user $$;
CREATE POLICY p ON app.docs USING (app.is_admin(current_user));
--- good pg_has_role for the caller
CREATE FUNCTION app.is_keeper() RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS
  $$ SELECT pg_has_role(session_user, 'keeper', 'MEMBER') $$;
CREATE POLICY p ON app.docs AS RESTRICTIVE USING (app.is_keeper());
--- good an owner whom no policy binds
CREATE POLICY p ON app.docs USING (owner = current_user);
CREATE FUNCTION app.mine() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT count(*) FROM app.docs';
