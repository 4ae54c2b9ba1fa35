CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad by ALTER
CREATE FUNCTION peek(t text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', t; RETURN true; END $$;
ALTER FUNCTION peek(text) LEAKPROOF;
--- bad a cast that may fail
CREATE FUNCTION number_of(t text) RETURNS int LANGUAGE plpgsql IMMUTABLE LEAKPROOF AS $$ BEGIN RETURN t::int; END $$;
--- bad a division
CREATE FUNCTION share(a int, b int) RETURNS int LANGUAGE plpgsql IMMUTABLE LEAKPROOF AS $$ BEGIN RETURN a / b; END $$;
--- bad ILIKE in PL/pgSQL
CREATE FUNCTION has(a text, b text) RETURNS bool LANGUAGE plpgsql STABLE LEAKPROOF AS $$ BEGIN RETURN a ILIKE b; END $$;
--- bad SQL that is not inlined
CREATE FUNCTION has(a text, b text) RETURNS bool LANGUAGE sql STABLE LEAKPROOF SET search_path = '' AS $$ SELECT a ~ b $$;
--- bad SQL that is inlined as it stands
CREATE FUNCTION has(a text, b text) RETURNS bool LANGUAGE sql IMMUTABLE LEAKPROOF AS $$ SELECT a ILIKE b $$;
--- bad behind an operator
CREATE FUNCTION like_any(a text, b text) RETURNS bool LANGUAGE plpgsql LEAKPROOF AS $$ BEGIN RETURN a LIKE b; END $$;
CREATE OPERATOR ~~~ (LEFTARG = text, RIGHTARG = text, FUNCTION = like_any);
--- bad a body that writes
CREATE TABLE seen (body text);
CREATE FUNCTION seen(t text) RETURNS bool LANGUAGE plpgsql LEAKPROOF SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN INSERT INTO public.seen VALUES (t); RETURN true; END $$;
--- good a getter without arguments
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE LEAKPROOF AS $$ BEGIN RETURN nullif(current_setting('app.tenant_id', true), '')::int; END $$;
--- good a comparison
CREATE FUNCTION same(a int, b int) RETURNS bool LANGUAGE sql IMMUTABLE LEAKPROOF SET search_path = '' AS $$ SELECT a = b AND a IS NOT NULL $$;
--- good a comparison in PL/pgSQL
CREATE FUNCTION same(a int, b int) RETURNS bool LANGUAGE plpgsql IMMUTABLE LEAKPROOF AS $$ BEGIN RETURN a = b OR a > b; END $$;
--- good taken back
CREATE FUNCTION peek(t text) RETURNS bool LANGUAGE plpgsql LEAKPROOF AS $$ BEGIN RAISE NOTICE '%', t; RETURN true; END $$;
ALTER FUNCTION peek(text) NOT LEAKPROOF;
--- good replaced without it
CREATE FUNCTION peek(t text) RETURNS bool LANGUAGE plpgsql LEAKPROOF AS $$ BEGIN RAISE NOTICE '%', t; RETURN true; END $$;
CREATE OR REPLACE FUNCTION peek(t text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', t; RETURN true; END $$;
--- good for nobody to call
CREATE FUNCTION peek(t text) RETURNS bool LANGUAGE plpgsql LEAKPROOF AS $$ BEGIN RAISE NOTICE '%', t; RETURN true; END $$;
REVOKE EXECUTE ON FUNCTION peek(text) FROM PUBLIC;
