CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner text, kind text, body text);
CREATE TABLE members (user_name text NOT NULL, tenant_id int NOT NULL, role text, PRIMARY KEY (user_name, tenant_id));
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs, notes TO app_user;
GRANT SELECT ON members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY n ON notes USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad sql helper exists
CREATE FUNCTION is_member() RETURNS bool LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT 1 FROM members WHERE user_name = current_setting('app.login', true)) $$;
CREATE POLICY p ON docs USING (is_member());
--- bad definer helper exists
CREATE FUNCTION is_member() RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT EXISTS (SELECT 1 FROM members WHERE user_name = current_setting('app.login', true)) $$;
CREATE POLICY p ON docs USING ((SELECT is_member()));
--- bad plpgsql helper count
CREATE FUNCTION is_member() RETURNS bool LANGUAGE plpgsql STABLE AS $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM members WHERE user_name = current_setting('app.login', true); RETURN n > 0; END $$;
CREATE POLICY p ON docs USING (is_member());
--- bad scalar count sub-select
CREATE POLICY p ON docs USING ((SELECT count(*) FROM members m WHERE m.user_name = current_setting('app.login', true)) > 0);
--- bad caller in members
CREATE POLICY p ON docs USING (current_setting('app.login', true) IN (SELECT user_name FROM members));
--- bad caller = any array members
CREATE POLICY p ON docs USING (current_setting('app.login', true) = ANY (ARRAY(SELECT user_name FROM members)));
--- bad tenant setting is among tenants of caller
CREATE POLICY p ON docs USING (current_setting('app.tenant_id', true)::int IN (SELECT m.tenant_id FROM members m WHERE m.user_name = current_setting('app.login', true)));
--- bad self-join uncorrelated exists same tenant_id both inner
CREATE POLICY p ON docs USING (EXISTS (SELECT 1 FROM members m JOIN notes n ON n.tenant_id = m.tenant_id WHERE m.user_name = current_setting('app.login', true)));
--- bad coalesce
CREATE POLICY p ON docs USING (COALESCE(current_setting('app.tenant_id', true), '') <> '');
--- bad is not null nullif
CREATE POLICY p ON docs USING (NULLIF(current_setting('app.tenant_id', true), '') IS NOT NULL);
--- bad length
CREATE POLICY p ON docs USING (length(current_setting('app.tenant_id', true)) > 0);
--- bad cast int > 0
CREATE POLICY p ON docs USING (NULLIF(current_setting('app.tenant_id', true), '')::int > 0);
--- bad current_user = role
CREATE POLICY p ON docs USING (current_user = 'app_user');
--- bad pg_has_role
CREATE POLICY p ON docs USING (pg_has_role(current_user, 'app_user', 'member'));
--- bad current_user in list
CREATE POLICY p ON docs USING (current_user IN ('app_user', 'batch'));
--- bad case
CREATE POLICY p ON docs USING (CASE WHEN current_setting('app.login', true) IS NOT NULL THEN true ELSE false END);
--- bad or branch gate
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR EXISTS (SELECT 1 FROM members m WHERE m.user_name = current_setting('app.login', true) AND m.role = 'owner'));
--- bad row IN
CREATE POLICY p ON docs USING ((current_setting('app.login', true), 'admin') IN (SELECT user_name, role FROM members));
--- bad scalar tenant matches setting
CREATE POLICY p ON docs USING ((SELECT m.tenant_id FROM members m WHERE m.user_name = current_setting('app.login', true) LIMIT 1) = current_setting('app.tenant_id', true)::int);
--- bad scalar not null
CREATE POLICY p ON docs USING ((SELECT m.tenant_id FROM members m WHERE m.user_name = current_setting('app.login', true) LIMIT 1) IS NOT NULL);
--- bad bool_or
CREATE POLICY p ON docs USING ((SELECT bool_or(m.role IN ('owner','admin')) FROM members m WHERE m.user_name = current_setting('app.login', true)));
--- bad role any
CREATE POLICY p ON docs USING ('admin' = ANY (SELECT m.role FROM members m WHERE m.user_name = current_setting('app.login', true)));
--- bad admin in
CREATE POLICY p ON docs USING ('admin' IN (SELECT m.role FROM members m WHERE m.user_name = current_setting('app.login', true)));
--- bad function with tenant argument from setting
CREATE FUNCTION belongs(t int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT 1 FROM members WHERE user_name = current_setting('app.login', true) AND tenant_id = t) $$;
CREATE POLICY p ON docs USING (belongs(nullif(current_setting('app.tenant_id', true),'')::int));
--- bad function compares own args wrong
CREATE FUNCTION same(a int, b int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT b = b $$;
CREATE POLICY p ON docs USING (same(tenant_id, nullif(current_setting('app.tenant_id', true),'')::int));
--- bad EXISTS over own table without correlation
CREATE POLICY p ON docs FOR SELECT USING (EXISTS (SELECT 1 FROM notes n WHERE n.tenant_id = nullif(current_setting('app.tenant_id', true),'')::int));
--- bad with check insert gate
CREATE POLICY p ON docs FOR INSERT WITH CHECK (EXISTS (SELECT 1 FROM members m WHERE m.user_name = current_setting('app.login', true)));
--- bad EXISTS with is true
CREATE POLICY p ON docs USING ((EXISTS (SELECT 1 FROM members m WHERE m.user_name = current_setting('app.login', true))) IS TRUE);
--- bad coalesce of scalar
CREATE POLICY p ON docs USING (COALESCE((SELECT true FROM members m WHERE m.user_name = current_setting('app.login', true) LIMIT 1), false));
--- good correlated
CREATE POLICY p ON docs USING (EXISTS (SELECT 1 FROM members m WHERE m.user_name = current_setting('app.login', true) AND m.tenant_id = docs.tenant_id));
--- good helper with row
CREATE FUNCTION belongs(t int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT 1 FROM members WHERE user_name = current_setting('app.login', true) AND tenant_id = t) $$;
CREATE POLICY p ON docs USING (belongs(tenant_id));
--- good platform admin
CREATE TABLE operators (user_name text PRIMARY KEY);
CREATE POLICY t ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs USING (EXISTS (SELECT 1 FROM operators WHERE user_name = current_setting('app.login', true)));
--- good restrictive
CREATE POLICY t ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs AS RESTRICTIVE USING (EXISTS (SELECT 1 FROM members m WHERE m.user_name = current_setting('app.login', true)));
--- good flag setting admin
CREATE POLICY t ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs USING (current_setting('app.is_operator', true) = 'on');
--- bad in all rows of members
CREATE POLICY p ON docs USING (tenant_id IN (SELECT tenant_id FROM members));
--- bad in all tenants
CREATE TABLE tenants (id int PRIMARY KEY);
GRANT SELECT ON tenants TO app_user;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT id FROM tenants));
--- bad exists tenants correlated nothing else, branch
CREATE TABLE tenants (id int PRIMARY KEY, name text);
GRANT SELECT ON tenants TO app_user;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) OR EXISTS (SELECT 1 FROM tenants t WHERE docs.tenant_id = t.id));
--- bad any array
CREATE TABLE tenants (id int PRIMARY KEY);
GRANT SELECT ON tenants TO app_user;
CREATE POLICY p ON docs USING (tenant_id = ANY (ARRAY(SELECT id FROM tenants)));
--- bad function of all
CREATE TABLE tenants (id int PRIMARY KEY);
GRANT SELECT ON tenants TO app_user;
CREATE FUNCTION known(t int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT FROM tenants WHERE id = t)';
CREATE POLICY p ON docs USING (known(tenant_id));
--- good protected tenants
CREATE TABLE tenants (id int PRIMARY KEY);
GRANT SELECT ON tenants TO app_user;
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY t ON tenants USING (id = nullif(current_setting('app.tenant_id', true), '')::int);
CREATE POLICY p ON docs USING (tenant_id IN (SELECT id FROM tenants));
--- good list of public tenants
CREATE TABLE public_tenants (tenant_id int PRIMARY KEY);
GRANT SELECT ON public_tenants TO app_user;
CREATE POLICY q ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs FOR SELECT USING (tenant_id IN (SELECT tenant_id FROM public_tenants));
--- good list of public tenants by flag
CREATE TABLE tenants (id int PRIMARY KEY, is_public bool);
GRANT SELECT ON tenants TO app_user;
CREATE POLICY p ON docs FOR SELECT USING (tenant_id IN (SELECT id FROM tenants WHERE is_public));
--- good published
CREATE TABLE published (doc_id int PRIMARY KEY REFERENCES docs (id));
GRANT SELECT ON published TO app_user;
CREATE POLICY p ON docs FOR SELECT USING (id IN (SELECT doc_id FROM published));
--- good join tenants operator flag
CREATE TABLE tenants (id int PRIMARY KEY, is_operator bool);
CREATE POLICY q ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs USING (EXISTS (SELECT 1 FROM members m JOIN tenants t ON t.id = m.tenant_id WHERE m.user_name = current_setting('app.login', true) AND t.is_operator));
--- good level setting
CREATE POLICY q ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs USING (current_setting('app.level', true)::int > 5);
--- good count of operators
CREATE TABLE operators (user_name text PRIMARY KEY);
CREATE POLICY q ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs USING ((SELECT count(*) FROM operators WHERE user_name = current_setting('app.login', true)) = 1);
--- good group role
CREATE ROLE staff;
CREATE POLICY q ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs USING (pg_has_role(current_user, 'staff', 'member'));
--- bad a claim is there
CREATE POLICY p ON docs USING (current_setting('app.claims', true)::jsonb ? 'tenant_id');
--- bad rank in the one tenant of each caller
CREATE TABLE people (login text PRIMARY KEY, tenant_id int NOT NULL, rank text NOT NULL);
CREATE POLICY own ON docs FOR SELECT USING (tenant_id = (SELECT x.tenant_id FROM people x WHERE x.login = current_setting('app.login', true)));
CREATE POLICY heads ON docs FOR DELETE USING (EXISTS (SELECT FROM people x WHERE x.login = current_setting('app.login', true) AND x.rank IN ('head', 'deputy')));
--- good rank of those above all tenants
CREATE TABLE people (login text PRIMARY KEY, tenant_id int NOT NULL, rank text NOT NULL);
CREATE POLICY own ON docs FOR SELECT USING (tenant_id = (SELECT x.tenant_id FROM people x WHERE x.login = current_setting('app.login', true)));
CREATE POLICY heads ON docs FOR DELETE USING (EXISTS (SELECT FROM people x WHERE x.login = current_setting('app.login', true) AND x.rank = 'superadmin'));
--- good rank of people without a tenant among them
CREATE TABLE people (login text PRIMARY KEY, tenant_id int, rank text NOT NULL);
CREATE POLICY own ON docs FOR SELECT USING (tenant_id = (SELECT x.tenant_id FROM people x WHERE x.login = current_setting('app.login', true)));
CREATE POLICY heads ON docs FOR DELETE USING (EXISTS (SELECT FROM people x WHERE x.login = current_setting('app.login', true) AND x.rank = 'head'));
--- good member of the role that the row names
CREATE POLICY p ON docs USING (pg_has_role(owner::name, 'MEMBER'));
--- bad a user in a claim
CREATE POLICY p ON docs USING ((nullif(current_setting('app.claims', true), '')::jsonb ->> 'sub')::uuid IS NOT NULL);
--- good a claim that few have
CREATE POLICY q ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs USING ((current_setting('app.claims', true)::jsonb ->> 'is_admin') IS NOT NULL);
--- good a key of the claims that few have
CREATE POLICY q ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs USING (current_setting('app.claims', true)::jsonb ? 'staff');
--- bad the tenant of the caller is one
CREATE TABLE tenants (id int PRIMARY KEY);
GRANT SELECT ON tenants TO app_user;
ALTER TABLE docs ADD FOREIGN KEY (tenant_id) REFERENCES tenants NOT VALID;
CREATE POLICY q ON docs FOR DELETE USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM tenants t WHERE t.id = nullif(current_setting('app.tenant_id', true), '')::int));
--- good the tenant of the caller is one of the operators
CREATE TABLE tenants (id int PRIMARY KEY, operates bool);
GRANT SELECT ON tenants TO app_user;
ALTER TABLE docs ADD FOREIGN KEY (tenant_id) REFERENCES tenants NOT VALID;
CREATE POLICY q ON docs FOR DELETE USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM tenants t WHERE t.id = nullif(current_setting('app.tenant_id', true), '')::int AND t.operates));
--- good the tenant of the row is the caller's
CREATE TABLE tenants (id int PRIMARY KEY);
GRANT SELECT ON tenants TO app_user;
ALTER TABLE docs ADD FOREIGN KEY (tenant_id) REFERENCES tenants NOT VALID;
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM tenants t WHERE t.id = nullif(current_setting('app.tenant_id', true), '')::int AND t.id = tenant_id));
--- bad the list of members has another key, and the tenant of the row is a reference
CREATE TABLE orgs (id int PRIMARY KEY);
CREATE TABLE seats (org int NOT NULL, login text PRIMARY KEY);
CREATE TABLE deals (id int PRIMARY KEY, org int NOT NULL REFERENCES orgs);
GRANT SELECT ON seats, deals TO app_user;
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON deals USING (EXISTS (SELECT FROM seats s WHERE s.login = current_setting('app.login', true)));
