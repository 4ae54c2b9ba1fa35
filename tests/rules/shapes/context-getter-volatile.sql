CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- bad PL/pgSQL without a word
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN nullif(current_setting('app.t', true), '')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
--- bad SQL
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql AS $$ SELECT nullif(current_setting('app.t', true), '')::int $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
--- bad VOLATILE as it says
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$ SELECT nullif(current_setting('app.t', true), '')::int $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
--- bad replaced without STABLE
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.t', true), '')::int $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
CREATE OR REPLACE FUNCTION tenant() RETURNS int LANGUAGE sql AS $$ SELECT nullif(current_setting('app.tenant', true), '')::int $$;
--- bad over another function
CREATE FUNCTION setting() RETURNS text LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.t', true), '') $$;
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN setting()::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
--- bad with an argument that is a constant
CREATE FUNCTION setting(name text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN nullif(current_setting(name, true), ''); END $$;
CREATE POLICY p ON docs USING (tenant_id = setting('app.t')::int);
--- bad made once by a sub-select
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN nullif(current_setting('app.t', true), '')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = (SELECT tenant()));
--- good STABLE
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN nullif(current_setting('app.t', true), '')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
--- good STABLE later
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN nullif(current_setting('app.t', true), '')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = tenant());
ALTER FUNCTION tenant() STABLE;
--- good no policy calls it
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN nullif(current_setting('app.t', true), '')::int; END $$;
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- good asked about each row
CREATE FUNCTION mine(t int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN t = nullif(current_setting('app.t', true), '')::int; END $$;
CREATE POLICY p ON docs USING (mine(tenant_id));
--- good a check of new rows
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN nullif(current_setting('app.t', true), '')::int; END $$;
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id = tenant());
--- good nothing of the caller
CREATE FUNCTION limit_of() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 5; END $$;
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int AND id > limit_of());
