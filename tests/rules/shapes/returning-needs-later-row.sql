CREATE ROLE web LOGIN;
CREATE TABLE teams (id int PRIMARY KEY, name text);
CREATE TABLE seats (team int NOT NULL, person text NOT NULL, PRIMARY KEY (team, person));
GRANT SELECT, INSERT ON teams TO web;
GRANT SELECT ON seats TO web;
ALTER TABLE teams ENABLE ROW LEVEL SECURITY;
CREATE POLICY founding ON teams FOR INSERT TO web WITH CHECK (name <> '');
CREATE POLICY own ON teams FOR SELECT TO web
  USING (id IN (SELECT s.team FROM seats s WHERE s.person = nullif(current_setting('app.me', true), '')));
CREATE FUNCTION found(n text) RETURNS int LANGUAGE sql AS 'INSERT INTO teams VALUES (1, n) RETURNING id';
CREATE FUNCTION sit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN INSERT INTO public.seats VALUES (NEW.id, current_setting('app.me', true)); RETURN NULL; END $$;
--- bad no key tells that the row of the trigger refers to the new one
CREATE TRIGGER sit AFTER INSERT ON teams FOR EACH ROW EXECUTE FUNCTION sit();
--- good nothing tells that rows of the other table come later
--- good another policy shows it
CREATE TRIGGER sit AFTER INSERT ON teams FOR EACH ROW EXECUTE FUNCTION sit();
CREATE POLICY by_name ON teams FOR SELECT TO web USING (name = nullif(current_setting('app.me', true), ''));
