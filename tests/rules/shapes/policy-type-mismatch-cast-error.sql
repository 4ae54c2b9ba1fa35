CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, ref text NOT NULL, name text, data jsonb, tenant_id int, big bigint);
CREATE TABLE members (login text, ref text, PRIMARY KEY (login, ref));
GRANT SELECT, INSERT ON docs TO app_user;
GRANT SELECT ON members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad a UUID
CREATE POLICY p ON docs USING (ref::uuid = nullif(current_setting('app.t', true), '')::uuid);
--- bad JSON
CREATE POLICY p ON docs USING ((data ->> 'tenant')::int = nullif(current_setting('app.t', true), '')::int);
--- bad CAST
CREATE POLICY p ON docs USING (CAST(ref AS bigint) = nullif(current_setting('app.t', true), '')::bigint);
--- bad a piece
CREATE POLICY p ON docs USING (split_part(name, '/', 1)::uuid = nullif(current_setting('app.t', true), '')::uuid);
--- bad a narrower number
CREATE POLICY p ON docs USING (big::int = nullif(current_setting('app.t', true), '')::int);
--- bad members
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.ref::int FROM members AS m WHERE m.login = current_setting('app.login', true)));
--- bad through a helper
CREATE FUNCTION mine(r text) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT r::int = nullif(current_setting('app.t', true), '')::int $$;
CREATE POLICY p ON docs USING (mine(ref));
--- bad beside the tenant
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND ref::int > 5);
--- good the caller's side
CREATE POLICY p ON docs USING (ref = current_setting('app.t', true)::int::text);
--- good to text
CREATE POLICY p ON docs USING (tenant_id::text = current_setting('app.t', true));
--- good a wider number
CREATE POLICY p ON docs USING (tenant_id::bigint = nullif(current_setting('app.t', true), '')::bigint);
--- good CASE
CREATE POLICY p ON docs USING (CASE WHEN ref ~ '^\d+$' THEN ref::int = nullif(current_setting('app.t', true), '')::int ELSE false END);
--- good checked
ALTER TABLE docs ADD CHECK (ref ~ '^\d{1,9}$');
CREATE POLICY p ON docs USING (ref::int = nullif(current_setting('app.t', true), '')::int);
--- good a new row
CREATE POLICY p ON docs FOR INSERT WITH CHECK (ref::int = nullif(current_setting('app.t', true), '')::int);
--- good a claim
CREATE POLICY p ON docs USING (tenant_id = (current_setting('app.claims', true)::jsonb ->> 'tenant')::int);
