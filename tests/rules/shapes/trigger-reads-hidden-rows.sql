CREATE ROLE web LOGIN;
CREATE ROLE boss;
CREATE TABLE quotas (org int PRIMARY KEY, n int NOT NULL);
CREATE TABLE docs (id int PRIMARY KEY, org int NOT NULL);
GRANT SELECT, INSERT ON docs TO web;
GRANT SELECT ON quotas TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE quotas ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (org = (SELECT nullif(current_setting('app.org', true), '')::int));
CREATE FUNCTION fits() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE q int;
BEGIN
  SELECT n INTO q FROM quotas WHERE quotas.org = NEW.org;
  IF q IS NULL THEN RAISE EXCEPTION 'no quota'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fits BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION fits();
--- bad the only policy is for another role
CREATE POLICY b ON quotas TO boss USING (true);
--- good the policy shows the writer those of its own tenant
CREATE POLICY b ON quotas USING (org = (SELECT nullif(current_setting('app.org', true), '')::int));
--- good the function runs as its owner
CREATE POLICY b ON quotas TO boss USING (true);
ALTER FUNCTION fits() SECURITY DEFINER;
