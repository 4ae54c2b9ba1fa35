CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, org_id int NOT NULL, body text);
CREATE INDEX ON docs (org_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON docs USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::int));
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER archive FOREIGN DATA WRAPPER elsewhere;
--- bad by a column that policies compare
CREATE FOREIGN TABLE "Old Docs" (id int, org_id int, body text) SERVER archive;
GRANT SELECT ON "Old Docs" TO app_user;
--- bad by a group and all tables
CREATE ROLE readers;
GRANT readers TO app_user;
CREATE FOREIGN TABLE old_docs (id int, org_id int) SERVER archive;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO readers;
--- bad by default privileges
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO app_user;
CREATE FOREIGN TABLE old_docs (id int, org_id int) SERVER archive;
--- bad for everybody, written to only
CREATE FOREIGN TABLE public.old_docs (id int, tenant_id int) SERVER archive;
GRANT INSERT ON public.old_docs TO PUBLIC;
--- bad the column comes later, in a block
CREATE FOREIGN TABLE old_docs (id int) SERVER archive;
DO $$ BEGIN
  EXECUTE 'ALTER FOREIGN TABLE old_docs ADD COLUMN org_id int';
  EXECUTE format('GRANT SELECT ON %I TO app_user', 'old_docs');
END $$;
--- bad attached as a partition
CREATE TABLE events (id int, org_id int NOT NULL) PARTITION BY LIST (org_id);
ALTER TABLE events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON events USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::int));
CREATE FOREIGN TABLE events_1 (id int, org_id int NOT NULL) SERVER archive;
ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES IN (1);
GRANT SELECT ON events, events_1 TO app_user;
--- bad one column is granted
CREATE FOREIGN TABLE old_docs (id int, org_id int, body text) SERVER archive;
GRANT SELECT (body) ON old_docs TO app_user;
--- good revoked again
CREATE FOREIGN TABLE old_docs (id int, org_id int) SERVER archive;
GRANT SELECT ON old_docs TO app_user;
REVOKE ALL ON old_docs FROM app_user;
--- good behind a schema that nobody may use
CREATE SCHEMA remote;
CREATE SCHEMA shown;
GRANT USAGE ON SCHEMA shown TO app_user;
CREATE FOREIGN TABLE remote.old_docs (id int, org_id int) SERVER archive;
GRANT SELECT ON remote.old_docs TO app_user;
--- good a partition without a privilege of its own
CREATE TABLE events (id int, org_id int NOT NULL) PARTITION BY LIST (org_id);
ALTER TABLE events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON events USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::int));
CREATE FOREIGN TABLE events_1 PARTITION OF events FOR VALUES IN (1) SERVER archive;
GRANT SELECT ON events TO app_user;
--- good for whoever copies it
CREATE ROLE copier LOGIN BYPASSRLS;
CREATE FOREIGN TABLE old_docs (id int, org_id int) SERVER archive;
GRANT SELECT ON old_docs TO copier;
--- good dropped
CREATE FOREIGN TABLE old_docs (id int, org_id int) SERVER archive;
GRANT SELECT ON old_docs TO app_user;
DROP FOREIGN TABLE old_docs;
--- good no rows of tenants
CREATE FOREIGN TABLE rates (code text, cents int) SERVER archive;
GRANT SELECT ON rates TO app_user;
