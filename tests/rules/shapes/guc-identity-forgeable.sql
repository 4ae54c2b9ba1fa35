CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner name, body text);
CREATE TABLE members (tenant_id int NOT NULL, user_id text NOT NULL);
GRANT SELECT ON docs, members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad a lookup
CREATE POLICY own ON docs USING (tenant_id IN (
  SELECT tenant_id FROM members WHERE user_id = current_setting('shop.user_id', true)));
--- bad in a function of plpgsql
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN current_setting('shop.tenant', true)::int; END $$;
CREATE POLICY own ON docs USING (tenant_id = tenant());
--- bad for one command
CREATE POLICY own ON docs FOR UPDATE USING (tenant_id::text = current_setting('shop.tenant', true));
--- bad an admin's flag
CREATE POLICY admin ON docs USING (current_setting('shop.is_admin', true) = 'on');
--- bad claims of one's own
CREATE POLICY own ON docs
  USING (tenant_id = (current_setting('shop.claims', true)::json ->> 'tenant')::int);
--- good the user who is connected
CREATE POLICY own ON docs USING (owner = current_user);
--- good the user as well
CREATE POLICY own ON docs
  USING (owner = session_user AND tenant_id = current_setting('shop.tenant', true)::int);
--- good claims of PostgREST
CREATE POLICY own ON docs
  USING (tenant_id = (current_setting('request.jwt.claims', true)::json ->> 'tenant')::int);
--- good a restrictive one
CREATE POLICY own ON docs AS RESTRICTIVE
  USING (tenant_id::text = current_setting('shop.tenant', true));
--- good a signature
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$
  SELECT split_part(value, '.', 1)::int FROM current_setting('shop.tenant', true) AS value
  WHERE split_part(value, '.', 2) = md5(split_part(value, '.', 1) || 'secret') $$;
CREATE POLICY own ON docs USING (tenant_id = tenant());
--- good a setting of the server
CREATE POLICY own ON docs USING (body = current_setting('application_name'));
