CREATE ROLE app_user LOGIN;
CREATE TABLE teams (id int PRIMARY KEY, owner text);
CREATE TABLE members (login text, team_id int, PRIMARY KEY (login, team_id));
CREATE TABLE docs (id int PRIMARY KEY, team_id int);
GRANT SELECT, INSERT, UPDATE, DELETE ON teams, members, docs TO app_user;
ALTER TABLE teams ENABLE ROW LEVEL SECURITY;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad EXISTS both ways
CREATE POLICY t ON teams FOR SELECT USING (EXISTS (SELECT FROM members AS m WHERE m.team_id = teams.id AND m.login = current_setting('app.login', true)));
CREATE POLICY m ON members FOR SELECT USING (EXISTS (SELECT FROM teams AS t WHERE t.id = members.team_id AND t.owner = current_setting('app.login', true)));
--- bad three tables
CREATE POLICY t ON teams USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members USING (team_id IN (SELECT team_id FROM docs));
CREATE POLICY d ON docs USING (team_id IN (SELECT id FROM teams));
--- bad over a view
CREATE VIEW own_teams WITH (security_invoker = true) AS SELECT id FROM teams;
CREATE POLICY t ON teams USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members USING (team_id IN (SELECT id FROM own_teams));
--- bad over a function of the caller's
CREATE FUNCTION own_teams() RETURNS SETOF int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN QUERY SELECT id FROM teams; END $$;
CREATE POLICY t ON teams USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members USING (team_id IN (SELECT own_teams()));
--- bad one way for UPDATE
CREATE POLICY s ON teams FOR SELECT USING (owner = (SELECT current_setting('app.login', true)));
CREATE POLICY t ON teams FOR UPDATE USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members FOR SELECT USING (team_id IN (SELECT id FROM teams));
--- bad a restrictive one
CREATE POLICY t ON teams USING (owner = current_setting('app.login', true));
CREATE POLICY r ON teams AS RESTRICTIVE USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members USING (team_id IN (SELECT id FROM teams));
--- good one way
CREATE POLICY t ON teams USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members USING (login = current_setting('app.login', true));
--- good through the owner of a function
CREATE FUNCTION own_teams() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT id FROM teams WHERE owner = current_setting('app.login', true) $$;
CREATE POLICY t ON teams USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members USING (team_id IN (SELECT own_teams()));
--- good for another role
CREATE ROLE backoffice;
CREATE POLICY t ON teams TO app_user USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members TO app_user USING (login = current_setting('app.login', true));
CREATE POLICY b ON members TO backoffice USING (team_id IN (SELECT id FROM teams));
--- good without row security
ALTER TABLE members DISABLE ROW LEVEL SECURITY;
CREATE POLICY t ON teams USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members USING (team_id IN (SELECT id FROM teams));
--- good for another command
CREATE POLICY t ON teams FOR SELECT USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members FOR SELECT USING (login = current_setting('app.login', true));
CREATE POLICY w ON members FOR INSERT WITH CHECK (team_id IN (SELECT id FROM teams));
--- good the way back has no sub-select
CREATE POLICY s ON teams FOR SELECT USING (owner = current_setting('app.login', true));
CREATE POLICY t ON teams FOR UPDATE USING (id IN (SELECT team_id FROM members));
CREATE POLICY m ON members FOR SELECT USING (team_id IN (SELECT id FROM teams));
