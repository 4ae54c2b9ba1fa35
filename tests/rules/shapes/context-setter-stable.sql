CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE seen (at timestamptz);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- bad SQL
CREATE FUNCTION be(t text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT set_config('app.t', t, true) $$;
--- bad IMMUTABLE
CREATE FUNCTION be(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN set_config('app.t', t, true); END $$;
--- bad SET
CREATE FUNCTION be() RETURNS void LANGUAGE plpgsql STABLE AS $$ BEGIN SET LOCAL app.t = '1'; END $$;
--- bad INSERT
CREATE FUNCTION note() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN INSERT INTO seen VALUES (now()); RETURN nullif(current_setting('app.t', true), '')::int; END $$;
--- bad by ALTER
CREATE FUNCTION be(t text) RETURNS text LANGUAGE sql AS $$ SELECT set_config('app.t', t, true) $$;
ALTER FUNCTION be(text) STABLE;
--- bad over another function
CREATE FUNCTION be(t text) RETURNS text LANGUAGE sql AS $$ SELECT set_config('app.t', t, true) $$;
CREATE FUNCTION as_first() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN be('1'); END $$;
--- good VOLATILE
CREATE FUNCTION be(t text) RETURNS text LANGUAGE sql AS $$ SELECT set_config('app.t', t, true) $$;
--- good a getter
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.t', true), '')::int $$;
--- good SET of the function itself
CREATE FUNCTION tenants() RETURNS bigint LANGUAGE sql STABLE SET search_path = public AS $$ SELECT count(*) FROM docs $$;
--- good a comment
CREATE FUNCTION tenant() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN
  -- set by set_config('app.t', …)
  RETURN current_setting('app.t', true); END $$;
--- good VOLATILE again
CREATE FUNCTION be(t text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT set_config('app.t', t, true) $$;
ALTER FUNCTION be(text) VOLATILE;
--- good a word in a string
CREATE FUNCTION name() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'set_config' $$;
