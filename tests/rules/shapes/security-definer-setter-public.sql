CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE sessions (token text PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- bad SQL
CREATE FUNCTION be(t text) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT set_config('app.t', t, true) $$;
--- bad a procedure
CREATE PROCEDURE be(t int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN PERFORM set_config('app.t', t::text, false); END $$;
--- bad two settings
CREATE FUNCTION be(t uuid, u uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN PERFORM set_config('app.user', u::text, true); PERFORM set_config('app.t', t::text, true); END $$;
--- bad granted besides
CREATE FUNCTION be(t text) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT set_config('app.t', t, true) $$;
GRANT EXECUTE ON FUNCTION be(text) TO app_user;
--- good revoked
CREATE FUNCTION be(t text) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT set_config('app.t', t, true) $$;
REVOKE EXECUTE ON FUNCTION be(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION be(text) TO app_user;
--- good as the caller
CREATE FUNCTION be(t text) RETURNS text LANGUAGE sql AS $$ SELECT set_config('app.t', t, true) $$;
--- good a token
CREATE FUNCTION be(t text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE found int; BEGIN
  SELECT s.tenant_id INTO found FROM public.sessions AS s WHERE s.token = t;
  PERFORM set_config('app.t', found::text, true); END $$;
--- good refused
CREATE FUNCTION be(t text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN IF t <> session_user THEN RAISE 'no'; END IF; PERFORM set_config('app.t', t, true); END $$;
--- good another setting
CREATE FUNCTION be(t text) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT set_config('app.locale', t, true) $$;
--- good a reset
CREATE FUNCTION be_nobody(reason text) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT set_config('app.t', '', true) $$;
