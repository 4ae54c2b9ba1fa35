CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad ALL
GRANT ALL ON public.docs TO app_user;
REVOKE TRUNCATE, REFERENCES, TRIGGER ON public.docs FROM app_user;
--- bad all tables, by a group
CREATE ROLE writers;
GRANT writers TO app_user;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO writers;
--- bad in a block
DO $$ BEGIN
  EXECUTE 'GRANT UPDATE ON docs TO app_user';
END $$;
--- bad default privileges
ALTER DEFAULT PRIVILEGES GRANT SELECT, UPDATE ON TABLES TO app_user;
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON notes USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good a revoke of columns, of which revoke-without-effect speaks
GRANT SELECT, UPDATE ON docs TO app_user;
REVOKE UPDATE (tenant_id) ON docs FROM app_user;
--- good columns
GRANT SELECT, UPDATE (body, id) ON docs TO app_user;
--- good revoked
GRANT ALL ON docs TO app_user;
REVOKE UPDATE ON docs FROM app_user;
--- good no policy for updates
DROP POLICY tenant ON docs;
CREATE POLICY tenant ON docs FOR SELECT USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
GRANT SELECT, UPDATE ON docs TO app_user;
--- good a trigger sets it
CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.tenant_id := OLD.tenant_id; RETURN NEW; END $$;
CREATE FUNCTION own_setting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.tenant_id := current_setting('app.tenant_id')::int; RETURN NEW; END $$;
CREATE TRIGGER own BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION own_setting();
GRANT SELECT, UPDATE ON docs TO app_user;
--- good the key of its table
CREATE TABLE tenants (id int PRIMARY KEY, name text);
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants USING (id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
GRANT SELECT, UPDATE ON tenants TO app_user;
--- good several tenants of the caller
CREATE TABLE members (tenant_id int, user_id int);
DROP POLICY tenant ON docs;
CREATE POLICY tenant ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members m WHERE m.user_id = (SELECT nullif(current_setting('app.user_id', true), '')::int)));
GRANT SELECT, UPDATE ON docs TO app_user;
