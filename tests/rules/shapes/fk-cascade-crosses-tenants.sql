CREATE ROLE app_user LOGIN;
CREATE TABLE projects (id int PRIMARY KEY, tenant_id int NOT NULL, UNIQUE (tenant_id, id));
CREATE TABLE tasks (id int PRIMARY KEY, tenant_id int NOT NULL, project_id int DEFAULT 1, author_id int);
ALTER TABLE projects ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE tasks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON projects USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY tenant ON tasks USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad SET NULL
ALTER TABLE tasks ADD CONSTRAINT of_project FOREIGN KEY (project_id) REFERENCES public.projects (id) ON DELETE SET NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON projects, tasks TO app_user;
--- bad SET DEFAULT, on a table of its own
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL, project_id int DEFAULT 1 REFERENCES projects ON UPDATE CASCADE ON DELETE SET DEFAULT);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON notes USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
GRANT ALL ON projects, notes TO app_user;
--- bad in a block, by a group
CREATE ROLE writers;
GRANT writers TO app_user;
DO $$ BEGIN
  EXECUTE 'ALTER TABLE tasks ADD FOREIGN KEY (project_id) REFERENCES projects ON DELETE CASCADE';
  EXECUTE 'GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA public TO writers';
END $$;
--- bad made again with another action
ALTER TABLE tasks ADD CONSTRAINT of_project FOREIGN KEY (project_id) REFERENCES projects ON DELETE RESTRICT;
ALTER TABLE tasks DROP CONSTRAINT of_project, ADD CONSTRAINT of_project FOREIGN KEY (project_id) REFERENCES projects ON DELETE CASCADE NOT VALID;
GRANT SELECT, UPDATE ON tasks TO app_user;
GRANT SELECT, DELETE ON projects TO app_user;
--- bad a table that refers to itself
ALTER TABLE tasks ADD COLUMN parent int REFERENCES tasks ON DELETE CASCADE;
GRANT SELECT, INSERT, DELETE ON tasks TO app_user;
--- good refused
ALTER TABLE tasks ADD FOREIGN KEY (project_id) REFERENCES projects ON DELETE RESTRICT ON UPDATE CASCADE;
GRANT SELECT, INSERT, UPDATE, DELETE ON projects, tasks TO app_user;
--- good nobody deletes projects
ALTER TABLE tasks ADD FOREIGN KEY (project_id) REFERENCES projects ON DELETE CASCADE;
GRANT SELECT, INSERT ON projects TO app_user;
GRANT ALL ON tasks TO app_user;
--- good no policy lets anybody delete
DROP POLICY tenant ON projects;
CREATE POLICY tenant ON projects FOR SELECT USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
ALTER TABLE tasks ADD FOREIGN KEY (project_id) REFERENCES projects ON DELETE CASCADE;
GRANT ALL ON projects, tasks TO app_user;
--- good the tenant is in the key
ALTER TABLE tasks ADD FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id) ON DELETE CASCADE;
GRANT ALL ON projects, tasks TO app_user;
--- good the policy looks the project up
DROP POLICY tenant ON tasks;
CREATE POLICY tenant ON tasks USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) AND EXISTS (SELECT 1 FROM projects p WHERE p.id = project_id));
ALTER TABLE tasks ADD FOREIGN KEY (project_id) REFERENCES projects ON DELETE CASCADE;
GRANT ALL ON projects, tasks TO app_user;
--- good for all tenants
CREATE TABLE kinds (id int PRIMARY KEY);
ALTER TABLE kinds ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON kinds USING (true);
ALTER TABLE tasks ADD COLUMN kind int REFERENCES kinds ON DELETE CASCADE;
GRANT ALL ON kinds, tasks TO app_user;
--- good the tenants themselves
CREATE TABLE tenants (id int PRIMARY KEY);
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants USING (id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
ALTER TABLE tasks ADD FOREIGN KEY (tenant_id) REFERENCES tenants ON DELETE CASCADE;
GRANT ALL ON tenants, tasks TO app_user;
