CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad a range without bounds
CREATE POLICY p ON docs USING (tenant_id <@ int4range(
  NULLIF(current_setting('app.t', true), '')::int, NULLIF(current_setting('app.t', true), '')::int, '[]'));
--- bad a range that holds it
CREATE POLICY p ON docs USING (int4range(
  NULLIF(current_setting('app.from', true), '')::int, NULLIF(current_setting('app.to', true), '')::int) @> tenant_id);
--- good a range of the tenant in the row
CREATE POLICY p ON docs USING (NULLIF(current_setting('app.t', true), '')::int <@ int4range(tenant_id, tenant_id, '[]'));
--- good a range of one tenant, or of nobody
CREATE POLICY p ON docs USING (tenant_id <@ int4range(
  COALESCE(NULLIF(current_setting('app.t', true), '')::int, 0),
  COALESCE(NULLIF(current_setting('app.t', true), '')::int, 0), '[]'));
--- bad CASE of a body
CREATE FUNCTION may(t int) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN
CASE coalesce(current_setting('app.mode', true), '')
WHEN 'tenant', 'member' THEN RETURN t = NULLIF(current_setting('app.t', true), '')::int;
ELSE RETURN true; END CASE; END $$;
CREATE POLICY p ON docs USING (may(tenant_id));
--- bad a default of a parameter
CREATE FUNCTION may(t int, lenient boolean DEFAULT true) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT t = NULLIF(current_setting('app.t', true), '')::int OR (lenient AND NULLIF(current_setting('app.t', true), '') IS NULL) $$;
CREATE POLICY p ON docs USING (may(tenant_id));
--- good CASE of a body without ELSE
CREATE FUNCTION may(t int) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN
CASE WHEN current_setting('app.mode', true) = 'tenant' THEN RETURN t = NULLIF(current_setting('app.t', true), '')::int;
END CASE; END $$;
CREATE POLICY p ON docs USING (may(tenant_id));
--- good another value than the default
CREATE FUNCTION may(t int, lenient boolean DEFAULT true) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT t = NULLIF(current_setting('app.t', true), '')::int OR (lenient AND NULLIF(current_setting('app.t', true), '') IS NULL) $$;
CREATE POLICY p ON docs USING (may(tenant_id, false));
--- bad ALL of an array that is empty without a context
CREATE POLICY p ON docs USING (tenant_id = ALL (array_remove(ARRAY[NULLIF(current_setting('app.t', true), '')::int], NULL)));
--- good ANY of an array that is empty without a context
CREATE POLICY p ON docs USING (tenant_id = ANY (array_remove(ARRAY[NULLIF(current_setting('app.t', true), '')::int], NULL)));
