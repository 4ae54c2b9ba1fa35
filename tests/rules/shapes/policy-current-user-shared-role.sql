CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, owner name NOT NULL, tenant_id int NOT NULL, body text);
CREATE TABLE members (user_name text, tenant_id int, PRIMARY KEY (user_name, tenant_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO web;
GRANT SELECT ON members TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad session_user
CREATE POLICY p ON docs TO web USING (owner = session_user);
--- bad USER and a cast
CREATE POLICY p ON docs USING (owner::text = USER::text);
--- bad folded and the other way round
CREATE POLICY p ON docs USING (lower(current_role::text) = lower(owner::text));
--- bad by membership
CREATE POLICY p ON docs USING (tenant_id IN (
  SELECT m.tenant_id FROM members AS m WHERE m.user_name = current_user));
--- bad by EXISTS
CREATE POLICY p ON docs USING (EXISTS (
  SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id AND m.user_name = session_user));
--- bad through a helper
CREATE FUNCTION me() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_user::text $$;
CREATE POLICY p ON docs USING (owner = me());
--- bad beside a branch with a setting
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int
  OR owner = current_user);
--- bad the setting behind it
CREATE POLICY p ON docs USING (owner = current_setting('session_authorization'));
--- bad a list of users
CREATE POLICY p ON docs USING (owner IN (current_user, 'public'));
--- bad a helper of the owner's
CREATE FUNCTION my_tenant() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT m.tenant_id FROM members AS m WHERE m.user_name = session_user $$;
CREATE POLICY p ON docs USING (tenant_id = my_tenant());
--- bad WITH CHECK alone
CREATE POLICY p ON docs FOR INSERT WITH CHECK (owner = current_user);
--- bad not distinct
CREATE POLICY p ON docs USING (owner IS NOT DISTINCT FROM current_user);
--- good a role for each caller
CREATE ROLE alice LOGIN IN ROLE web;
CREATE POLICY p ON docs USING (owner = current_user);
--- good a function that switches roles
CREATE FUNCTION be(who text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN EXECUTE format('SET LOCAL ROLE %I', who); SET LOCAL ROLE web; END $$;
CREATE POLICY p ON docs USING (owner = current_user);
--- good bound by a setting as well
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int
  AND owner = current_user);
--- good a gate for a role
CREATE ROLE auditor LOGIN;
GRANT SELECT ON docs TO auditor;
CREATE POLICY t ON docs TO web USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
CREATE POLICY p ON docs FOR SELECT USING (current_user = 'auditor');
--- good a restrictive policy binds the rows by a setting
CREATE POLICY t ON docs AS RESTRICTIVE
  USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
CREATE POLICY p ON docs USING (owner = current_user);
--- good several roles that log in
CREATE ROLE globex LOGIN;
GRANT SELECT ON docs TO globex;
CREATE POLICY p ON docs USING (owner = current_user);
--- good a group without LOGIN
ALTER ROLE web NOLOGIN;
CREATE POLICY p ON docs USING (owner = current_user);
--- good a policy for the owner of the tables
CREATE ROLE janitor;
CREATE POLICY t ON docs TO web USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
CREATE POLICY p ON docs TO janitor USING (owner = current_user);
