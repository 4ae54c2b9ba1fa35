CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
--- bad the column has another name
CREATE VIEW "My Docs" (number, whose, text) WITH (security_barrier) AS SELECT d.id, d.tenant_id, d.body FROM docs AS d WHERE d.tenant_id = current_setting('app.tenant_id')::int;
GRANT UPDATE (whose), SELECT ON "My Docs" TO app_user;
--- bad insert only, by default privileges
ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO app_user;
CREATE SCHEMA shown;
CREATE VIEW shown.my_docs WITH (security_barrier) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
--- bad the option taken away again
CREATE VIEW my_docs WITH (security_barrier, check_option = local) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
GRANT SELECT, INSERT ON my_docs TO app_user;
ALTER VIEW my_docs RESET (check_option);
--- bad replaced without it, in a block
CREATE VIEW my_docs WITH (security_barrier) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int WITH CHECK OPTION;
GRANT SELECT, UPDATE ON my_docs TO app_user;
DO $$ BEGIN
  EXECUTE 'CREATE OR REPLACE VIEW my_docs WITH (security_barrier) AS SELECT * FROM docs WHERE tenant_id = current_setting(''app.tenant_id'')::int';
END $$;
--- bad over row security that does not bind its owner
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int);
CREATE VIEW my_docs WITH (security_barrier) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
GRANT SELECT, INSERT, UPDATE ON docs, my_docs TO app_user;
--- bad by a group, through a helper
CREATE ROLE writers;
GRANT writers TO app_user;
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
CREATE VIEW my_docs WITH (security_barrier) AS SELECT * FROM docs WHERE tenant_id = (SELECT tenant());
GRANT ALL ON my_docs TO writers;
--- good by ALTER VIEW
CREATE VIEW my_docs WITH (security_barrier) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
ALTER VIEW my_docs SET (check_option = 'cascaded');
GRANT SELECT, INSERT, UPDATE ON my_docs TO app_user;
--- good read and deleted only
CREATE VIEW my_docs WITH (security_barrier) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
GRANT SELECT, DELETE ON my_docs TO app_user;
--- good an INSTEAD OF trigger
CREATE VIEW my_docs WITH (security_barrier) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
CREATE FUNCTION add_doc() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO docs VALUES (NEW.id, current_setting('app.tenant_id')::int, NEW.body); RETURN NEW; END $$;
CREATE TRIGGER add_doc INSTEAD OF INSERT ON my_docs FOR EACH ROW EXECUTE FUNCTION add_doc();
GRANT SELECT, INSERT ON my_docs TO app_user;
--- good a rule in its stead
CREATE VIEW my_docs WITH (security_barrier) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
CREATE RULE add AS ON INSERT TO my_docs DO INSTEAD INSERT INTO docs VALUES (NEW.id, current_setting('app.tenant_id')::int, NEW.body);
GRANT SELECT, INSERT ON my_docs TO app_user;
--- good the table sets the tenant
CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.tenant_id := current_setting('app.tenant_id')::int; RETURN NEW; END $$;
CREATE TRIGGER own BEFORE INSERT OR UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION own();
CREATE VIEW my_docs WITH (security_barrier) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
GRANT SELECT, INSERT, UPDATE ON my_docs TO app_user;
--- good not updatable
CREATE VIEW my_docs WITH (security_barrier) AS SELECT DISTINCT tenant_id FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
GRANT ALL ON my_docs TO app_user;
--- good no column by its own name
CREATE VIEW my_docs WITH (security_barrier) AS SELECT id, tenant_id + 0 AS tenant_id, body FROM docs WHERE docs.tenant_id = current_setting('app.tenant_id')::int;
GRANT SELECT, INSERT, UPDATE ON my_docs TO app_user;
--- good policies of whoever asks
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int);
CREATE VIEW my_docs WITH (security_invoker) AS SELECT * FROM docs WHERE tenant_id = current_setting('app.tenant_id')::int;
GRANT SELECT, INSERT, UPDATE ON docs, my_docs TO app_user;
