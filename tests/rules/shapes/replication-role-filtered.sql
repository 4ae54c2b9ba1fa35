CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
CREATE TABLE prices (id int PRIMARY KEY, cents int NOT NULL);
GRANT SELECT, INSERT, UPDATE ON docs TO app_user;
GRANT SELECT ON prices TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE prices ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY published ON prices FOR SELECT USING (true);
CREATE SCHEMA store;
CREATE TABLE store.events (id int, tenant_id int NOT NULL, PRIMARY KEY (tenant_id, id)) PARTITION BY LIST (tenant_id);
CREATE TABLE store.events_1 PARTITION OF store.events FOR VALUES IN (1);
ALTER TABLE store.events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON store.events USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad by ALTER ROLE
CREATE ROLE pipeline LOGIN;
GRANT SELECT ON docs TO pipeline;
ALTER ROLE pipeline WITH REPLICATION;
CREATE PUBLICATION changes FOR TABLE docs;
--- bad all tables, by a group
CREATE ROLE readers;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO readers;
CREATE ROLE pipeline LOGIN REPLICATION IN ROLE readers;
CREATE PUBLICATION changes FOR ALL TABLES;
--- bad in a block that looks for the role
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'pipeline') THEN
    CREATE ROLE pipeline WITH LOGIN REPLICATION;
  END IF;
END $$;
GRANT SELECT ON public.docs TO pipeline;
CREATE PUBLICATION changes;
ALTER PUBLICATION changes ADD TABLE public.docs;
--- bad it writes as well, and is called after what it does
CREATE ROLE powersync_role LOGIN REPLICATION;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO powersync_role;
CREATE PUBLICATION powersync FOR ALL TABLES;
--- bad BYPASSRLS taken back
CREATE ROLE pipeline LOGIN REPLICATION BYPASSRLS;
GRANT SELECT ON docs TO pipeline;
CREATE PUBLICATION changes FOR TABLE docs (id, body);
ALTER ROLE pipeline NOBYPASSRLS;
--- bad a member of the role of Amazon RDS
CREATE ROLE rds_replication;
CREATE ROLE pipeline LOGIN;
GRANT rds_replication TO pipeline;
GRANT SELECT ON docs TO pipeline;
CREATE PUBLICATION changes FOR TABLE docs WHERE (id > 0);
--- bad a partitioned table that is sent as one
CREATE ROLE pipeline LOGIN REPLICATION;
GRANT USAGE ON SCHEMA store TO pipeline;
GRANT SELECT ON store.events TO pipeline;
CREATE PUBLICATION changes FOR TABLE store.events WITH (publish_via_partition_root);
--- bad a policy for it that restricts
CREATE ROLE pipeline LOGIN REPLICATION;
GRANT SELECT ON docs TO pipeline;
CREATE POLICY not_too_much ON docs AS RESTRICTIVE TO pipeline USING (true);
CREATE PUBLICATION changes FOR TABLE docs;
--- good a policy of a group of its own
CREATE ROLE readers;
CREATE ROLE pipeline LOGIN REPLICATION IN ROLE readers;
GRANT SELECT ON docs TO readers;
CREATE POLICY read_all ON docs FOR SELECT TO readers USING (true);
CREATE PUBLICATION changes FOR TABLE docs;
--- good a policy that gives it one tenant
CREATE ROLE pipeline LOGIN REPLICATION;
GRANT SELECT ON docs TO pipeline;
CREATE POLICY of_one ON docs FOR SELECT TO pipeline USING (tenant_id = 1);
CREATE PUBLICATION changes FOR TABLE docs;
--- good what everybody reads
CREATE ROLE pipeline LOGIN REPLICATION;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO pipeline;
CREATE PUBLICATION changes FOR TABLE prices;
--- good refused with an error
CREATE ROLE pipeline LOGIN REPLICATION;
GRANT SELECT ON prices TO pipeline;
CREATE PUBLICATION changes FOR TABLE docs, prices;
--- good a partition has no row security of its own
CREATE ROLE pipeline LOGIN REPLICATION;
GRANT SELECT ON store.events, store.events_1 TO pipeline;
CREATE PUBLICATION changes FOR TABLE store.events;
--- good no publication
CREATE ROLE backup LOGIN REPLICATION;
GRANT SELECT ON docs TO backup;
--- good the application itself, which reads what all write
ALTER ROLE app_user REPLICATION;
CREATE PUBLICATION changes FOR TABLE docs;
--- good the publication of a platform
CREATE ROLE pipeline LOGIN REPLICATION;
GRANT SELECT ON docs TO pipeline;
CREATE PUBLICATION supabase_realtime FOR TABLE docs;
--- good no row security any more
CREATE ROLE pipeline LOGIN REPLICATION;
GRANT SELECT ON docs TO pipeline;
CREATE PUBLICATION changes FOR TABLE docs;
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
