CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, owner text NOT NULL, body text);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (owner = nullif(current_setting('app.login', true), ''));
--- bad the only condition of the project
ALTER POLICY own ON docs USING (nullif(current_setting('app.login', true), '') IS NOT NULL);
--- bad put together in a block
DO $$ BEGIN EXECUTE format('ALTER POLICY own ON %I USING (owner = owner)', 'docs'); END $$;
--- good said in other words
ALTER POLICY own ON docs USING ((SELECT nullif(current_setting('app.login', true), '')) IN (owner));
--- good narrower
ALTER POLICY own ON docs USING (owner = nullif(current_setting('app.login', true), '') AND body <> '');
