CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE TABLE ping (id int, at timestamptz);
GRANT SELECT, INSERT, UPDATE, DELETE ON ping TO app_user;
CREATE TABLE log (id int, body text);
CREATE VIEW listed WITH (security_invoker) AS SELECT id, tenant_id, body FROM docs;
GRANT SELECT, INSERT, UPDATE, DELETE ON listed TO app_user;
--- bad deletes by a number
CREATE RULE "Forget it" AS ON INSERT TO ping DO INSTEAD DELETE FROM public.docs WHERE docs.id = NEW.id;
--- bad changes on an update
CREATE RULE touch AS ON UPDATE TO public.ping DO ALSO UPDATE docs SET body = 'touched' WHERE id = NEW.id;
--- bad answers with rows
CREATE RULE show AS ON DELETE TO ping DO INSTEAD SELECT id, body FROM docs;
--- bad one action of several
CREATE RULE twofold AS ON INSERT TO ping DO ALSO (INSERT INTO log VALUES (NEW.id); UPDATE docs SET body = NULL WHERE id = NEW.id);
--- bad replaced, renamed and in a block
CREATE RULE forget AS ON INSERT TO ping DO ALSO NOTHING;
DO $$ BEGIN
  EXECUTE 'CREATE OR REPLACE RULE forget AS ON INSERT TO ping DO ALSO DELETE FROM docs WHERE id = NEW.id';
  EXECUTE 'ALTER RULE forget ON ping RENAME TO forget_it';
END $$;
--- bad a view whose owner no policy binds
CREATE ROLE keeper BYPASSRLS;
GRANT ALL ON docs TO keeper;
CREATE RULE add AS ON INSERT TO listed DO INSTEAD INSERT INTO docs (id, tenant_id) VALUES (NEW.id, NEW.tenant_id);
ALTER VIEW listed OWNER TO keeper;
--- bad a protected table takes any number
CREATE TABLE notes (id int, tenant_id int NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON notes USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
GRANT INSERT ON notes TO app_user;
CREATE RULE forget AS ON INSERT TO notes DO ALSO DELETE FROM docs WHERE id = NEW.id;
--- bad passed on in place of what is checked
CREATE TABLE news (id int, tenant_id int NOT NULL);
ALTER TABLE news ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON news USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
GRANT INSERT ON news TO app_user;
CREATE RULE divide AS ON INSERT TO news WHERE id > 10 DO INSTEAD INSERT INTO docs VALUES (NEW.id, NEW.tenant_id);
--- bad by a group, on a partitioned table
CREATE ROLE writers;
GRANT writers TO app_user;
CREATE TABLE events (id int) PARTITION BY RANGE (id);
GRANT INSERT ON events TO writers;
CREATE RULE forget AS ON INSERT TO events DO INSTEAD DELETE FROM docs WHERE id = NEW.id;
--- good asks who is calling
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
CREATE RULE forget AS ON INSERT TO ping DO INSTEAD DELETE FROM docs WHERE id = NEW.id AND tenant_id = tenant();
--- good deletes softly, what the caller may see
CREATE RULE keep AS ON DELETE TO docs DO INSTEAD UPDATE docs SET body = NULL WHERE id = OLD.id;
--- good a view passes on what it shows
CREATE RULE change AS ON UPDATE TO listed DO INSTEAD UPDATE docs SET body = NEW.body WHERE id = OLD.id;
CREATE RULE forget AS ON DELETE TO listed DO INSTEAD DELETE FROM docs WHERE id = OLD.id;
--- good a log
ALTER TABLE log ENABLE ROW LEVEL SECURITY;
CREATE RULE note AS ON UPDATE TO docs DO ALSO INSERT INTO log VALUES (OLD.id, OLD.body);
--- good nobody reads what is written
CREATE RULE count AS ON INSERT TO ping DO ALSO INSERT INTO log SELECT id, body FROM docs;
--- good dropped
CREATE RULE forget AS ON INSERT TO ping DO INSTEAD DELETE FROM docs WHERE id = NEW.id;
DROP RULE forget ON ping;
--- good switched off
CREATE RULE forget AS ON INSERT TO ping DO INSTEAD DELETE FROM docs WHERE id = NEW.id;
ALTER TABLE ping DISABLE RULE forget;
--- good its owner is bound
CREATE ROLE keeper;
GRANT ALL ON docs TO keeper;
ALTER TABLE ping OWNER TO keeper;
CREATE RULE forget AS ON INSERT TO ping DO INSTEAD DELETE FROM docs WHERE id = NEW.id;
--- good for nobody
REVOKE ALL ON ping FROM app_user;
CREATE RULE forget AS ON INSERT TO ping DO INSTEAD DELETE FROM docs WHERE id = NEW.id;
--- good no row security behind it
CREATE RULE note AS ON INSERT TO ping DO ALSO INSERT INTO log SELECT NEW.id, 'x';
