CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner text);
CREATE TABLE blocked (id int PRIMARY KEY, tenant_id int, login text NOT NULL, until timestamptz);
GRANT SELECT, INSERT ON docs TO app_user;
GRANT SELECT ON blocked TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad beside the tenant
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND tenant_id NOT IN (SELECT b.tenant_id FROM blocked AS b));
--- bad the caller
CREATE POLICY p ON docs USING (nullif(current_setting('app.t', true), '')::int NOT IN (SELECT tenant_id FROM blocked) AND tenant_id = nullif(current_setting('app.t', true), '')::int);
--- bad NOT of IN
CREATE POLICY p ON docs USING (NOT (tenant_id IN (SELECT tenant_id FROM blocked WHERE until > now())));
--- bad <> ALL
CREATE POLICY p ON docs USING (tenant_id <> ALL (SELECT tenant_id FROM blocked));
--- bad an array
CREATE POLICY p ON docs USING (tenant_id <> ALL (ARRAY(SELECT tenant_id FROM blocked)));
--- bad restrictive
CREATE POLICY t ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
CREATE POLICY p ON docs AS RESTRICTIVE USING (tenant_id NOT IN (SELECT tenant_id FROM blocked));
--- bad a cast
CREATE POLICY p ON docs USING (tenant_id::text NOT IN (SELECT b.tenant_id::text FROM blocked AS b));
--- bad WITH CHECK
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id NOT IN (SELECT tenant_id FROM blocked));
--- bad an outer join
CREATE POLICY p ON docs USING (owner NOT IN (SELECT b.login FROM docs AS d LEFT JOIN blocked AS b ON b.id = d.id));
--- bad through a helper
CREATE FUNCTION is_free(t int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT t NOT IN (SELECT tenant_id FROM blocked) $$;
CREATE POLICY p ON docs USING (is_free(tenant_id));
--- good never NULL
CREATE POLICY p ON docs USING (owner NOT IN (SELECT b.login FROM blocked AS b));
--- good without NULL
CREATE POLICY p ON docs USING (tenant_id NOT IN (SELECT tenant_id FROM blocked WHERE tenant_id IS NOT NULL));
--- good compared
CREATE POLICY p ON docs USING (tenant_id NOT IN (SELECT tenant_id FROM blocked WHERE tenant_id > 0));
--- good NOT EXISTS
CREATE POLICY p ON docs USING (NOT EXISTS (SELECT FROM blocked AS b WHERE b.tenant_id = docs.tenant_id));
--- good IN
CREATE POLICY p ON docs USING (tenant_id IN (SELECT tenant_id FROM blocked));
--- good a list
CREATE POLICY p ON docs USING (tenant_id NOT IN (1, 2));
--- good NOT NULL later
ALTER TABLE blocked ALTER tenant_id SET NOT NULL;
CREATE POLICY p ON docs USING (tenant_id NOT IN (SELECT tenant_id FROM blocked));
--- good the key
CREATE POLICY p ON docs USING (tenant_id NOT IN (SELECT id FROM blocked));
