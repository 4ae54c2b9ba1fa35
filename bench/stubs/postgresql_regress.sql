CREATE FUNCTION fipshash(text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT substr(encode(sha256($1::bytea), 'hex'), 1, 32) $$;
