CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, expires timestamptz, sample float, key uuid);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad clock_timestamp
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND expires > clock_timestamp());
--- bad random beside the row
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND sample < random());
--- bad gen_random_uuid
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int OR key = gen_random_uuid());
--- bad nextval
CREATE SEQUENCE seen;
CREATE POLICY p ON docs FOR SELECT USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND nextval('seen') > 0);
--- bad timeofday in a CASE
CREATE POLICY p ON docs USING (CASE WHEN timeofday()::timestamptz > expires THEN false ELSE tenant_id = nullif(current_setting('app.t', true), '')::int END);
--- bad through a helper
CREATE FUNCTION jitter() RETURNS int LANGUAGE sql AS $$ SELECT (random() * 0)::int $$;
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int + jitter());
--- bad through a helper in PL/pgSQL
CREATE FUNCTION is_open(t timestamptz) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN t > clock_timestamp(); END $$;
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND is_open(expires));
--- bad set_config
CREATE POLICY p ON docs USING (set_config('app.seen', id::text, true) <> '' AND tenant_id = nullif(current_setting('app.t', true), '')::int);
--- bad a correlated sub-select
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND (SELECT docs.sample < random()));
--- good now
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND expires > now());
--- good current_timestamp and others
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int
  AND expires > current_timestamp AND expires > statement_timestamp() AND expires::date > current_date);
--- good once for the query
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND expires > (SELECT clock_timestamp()));
--- good a check of new rows
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id = nullif(current_setting('app.t', true), '')::int AND expires > clock_timestamp());
--- good a default
ALTER TABLE docs ALTER key SET DEFAULT gen_random_uuid();
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- good a function of the project with such a name
CREATE SCHEMA app;
CREATE FUNCTION app.random() RETURNS float LANGUAGE sql IMMUTABLE AS $$ SELECT 1.0::float $$;
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND sample < app.random());
--- good txid_current
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND txid_current() > 0);
