CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, org int NOT NULL, body text);
CREATE INDEX ON docs (org);
GRANT SELECT, INSERT, UPDATE ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (org = (SELECT nullif(current_setting('app.org', true), '')::int));
CREATE TABLE outbox (id int, body text);
GRANT SELECT ON outbox TO web;
--- bad a rule puts the new row there
CREATE RULE copied AS ON UPDATE TO docs DO ALSO INSERT INTO outbox VALUES (NEW.id, NEW.body);
--- bad a rule selects the old row
CREATE RULE copied AS ON DELETE TO docs DO ALSO INSERT INTO outbox SELECT OLD.id, upper(OLD.body);
--- good a rule puts only the key there
CREATE RULE copied AS ON UPDATE TO docs DO ALSO INSERT INTO outbox VALUES (NEW.id, 'changed');
--- good nobody reads what a rule puts there
REVOKE SELECT ON outbox FROM web;
CREATE RULE copied AS ON UPDATE TO docs DO ALSO INSERT INTO outbox VALUES (NEW.id, NEW.body);
--- good a rule does not fire
CREATE RULE copied AS ON UPDATE TO docs DO ALSO INSERT INTO outbox VALUES (NEW.id, NEW.body);
ALTER TABLE docs DISABLE RULE copied;
