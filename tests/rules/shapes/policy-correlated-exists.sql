CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
CREATE TABLE members (user_id int NOT NULL, tenant_id int NOT NULL, role text);
GRANT SELECT ON docs, members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad EXISTS
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id AND m.user_id = (SELECT current_setting('app.uid')::int)));
--- bad the caller among the members
CREATE POLICY p ON docs USING ((SELECT current_setting('app.uid')::int) IN (SELECT m.user_id FROM members AS m WHERE m.tenant_id = docs.tenant_id));
--- bad a scalar
CREATE POLICY p ON docs USING ((SELECT count(*) FROM members AS m WHERE m.tenant_id = docs.tenant_id AND m.user_id = current_setting('app.uid')::int) > 0);
--- bad through a helper
CREATE FUNCTION is_member(t int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM members AS m WHERE m.tenant_id = t AND m.user_id = current_setting('app.uid')::int) $$;
CREATE POLICY p ON docs USING (is_member(tenant_id));
--- bad an index of no use
CREATE INDEX ON members (role, tenant_id);
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id AND m.user_id = current_setting('app.uid')::int));
--- good an index on the tenant
CREATE INDEX ON members (tenant_id, user_id);
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id AND m.user_id = current_setting('app.uid')::int));
--- good an index on the caller
CREATE INDEX ON members (user_id);
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id AND m.user_id = current_setting('app.uid')::int));
--- good once for the query
CREATE POLICY p ON docs USING (tenant_id = ANY (ARRAY(SELECT m.tenant_id FROM members AS m WHERE m.user_id = (SELECT current_setting('app.uid')::int))));
--- good IN
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.user_id = (SELECT current_setting('app.uid')::int)));
--- good a primary key
ALTER TABLE members ADD PRIMARY KEY (tenant_id, user_id);
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id AND m.user_id = current_setting('app.uid')::int));
--- good a check of new rows
GRANT INSERT ON docs TO app_user;
CREATE POLICY p ON docs FOR INSERT WITH CHECK (EXISTS (SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id AND m.user_id = current_setting('app.uid')::int));
