CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
CREATE DOMAIN app.tenant_key AS int NOT NULL;
CREATE TABLE app.tenants (id int PRIMARY KEY);
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int, org_id uuid, key app.tenant_key, public bool NOT NULL);
GRANT USAGE ON SCHEMA app TO app_user;
GRANT SELECT, INSERT ON app.docs TO app_user;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
--- bad a helper
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- bad a cast and another condition
CREATE POLICY p ON app.docs FOR SELECT USING (public AND tenant_id::text = current_setting('app.tenant_id', true));
--- bad in every alternative
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() AND public OR tenant_id = app.tenant() AND NOT public);
--- bad NOT NULL dropped
ALTER TABLE app.docs ALTER tenant_id SET NOT NULL;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
ALTER TABLE app.docs ALTER tenant_id DROP NOT NULL;
--- bad added later, a UUID
ALTER TABLE app.docs ADD COLUMN account_id uuid;
CREATE POLICY p ON app.docs USING (account_id = nullif(current_setting('app.account', true), '')::uuid);
--- bad a foreign key and a default
ALTER TABLE app.docs ADD FOREIGN KEY (tenant_id) REFERENCES app.tenants ON DELETE CASCADE, ALTER tenant_id SET DEFAULT app.tenant();
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- good NOT NULL
ALTER TABLE app.docs ALTER tenant_id SET NOT NULL;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- good a part of the key
ALTER TABLE app.docs DROP CONSTRAINT docs_pkey, ADD PRIMARY KEY (tenant_id, id);
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- good a CHECK constraint that was not validated
ALTER TABLE app.docs ADD CHECK (tenant_id IS NOT NULL) NOT VALID;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- good a domain
CREATE POLICY p ON app.docs USING (key = app.tenant());
--- good rows without a tenant are for everybody
CREATE POLICY p ON app.docs FOR SELECT USING (tenant_id = app.tenant() OR tenant_id IS NULL);
--- good another alternative
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant() OR public);
--- good another policy
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
CREATE POLICY q ON app.docs FOR SELECT USING (public);
--- good ON DELETE SET NULL
ALTER TABLE app.docs ADD FOREIGN KEY (tenant_id) REFERENCES app.tenants ON DELETE SET NULL;
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
--- good a trigger sets it
CREATE FUNCTION app.own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.tenant_id := app.tenant(); RETURN NEW; END $$;
CREATE TRIGGER own BEFORE INSERT ON app.docs FOR EACH ROW EXECUTE FUNCTION app.own();
CREATE POLICY p ON app.docs USING (tenant_id = app.tenant());
