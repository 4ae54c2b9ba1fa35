CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad in this database, whatever it is called
DO $$ BEGIN EXECUTE format('ALTER ROLE app_user IN DATABASE %I SET row_security = off', current_database()); END $$;
--- bad for everybody in this database
DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' SET row_security TO off'; END $$;
--- good another setting of this database
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 1000', current_database()); END $$;
