CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, org int NOT NULL, body text);
CREATE INDEX ON docs (org);
GRANT SELECT, INSERT, UPDATE ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (org = (SELECT nullif(current_setting('app.org', true), '')::int));
CREATE ROLE keeper LOGIN;
CREATE ROLE holder NOLOGIN;
--- bad the owner may log in, and nothing says what for
ALTER TABLE docs OWNER TO keeper;
ALTER TABLE IF EXISTS docs ADD COLUMN more int, NO FORCE ROW LEVEL SECURITY;
--- good the owner may not
ALTER TABLE docs OWNER TO holder;
ALTER TABLE docs NO FORCE ROW LEVEL SECURITY;
--- good it is forced again
ALTER TABLE docs OWNER TO keeper;
ALTER TABLE docs NO FORCE ROW LEVEL SECURITY;
ALTER TABLE docs FORCE ROW LEVEL SECURITY;
