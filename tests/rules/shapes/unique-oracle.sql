CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, title text, code varchar(20), body text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT, UPDATE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad a constraint
ALTER TABLE public.docs ADD CONSTRAINT "Titles" UNIQUE (title);
--- bad a column's own
ALTER TABLE docs ADD COLUMN name text UNIQUE;
--- bad an expression
CREATE UNIQUE INDEX ON docs (lower(title));
--- bad two columns, in a block
DO $$ BEGIN
  EXECUTE format('CREATE UNIQUE INDEX ON %I (title, code)', 'docs');
END $$;
--- bad some rows only
CREATE UNIQUE INDEX ON docs (code) WHERE body IS NOT NULL;
--- bad the primary key
CREATE TABLE labels (name text PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON labels (tenant_id);
GRANT INSERT ON labels TO app_user;
ALTER TABLE labels ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON labels USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad by another column of the tenant
CREATE TABLE teams (id int PRIMARY KEY, org int NOT NULL, name text UNIQUE);
CREATE INDEX ON teams (org);
GRANT SELECT, INSERT ON teams TO app_user;
ALTER TABLE teams ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON teams USING (org = (SELECT nullif(current_setting('app.org', true), '')::int));
--- good with the tenant
ALTER TABLE docs ADD UNIQUE (title, tenant_id);
--- good no unique one
CREATE INDEX ON docs (title);
--- good dropped
CREATE UNIQUE INDEX docs_title ON docs (title);
DROP INDEX docs_title;
--- good made by a program
ALTER TABLE docs ADD COLUMN public_id text UNIQUE, ADD COLUMN share_token varchar UNIQUE, ADD COLUMN number text UNIQUE DEFAULT md5(random()::text);
--- good numbers
ALTER TABLE docs ADD COLUMN number int UNIQUE;
--- good of a row of another table
ALTER TABLE docs ADD COLUMN parent int REFERENCES docs, ADD UNIQUE (parent, title);
--- good everybody sees all
CREATE POLICY everyone ON docs FOR SELECT USING (true);
CREATE UNIQUE INDEX ON docs (title);
--- good nobody writes it
CREATE UNIQUE INDEX ON docs (title);
REVOKE ALL ON docs FROM app_user;
GRANT SELECT, INSERT (id, tenant_id, body), UPDATE (body) ON docs TO app_user;
--- bad an exclusion constraint
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE docs ADD CONSTRAINT one_title EXCLUDE USING gist (title WITH =);
--- good an exclusion constraint of each tenant
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE docs ADD CONSTRAINT one_title EXCLUDE USING gist (tenant_id WITH =, title WITH =);
