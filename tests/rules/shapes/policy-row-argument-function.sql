CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO app_user;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner_id int);
CREATE TABLE members (user_id int, tenant_id int, role text, PRIMARY KEY (user_id, tenant_id));
GRANT SELECT, INSERT, UPDATE ON docs TO app_user;
GRANT SELECT ON members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE INDEX ON docs (owner_id);
--- bad two columns and a constant
CREATE FUNCTION app.has_role(t int, d int, r text) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM members WHERE tenant_id = t AND role = r AND user_id = current_setting('app.user_id')::int) $$;
CREATE POLICY p ON docs USING (app.has_role(tenant_id, id, 'editor'));
--- bad the whole row
CREATE FUNCTION can_see(d docs) RETURNS bool LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN (SELECT count(*) FROM public.members AS m WHERE m.tenant_id = d.tenant_id) > 0; END $$;
CREATE POLICY p ON docs USING (can_see(docs));
--- bad a table behind another function
CREATE FUNCTION my_role(t int) RETURNS text LANGUAGE sql STABLE AS $$ SELECT role FROM public.members WHERE tenant_id = t AND user_id = current_setting('app.user_id')::int $$;
CREATE FUNCTION is_editor(t int) RETURNS bool LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN public.my_role(t) = 'editor'; END $$;
CREATE POLICY p ON docs USING (is_editor(tenant_id));
--- bad in an alternative
CREATE FUNCTION is_member(t int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM public.members WHERE tenant_id = t) $$;
CREATE POLICY p ON docs USING (owner_id = (SELECT nullif(current_setting('app.user_id', true), '')::int) OR is_member(tenant_id));
--- bad in FROM
CREATE FUNCTION members_of(t int) RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT user_id FROM public.members WHERE tenant_id = t $$;
CREATE POLICY p ON docs USING ((SELECT nullif(current_setting('app.user_id', true), '')::int) IN (SELECT m FROM members_of(tenant_id) AS m));
--- bad for UPDATE, by ALTER and a block
CREATE FUNCTION is_member(t int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM public.members WHERE tenant_id = t) $$;
CREATE POLICY p ON docs FOR UPDATE USING (false);
DO $$ BEGIN EXECUTE format('ALTER POLICY p ON %I USING (is_member(tenant_id))', 'docs'); END $$;
--- bad bound when it is made
CREATE FUNCTION is_member(t int) RETURNS bool LANGUAGE sql STABLE RETURN EXISTS (SELECT FROM members WHERE tenant_id = t);
CREATE POLICY p ON docs USING (is_member(tenant_id));
--- good asked once
CREATE FUNCTION my_tenants() RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT tenant_id FROM public.members WHERE user_id = current_setting('app.user_id')::int $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT my_tenants()));
--- good asked once, as an array
CREATE FUNCTION my_tenants() RETURNS int[] LANGUAGE sql STABLE AS $$ SELECT array_agg(tenant_id) FROM public.members WHERE user_id = current_setting('app.user_id')::int $$;
CREATE POLICY p ON docs USING (tenant_id = ANY ((SELECT my_tenants())::int[]));
--- good reads no table
CREATE FUNCTION is_own(t int) RETURNS bool LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN t = current_setting('app.tenant_id')::int; END $$;
CREATE POLICY p ON docs USING (is_own(tenant_id));
--- good only for new rows
CREATE FUNCTION is_member(t int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM public.members WHERE tenant_id = t) $$;
CREATE POLICY p ON docs FOR INSERT WITH CHECK (is_member(tenant_id));
--- good for somebody else
CREATE ROLE auditor;
CREATE FUNCTION is_member(t int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM public.members WHERE tenant_id = t) $$;
CREATE POLICY p ON docs TO auditor USING (is_member(tenant_id));
--- good without a column
CREATE FUNCTION is_admin(wanted text) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM public.members WHERE role = wanted) $$;
CREATE POLICY p ON docs USING ((SELECT is_admin('admin')));
--- good a sub-select that correlates
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id));
--- good taken back
CREATE FUNCTION is_member(t int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM public.members WHERE tenant_id = t) $$;
CREATE POLICY p ON docs USING (is_member(tenant_id));
DROP POLICY p ON docs;
