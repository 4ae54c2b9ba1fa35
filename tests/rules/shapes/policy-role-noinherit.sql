CREATE ROLE readers NOLOGIN;
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO readers
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
GRANT SELECT ON docs TO app_user;
--- bad a role between them does not inherit
CREATE ROLE staff NOLOGIN NOINHERIT;
GRANT readers TO staff;
GRANT staff TO app_user;
--- good every role on the way inherits
CREATE ROLE staff NOLOGIN;
GRANT readers TO staff;
GRANT staff TO app_user;
