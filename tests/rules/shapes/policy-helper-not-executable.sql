CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, org int NOT NULL, body text);
CREATE INDEX ON docs (org);
GRANT SELECT, INSERT, UPDATE ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE SCHEMA iam;
CREATE SCHEMA api;
GRANT USAGE ON SCHEMA api TO web;
CREATE TABLE iam.seats (login text PRIMARY KEY, org int NOT NULL);
GRANT SELECT ON iam.seats TO web;
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN QUERY SELECT s.org FROM iam.seats s WHERE s.login = current_setting('app.login', true); END $$;
CREATE POLICY own ON docs TO web USING (org IN (SELECT mine()));
--- bad the body names a schema that is shut to the caller
--- good the schema is open
GRANT USAGE ON SCHEMA iam TO web;
--- good the function runs as its owner
ALTER FUNCTION mine() SECURITY DEFINER;
