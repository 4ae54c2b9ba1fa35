CREATE ROLE app_user LOGIN;
CREATE TABLE tenants (id int PRIMARY KEY);
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT, INSERT ON notes TO app_user;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY t ON notes USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- bad in the table
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL DEFAULT 1);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY t ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- bad added
ALTER TABLE notes ADD org uuid NOT NULL DEFAULT '6f1c7c2e-9d1b-4b7e-8c1a-2f3d4e5f6a7b';
CREATE POLICY o ON notes USING (org = nullif(current_setting('app.o', true), '')::uuid);
--- bad a cast
ALTER TABLE notes ALTER tenant_id SET DEFAULT '1'::int;
--- bad COALESCE of constants
ALTER TABLE notes ALTER tenant_id SET DEFAULT COALESCE(NULL, 5);
--- bad by a function
CREATE FUNCTION default_tenant() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
ALTER TABLE notes ALTER tenant_id SET DEFAULT default_tenant();
--- bad text
ALTER TABLE notes ADD workspace text NOT NULL DEFAULT 'acme';
CREATE POLICY w ON notes USING (workspace = current_setting('app.w', true));
--- bad a constant without a context
ALTER TABLE notes ALTER tenant_id SET DEFAULT CASE WHEN current_setting('app.t', true) <> '' THEN current_setting('app.t')::int ELSE 3 END;
--- good the context
ALTER TABLE notes ALTER tenant_id SET DEFAULT nullif(current_setting('app.t', true), '')::int;
--- good NULL
ALTER TABLE notes ALTER tenant_id DROP NOT NULL, ALTER tenant_id SET DEFAULT NULL;
--- good dropped later
ALTER TABLE notes ADD org int NOT NULL DEFAULT 1;
ALTER TABLE notes ALTER org DROP DEFAULT;
CREATE POLICY o ON notes USING (org = nullif(current_setting('app.o', true), '')::int);
--- good another column
ALTER TABLE notes ADD version int NOT NULL DEFAULT 1, ADD body text DEFAULT 'new';
--- good a role
ALTER TABLE notes ADD role text NOT NULL DEFAULT 'member';
CREATE POLICY r ON notes USING (role = current_setting('app.role', true));
--- good without row security
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL DEFAULT 1);
--- good a new value each time
ALTER TABLE notes ADD owner uuid NOT NULL DEFAULT gen_random_uuid();
CREATE POLICY o ON notes USING (owner = nullif(current_setting('app.o', true), '')::uuid);
