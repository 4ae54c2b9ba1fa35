CREATE ROLE app_user LOGIN;
CREATE TABLE teams (id int PRIMARY KEY, name text);
CREATE TABLE members (login text, team_id int REFERENCES teams, PRIMARY KEY (login, team_id));
CREATE TABLE files (id int PRIMARY KEY, team_id int NOT NULL);
CREATE INDEX ON files (team_id);
GRANT SELECT ON teams, members, files TO app_user;
ALTER TABLE files ENABLE ROW LEVEL SECURITY;
--- bad the join is said twice
CREATE POLICY p ON files USING (EXISTS (SELECT FROM teams t JOIN members m ON m.team_id = t.id
  WHERE m.login = current_setting('app.login', true) AND t.id = team_id));
--- bad the join is said twice in one condition
CREATE POLICY p ON files USING (EXISTS (SELECT FROM teams t, members m
  WHERE t.id = team_id AND m.login = current_setting('app.login', true) AND m.team_id = t.id));
--- good the row is qualified
CREATE POLICY p ON files USING (EXISTS (SELECT FROM teams t JOIN members m ON m.team_id = t.id
  WHERE m.login = current_setting('app.login', true) AND t.id = files.team_id));
--- good each way joins by itself
CREATE POLICY p ON files USING (team_id IN (SELECT t.id FROM teams t, members m
  WHERE (t.id = m.team_id AND m.login = current_setting('app.login', true))
     OR (t.id = m.team_id AND m.login = current_setting('app.deputy_of', true))));
