CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE plain (id int PRIMARY KEY);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT ON docs, plain TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- bad as the caller
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE SET row_security = off AS $$ SELECT count(*) FROM docs $$;
--- bad in other words
CREATE FUNCTION total() RETURNS bigint LANGUAGE plpgsql STABLE SET row_security TO 'false' AS $$ BEGIN RETURN (SELECT count(*) FROM docs); END $$;
--- bad by ALTER
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM docs $$;
ALTER FUNCTION total() SET row_security = off;
--- bad under FORCE
ALTER TABLE docs FORCE ROW LEVEL SECURITY;
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET row_security = off AS $$ SELECT count(*) FROM docs $$;
--- bad to no effect
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET row_security = off AS $$ SELECT count(*) FROM docs $$;
--- bad a procedure that writes
CREATE PROCEDURE clear() LANGUAGE plpgsql SET row_security = off AS $$ BEGIN DELETE FROM docs; END $$;
--- good on
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE SET row_security = on AS $$ SELECT count(*) FROM docs $$;
--- good no policies there
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE SET row_security = off AS $$ SELECT count(*) FROM plain $$;
--- good for backups
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE SET row_security = off AS $$ SELECT count(*) FROM docs $$;
REVOKE EXECUTE ON FUNCTION total() FROM PUBLIC;
--- good taken back
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE SET row_security = off AS $$ SELECT count(*) FROM docs $$;
ALTER FUNCTION total() RESET row_security;
--- good without
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE SET work_mem = '8MB' AS $$ SELECT count(*) FROM docs $$;
