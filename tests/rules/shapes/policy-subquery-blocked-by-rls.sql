CREATE ROLE app_user LOGIN;
CREATE ROLE staff NOLOGIN;
CREATE SCHEMA app;
CREATE TABLE app.members (user_name text, tenant_id int, PRIMARY KEY (user_name, tenant_id));
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT USAGE ON SCHEMA app TO app_user, staff;
GRANT SELECT, INSERT ON app.docs TO app_user;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
--- bad EXISTS
GRANT SELECT ON app.members TO app_user;
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON app.docs USING (EXISTS (SELECT 1 FROM app.members m WHERE m.tenant_id = docs.tenant_id AND m.user_name = current_setting('app.user', true)));
--- bad a policy for somebody else
GRANT SELECT ON app.members TO app_user;
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
CREATE POLICY s ON app.members TO staff USING (true);
CREATE POLICY p ON app.docs USING (tenant_id = ANY (ARRAY(SELECT m.tenant_id FROM app.members m WHERE m.user_name = current_setting('app.user', true))));
--- bad policies for writing alone
GRANT SELECT, INSERT ON app.members TO app_user;
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
CREATE POLICY i ON app.members FOR INSERT WITH CHECK (user_name = current_setting('app.user', true));
CREATE POLICY p ON app.docs FOR INSERT WITH CHECK (tenant_id IN (SELECT m.tenant_id FROM app.members m WHERE m.user_name = current_setting('app.user', true)));
--- bad row security later than the policy, from a DO block
GRANT SELECT ON app.members TO app_user;
CREATE POLICY p ON app.docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members m WHERE m.user_name = current_setting('app.user', true)));
DO $$ BEGIN EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', 'app', 'members'); END $$;
--- bad a plpgsql helper
GRANT SELECT ON app.members TO app_user;
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.is_member(tenant int) RETURNS bool LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM app.members m WHERE m.tenant_id = tenant AND m.user_name = current_setting('app.user', true));
END $$;
CREATE POLICY p ON app.docs USING (app.is_member(tenant_id));
--- bad the privilege was revoked
GRANT SELECT ON app.members TO app_user;
CREATE POLICY p ON app.docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members m WHERE m.user_name = current_setting('app.user', true)));
REVOKE SELECT ON app.members FROM app_user;
--- bad the last policy was dropped
GRANT SELECT ON app.members TO app_user;
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
CREATE POLICY m ON app.members USING (user_name = current_setting('app.user', true));
CREATE POLICY p ON app.docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members m WHERE m.user_name = current_setting('app.user', true)));
DROP POLICY m ON app.members;
--- bad inside of another sub-select, through a function
GRANT SELECT ON app.members TO app_user;
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.mine() RETURNS SETOF int LANGUAGE sql STABLE AS
  $$ SELECT m.tenant_id FROM app.members m WHERE m.user_name = current_setting('app.user', true) $$;
CREATE POLICY p ON app.docs USING (tenant_id IN (SELECT app.mine()));
--- good no row security there
GRANT SELECT ON app.members TO app_user;
CREATE POLICY p ON app.docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members m WHERE m.user_name = current_setting('app.user', true)));
--- good a policy there
GRANT SELECT ON app.members TO app_user;
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
CREATE POLICY m ON app.members FOR SELECT USING (user_name = current_setting('app.user', true));
CREATE POLICY p ON app.docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members m WHERE m.user_name = current_setting('app.user', true)));
--- good a privilege on the columns
GRANT SELECT (user_name, tenant_id) ON app.members TO app_user;
CREATE POLICY p ON app.docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members m WHERE m.user_name = current_setting('app.user', true)));
--- good SECURITY DEFINER
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.is_member(tenant int) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS
  $$ SELECT EXISTS (SELECT 1 FROM app.members m WHERE m.tenant_id = tenant AND m.user_name = current_setting('app.user', true)) $$;
CREATE POLICY p ON app.docs USING (app.is_member(tenant_id));
--- good a view with the rights of its owner
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
CREATE VIEW app.all_members AS SELECT * FROM app.members;
GRANT SELECT ON app.all_members TO app_user;
CREATE POLICY p ON app.docs USING (tenant_id IN (SELECT m.tenant_id FROM app.all_members m WHERE m.user_name = current_setting('app.user', true)));
--- good the role owns the table, which is not forced
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.members OWNER TO app_user;
CREATE POLICY p ON app.docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members m WHERE m.user_name = current_setting('app.user', true)));
--- good for another role
ALTER TABLE app.members ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.docs TO app_user USING (tenant_id::text = current_setting('app.tenant_id', true));
CREATE POLICY p ON app.docs TO staff USING (tenant_id IN (SELECT m.tenant_id FROM app.members m));
