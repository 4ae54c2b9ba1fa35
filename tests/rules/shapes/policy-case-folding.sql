CREATE EXTENSION IF NOT EXISTS citext;
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant text NOT NULL, tenant_id uuid NOT NULL, name citext, title text);
CREATE TABLE members (login text, tenant text, PRIMARY KEY (login, tenant));
GRANT SELECT ON docs, members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad upper
CREATE POLICY p ON docs USING (upper(tenant) = upper(current_setting('app.tenant', true)));
--- bad the column alone
CREATE POLICY p ON docs USING (current_setting('app.tenant', true) = lower(tenant));
--- bad a cast to citext
CREATE POLICY p ON docs USING (tenant::citext = current_setting('app.tenant', true)::citext);
--- bad a column of citext
CREATE POLICY p ON docs USING (name = current_setting('app.tenant', true)::citext);
--- bad trimmed
CREATE POLICY p ON docs USING (lower(trim(tenant)) = lower(trim(current_setting('app.tenant', true))));
--- bad IN a list
CREATE POLICY p ON docs USING (lower(tenant) = ANY (string_to_array(lower(current_setting('app.tenants', true)), ',')));
--- bad the caller among members
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m
  WHERE m.tenant = docs.tenant AND lower(m.login) = lower(current_setting('app.login', true))));
--- bad IN a sub-select
CREATE POLICY p ON docs USING (tenant IN (SELECT m.tenant FROM members AS m
  WHERE upper(m.login) = upper(current_setting('app.login', true))));
--- bad the tenant of a member
CREATE POLICY p ON docs USING (lower(tenant) IN (SELECT lower(m.tenant) FROM members AS m
  WHERE m.login = current_setting('app.login', true)));
--- bad through a helper
CREATE FUNCTION mine(t text) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT lower(t) = lower(current_setting('app.tenant', true)) $$;
CREATE POLICY p ON docs USING (mine(tenant));
--- bad unique in another way
CREATE UNIQUE INDEX ON docs (id, lower(tenant));
CREATE POLICY p ON docs USING (lower(tenant) = lower(current_setting('app.tenant', true)));
--- good as it is
CREATE POLICY p ON docs USING (tenant = lower(current_setting('app.tenant', true)));
--- good a UUID
CREATE POLICY p ON docs USING (lower(tenant_id::text) = lower(current_setting('app.tenant', true)));
--- good unique where tenants are kept
CREATE TABLE tenants (slug text PRIMARY KEY);
CREATE UNIQUE INDEX ON tenants (lower(slug));
CREATE POLICY p ON docs USING (lower(tenant) = lower(current_setting('app.tenant', true)));
--- good what it refers to is unique
CREATE TABLE customers (slug citext PRIMARY KEY);
ALTER TABLE docs ADD customer citext REFERENCES customers (slug);
CREATE POLICY p ON docs USING (customer = current_setting('app.tenant', true)::citext);
--- good checked
ALTER TABLE docs ADD CHECK (tenant = lower(tenant));
CREATE POLICY p ON docs USING (lower(tenant) = lower(current_setting('app.tenant', true)));
--- good unique logins
CREATE UNIQUE INDEX ON members (lower(login));
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m
  WHERE m.tenant = docs.tenant AND lower(m.login) = lower(current_setting('app.login', true))));
--- good beside the tenant
CREATE POLICY p ON docs USING (tenant = current_setting('app.tenant', true) AND lower(title) = lower(current_setting('app.title', true)));
--- good a constant
CREATE POLICY p ON docs USING (tenant = current_setting('app.tenant', true) OR lower(title) = 'public');
