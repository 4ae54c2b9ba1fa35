CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
CREATE TABLE orgs (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
CREATE TABLE docs (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), org_id uuid NOT NULL, user_id uuid);
CREATE TABLE tags (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), org_id uuid NOT NULL, user_id uuid);
CREATE TABLE app.files (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), org_id uuid NOT NULL,
  owner_id uuid, user_id uuid, buyer_org_id uuid, sold_to uuid REFERENCES orgs, mark text);
GRANT USAGE ON SCHEMA app TO app_user;
GRANT SELECT, UPDATE ON docs, tags, app.files TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.files ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION org() RETURNS uuid LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.org', true), '')::uuid $$;
CREATE FUNCTION me() RETURNS uuid LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;
CREATE POLICY org ON docs USING (org_id = org());
CREATE POLICY org ON tags USING (org_id = org());
CREATE POLICY me ON docs USING (user_id = me());
CREATE POLICY me ON tags USING (user_id = me());
--- bad the key through a helper
CREATE POLICY org ON app.files USING (id = org());
--- bad the owner, the setting written out
CREATE POLICY org ON app.files USING (owner_id = nullif(current_setting('app.org', true), '')::uuid);
--- bad a qualified name, the other way round, beside another condition
CREATE POLICY org ON app.files USING (mark = 'a' AND org() = files.owner_id);
--- bad a cast
CREATE POLICY org ON app.files USING (owner_id::text = current_setting('app.org', true));
--- bad ALTER POLICY
CREATE POLICY org ON app.files USING (org_id = org());
ALTER POLICY org ON app.files USING (owner_id = org());
--- bad a policy made by a DO block
DO $$ BEGIN EXECUTE format('CREATE POLICY %I ON %I.%I USING (%I = org())', 'org', 'app', 'files', 'id'); END $$;
--- bad WITH CHECK alone
CREATE POLICY org ON app.files FOR INSERT WITH CHECK (owner_id = org());
GRANT INSERT ON app.files TO app_user;
--- bad the key of a row for the user
CREATE POLICY me ON app.files USING (id = me());
--- bad a restrictive policy
CREATE POLICY me ON app.files USING (user_id = me());
CREATE POLICY org ON app.files AS RESTRICTIVE USING (owner_id = org());
--- bad the key among the tenants of the caller
CREATE TABLE members (user_id uuid, org_id uuid, PRIMARY KEY (user_id, org_id));
GRANT SELECT ON members TO app_user;
CREATE POLICY m ON docs FOR SELECT USING (org_id IN (SELECT m.org_id FROM members m WHERE m.user_id = me()));
CREATE POLICY m ON app.files FOR SELECT USING (id IN (SELECT m.org_id FROM members m WHERE m.user_id = me()));
--- good the tenant among those of the caller
CREATE TABLE members (user_id uuid, org_id uuid, PRIMARY KEY (user_id, org_id));
GRANT SELECT ON members TO app_user;
CREATE POLICY m ON docs FOR SELECT USING (org_id IN (SELECT m.org_id FROM members m WHERE m.user_id = me()));
CREATE POLICY m ON app.files FOR SELECT USING (org_id IN (SELECT m.org_id FROM members m WHERE m.user_id = me()));
--- good what is shared with the caller, by another table
CREATE TABLE shares (user_id uuid, file_id uuid);
GRANT SELECT ON shares TO app_user;
CREATE POLICY m ON app.files FOR SELECT USING (id IN (SELECT s.file_id FROM shares s WHERE s.user_id = me()));
--- good the column of the tenant
CREATE POLICY org ON app.files USING (org_id = org());
--- good mended later
CREATE POLICY org ON app.files USING (owner_id = org());
ALTER POLICY org ON app.files USING (org_id = org());
--- good a key that is the user
ALTER TABLE app.files ALTER id SET DEFAULT me();
CREATE POLICY me ON app.files USING (id = me());
--- good the owner is a user
CREATE POLICY me ON app.files USING (owner_id = me());
--- good another tenant's column beside its own
CREATE POLICY org ON app.files USING (org_id = org() OR owner_id = org());
--- good shared by another policy
CREATE POLICY org ON app.files USING (org_id = org());
CREATE POLICY shared ON app.files FOR SELECT USING (owner_id = org());
--- good called after the tenant
CREATE POLICY org ON app.files FOR SELECT USING (buyer_org_id = org());
--- good a reference to the tenants
CREATE POLICY org ON app.files FOR SELECT USING (sold_to = org());
--- good the table of the tenants
ALTER TABLE orgs ADD COLUMN org_id uuid;
GRANT SELECT ON orgs TO app_user;
ALTER TABLE orgs ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON orgs USING (id = org());
--- good a table without the column
CREATE TABLE logs (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
GRANT SELECT ON logs TO app_user;
ALTER TABLE logs ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON logs USING (id = org());
--- good row security is off
CREATE POLICY org ON app.files USING (owner_id = org());
ALTER TABLE app.files DISABLE ROW LEVEL SECURITY;
