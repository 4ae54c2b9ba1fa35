CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant text NOT NULL, tenant_id int NOT NULL, path text, title text, tags text[]);
CREATE TABLE members (user_name text, tenant text, PRIMARY KEY (user_name, tenant));
GRANT SELECT ON docs, members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad ILIKE
CREATE POLICY p ON docs USING (tenant ILIKE current_setting('app.tenant', true));
--- bad with a wildcard behind
CREATE POLICY p ON docs USING (tenant LIKE current_setting('app.tenant', true) || '%');
--- bad concat
CREATE POLICY p ON docs USING (path LIKE concat('/', current_setting('app.tenant', true), '/%'));
--- bad a regular expression
CREATE POLICY p ON docs USING (tenant ~ current_setting('app.tenant', true));
--- bad an anchored regular expression
CREATE POLICY p ON docs USING (tenant ~* ('^' || current_setting('app.tenant', true) || '$'));
--- bad SIMILAR TO
CREATE POLICY p ON docs USING (tenant SIMILAR TO current_setting('app.tenant', true));
--- bad position
CREATE POLICY p ON docs USING (position(current_setting('app.tenant', true) IN tenant) > 0);
--- bad strpos in a list
CREATE POLICY p ON docs USING (strpos(current_setting('app.tenants', true), tenant) > 0);
--- bad starts_with
CREATE POLICY p ON docs USING (starts_with(tenant, current_setting('app.tenant', true)));
--- bad ^@
CREATE POLICY p ON docs USING (tenant ^@ current_setting('app.tenant', true));
--- bad left
CREATE POLICY p ON docs USING (left(tenant, length(current_setting('app.tenant', true))) = current_setting('app.tenant', true));
--- bad LIKE ANY
CREATE POLICY p ON docs USING (tenant LIKE ANY (string_to_array(current_setting('app.tenants', true), ',')));
--- bad a number as text
CREATE POLICY p ON docs USING (tenant_id::text LIKE (SELECT current_setting('app.tenant', true)));
--- bad a number as a prefix
CREATE POLICY p ON docs USING (path LIKE (nullif(current_setting('app.tenant', true), '')::int)::text || '%');
--- bad through a helper
CREATE FUNCTION mine(t text) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT t LIKE current_setting('app.tenant', true) $$;
CREATE POLICY p ON docs USING (mine(tenant));
--- bad the caller among members
CREATE POLICY p ON docs USING (EXISTS (
  SELECT FROM members AS m WHERE m.tenant = docs.tenant AND m.user_name ILIKE current_setting('app.login', true)));
--- bad in one branch
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int
  OR tenant LIKE current_setting('app.tenant', true));
--- bad regexp_match
CREATE POLICY p ON docs USING (regexp_match(tenant, current_setting('app.tenant', true)) IS NOT NULL);
--- bad a restrictive policy
CREATE POLICY everybody ON docs USING (true);
CREATE POLICY p ON docs AS RESTRICTIVE USING (tenant LIKE current_setting('app.tenant', true));
--- good equality
CREATE POLICY p ON docs USING (tenant = current_setting('app.tenant', true));
--- good a constant pattern beside the tenant
CREATE POLICY p ON docs USING (tenant = current_setting('app.tenant', true) AND path LIKE '/shared/%');
--- good a search beside the tenant
CREATE POLICY p ON docs USING (tenant = current_setting('app.tenant', true)
  AND title ILIKE '%' || current_setting('app.search', true) || '%');
--- good a path of a number
CREATE POLICY p ON docs USING (path LIKE '/' || nullif(current_setting('app.tenant', true), '')::int || '/%');
--- good a path of a UUID
CREATE POLICY p ON docs USING (path LIKE nullif(current_setting('app.tenant', true), '')::uuid || '%');
--- good an escaped path
CREATE POLICY p ON docs USING (path LIKE
  replace(replace(current_setting('app.tenant', true), '%', '\%'), '_', '\_') || '/%');
--- good a prefix with its end
CREATE POLICY p ON docs USING (starts_with(path, current_setting('app.tenant', true) || '/'));
--- good a list with separators
CREATE POLICY p ON docs USING (strpos(',' || current_setting('app.tenants', true) || ',', ',' || tenant || ',') > 0);
--- good a member by equality
CREATE POLICY p ON docs USING (EXISTS (
  SELECT FROM members AS m WHERE m.tenant = docs.tenant AND m.user_name = current_setting('app.login', true)
  AND m.tenant LIKE current_setting('app.filter', true)));
--- good a restrictive policy binds the rows
CREATE POLICY exact ON docs AS RESTRICTIVE USING (tenant = current_setting('app.tenant', true));
CREATE POLICY p ON docs USING (tenant LIKE current_setting('app.tenant', true));
--- good a deny list
CREATE POLICY p ON docs USING (tenant = current_setting('app.tenant', true) AND title NOT LIKE current_setting('app.hidden', true));
--- bad the row as the pattern
CREATE POLICY p ON docs USING (current_setting('app.tenant', true) LIKE tenant || '%');
--- bad what is found in it
CREATE POLICY p ON docs USING (substring(tenant from current_setting('app.tenant', true)) IS NOT NULL);
--- bad a fallback to false
CREATE POLICY p ON docs USING (COALESCE(tenant LIKE current_setting('app.tenant', true), false));
--- bad a list of patterns
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM unnest(string_to_array(current_setting('app.tenants', true), ',')) AS t(x) WHERE docs.tenant LIKE t.x));
--- bad the function behind LIKE
CREATE POLICY p ON docs USING (textlike(tenant, current_setting('app.tenant', true)));
--- bad the row within a list
CREATE POLICY p ON docs USING (current_setting('app.tenants', true) LIKE '%' || tenant || '%');
--- good a tag
CREATE POLICY p ON docs USING (tags @> ARRAY[current_setting('app.tenant', true)]);
--- good the row within a list with separators
CREATE POLICY p ON docs USING (',' || current_setting('app.tenants', true) || ',' LIKE '%,' || tenant || ',%');
