CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad the query is a text
CREATE FUNCTION found(words text) RETURNS SETOF docs LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN RETURN QUERY EXECUTE 'SELECT * FROM docs WHERE body ILIKE $1' USING words; END $$;
--- bad the text has values of the caller's
CREATE FUNCTION found(words text) RETURNS SETOF docs LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE one docs;
BEGIN FOR one IN EXECUTE format('SELECT * FROM %I WHERE body = %L', 'docs', words) LOOP RETURN NEXT one; END LOOP; END $$;
--- good the text asks for the tenant
CREATE FUNCTION found(words text) RETURNS SETOF docs LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN RETURN QUERY EXECUTE 'SELECT * FROM docs WHERE body = $1 AND tenant_id = current_setting(''app.tenant_id'')::int' USING words; END $$;
--- good nothing is read
CREATE FUNCTION found(words text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE answer text; BEGIN EXECUTE 'SELECT upper($1)' INTO answer USING words; RETURN answer; END $$;
--- bad the text is in a variable
CREATE FUNCTION found(words text) RETURNS SETOF docs LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE wanted text := 'SELECT * FROM docs'; BEGIN
IF words <> '' THEN wanted := concat(wanted, ' WHERE body = ') || quote_literal(words); END IF;
RETURN QUERY EXECUTE wanted; END $$;
--- good the text in a variable asks for the tenant
CREATE FUNCTION found(words text) RETURNS SETOF docs LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE wanted text; BEGIN
wanted := 'SELECT * FROM docs WHERE tenant_id = current_setting(''app.tenant_id'')::int';
wanted := wanted || format(' AND body = %L', words);
RETURN QUERY EXECUTE wanted; END $$;
--- bad a cursor over the rows
CREATE FUNCTION everything(rows refcursor) RETURNS refcursor LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN OPEN rows NO SCROLL FOR SELECT * FROM docs; RETURN rows; END $$;
--- bad rows of a function that runs as this one's owner
CREATE FUNCTION rows_of_all() RETURNS SETOF docs LANGUAGE sql STABLE AS $$ SELECT * FROM docs $$;
CREATE FUNCTION export() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT jsonb_agg(d) FROM rows_of_all() d $$;
--- good rows of a function, of which the caller's are taken
CREATE FUNCTION rows_of_all() RETURNS SETOF docs LANGUAGE sql STABLE AS $$ SELECT * FROM docs $$;
REVOKE EXECUTE ON FUNCTION rows_of_all() FROM PUBLIC;
CREATE FUNCTION export() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT jsonb_agg(d) FROM rows_of_all() d WHERE d.tenant_id = nullif(current_setting('app.tenant_id', true), '')::int $$;
--- good a cursor over the caller's rows
CREATE FUNCTION everything(rows refcursor) RETURNS refcursor LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN OPEN rows FOR SELECT * FROM docs WHERE tenant_id = nullif(current_setting('app.tenant_id', true), '')::int; RETURN rows; END $$;
--- bad values of OUT parameters
CREATE FUNCTION first_of(above int, OUT text_of text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT body FROM docs WHERE id > above $$;
--- bad a procedure that gives a value back
CREATE PROCEDURE texts(INOUT found text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN SELECT string_agg(body, ',') INTO found FROM docs; END $$;
--- good a procedure that gives its argument back
CREATE PROCEDURE next(INOUT number int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN number := number + (SELECT count(*) FROM docs WHERE tenant_id = nullif(current_setting('app.tenant_id', true), '')::int); END $$;
--- bad a part of a secret
ALTER TABLE docs ADD token text;
CREATE FUNCTION found(given text) RETURNS SETOF docs LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT d.* FROM docs AS d WHERE left(d.token, 1) = given $$;
--- bad how long a secret is
ALTER TABLE docs ADD token text;
CREATE FUNCTION found(given text) RETURNS SETOF docs LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT d.* FROM docs AS d WHERE length(d.token)::text = given $$;
--- bad a secret that need not be given
ALTER TABLE docs ADD token text;
CREATE FUNCTION found(given text) RETURNS SETOF docs LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT d.* FROM docs AS d WHERE d.token = coalesce(given, d.token) $$;
--- good a secret in small letters
ALTER TABLE docs ADD token text;
CREATE FUNCTION found(given text) RETURNS SETOF docs LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT d.* FROM docs AS d WHERE lower(d.token) = lower(given) $$;
--- good the digest of a secret
ALTER TABLE docs ADD token text;
CREATE FUNCTION found(given text) RETURNS SETOF docs LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT d.* FROM docs AS d WHERE d.token = encode(sha256(convert_to(left(given, 40), 'UTF8')), 'hex') $$;
