CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO app_user;
--- bad a policy for INSERT alone
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id = current_setting('app.tenant_id')::int);
--- bad the default is taken away
CREATE TABLE app.docs (id int PRIMARY KEY, org text NOT NULL DEFAULT current_setting('app.org'));
GRANT SELECT, INSERT ON app.docs TO app_user;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON app.docs USING (org = (SELECT current_setting('app.org', true)));
ALTER TABLE app.docs ALTER org DROP DEFAULT;
--- bad added later, and NOT NULL after that
CREATE TABLE docs (id int PRIMARY KEY);
ALTER TABLE docs ADD COLUMN tenant_id int;
ALTER TABLE docs ALTER COLUMN tenant_id SET NOT NULL;
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad a helper
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = app.tenant() AND id > 0);
--- bad several tables in a loop
DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['docs', 'notes'] LOOP
EXECUTE format('CREATE TABLE %I (id int PRIMARY KEY, tenant_id int NOT NULL)', t);
EXECUTE format('GRANT INSERT, SELECT ON %I TO app_user', t);
EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
EXECUTE format('CREATE POLICY p ON %I USING (tenant_id = current_setting(''app.tenant_id'')::int)', t); END LOOP; END $$;
--- bad a trigger that only follows
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER follow AFTER INSERT ON docs FOR EACH ROW EXECUTE FUNCTION follow();
--- good a default
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ALTER tenant_id SET DEFAULT current_setting('app.tenant_id')::int;
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
--- good nobody inserts
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT, UPDATE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
--- good several tenants
CREATE TABLE members (login text, tenant_id int, PRIMARY KEY (login, tenant_id));
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT, INSERT ON docs TO app_user;
GRANT SELECT ON members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = session_user));
--- good may be empty
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
--- good the key itself
CREATE TABLE tenants (id int PRIMARY KEY, name text);
GRANT SELECT, INSERT ON tenants TO app_user;
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON tenants USING (id = current_setting('app.tenant_id')::int);
--- good generated
CREATE TABLE docs (id int PRIMARY KEY, path text NOT NULL, tenant text NOT NULL GENERATED ALWAYS AS (split_part(path, '/', 1)) STORED);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant = (SELECT current_setting('app.tenant', true)));
--- good a trigger before
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.tenant_id := current_setting('app.tenant_id')::int; RETURN NEW; END $$;
CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION fill();
