CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad the name is put together
CREATE FUNCTION enter(tenant int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('app.' || 'tenant_id', tenant::text, is_local => false); END $$;
--- good for the transaction
CREATE FUNCTION enter(tenant int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('app.' || 'tenant_id', tenant::text, is_local => true); END $$;
