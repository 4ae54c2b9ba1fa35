CREATE ROLE app_user LOGIN;
CREATE TABLE events (tenant_id int NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE INDEX ON events (tenant_id);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
GRANT SELECT ON events TO app_user;
--- bad a loop over what inherits
DO $$ DECLARE part regclass; BEGIN
FOR part IN SELECT i.inhrelid::regclass FROM pg_inherits i WHERE i.inhparent = 'events'::regclass LOOP
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
  EXECUTE format('CREATE POLICY tenant ON %s USING (tenant_id = (SELECT nullif(current_setting(''app.tenant_id'', true), '''')::int))', part);
END LOOP; END $$;
--- good a loop over both
DO $$ DECLARE part regclass; BEGIN
FOR part IN SELECT i.inhrelid::regclass FROM pg_inherits i WHERE i.inhparent = 'events'::regclass
  UNION ALL SELECT 'events'::regclass LOOP
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
  EXECUTE format('CREATE POLICY tenant ON %s USING (tenant_id = (SELECT nullif(current_setting(''app.tenant_id'', true), '''')::int))', part);
END LOOP; END $$;
