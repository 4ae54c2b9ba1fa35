CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE members (login text, tenant_id int, role text NOT NULL DEFAULT 'reader', PRIMARY KEY (login, tenant_id));
CREATE TABLE users (login text PRIMARY KEY, name text, tenant_id int, is_admin bool NOT NULL DEFAULT false);
GRANT SELECT ON docs, members, users TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad no row security and INSERT
GRANT INSERT ON members TO app_user;
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id AND m.login = current_setting('app.login', true)));
--- bad UPDATE of one's own tenant
GRANT UPDATE ON users TO app_user;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users USING (login = current_setting('app.login', true));
CREATE POLICY p ON docs USING (tenant_id = (SELECT u.tenant_id FROM users AS u WHERE u.login = current_setting('app.login', true)));
--- bad a flag of one's own
GRANT UPDATE (name, is_admin) ON users TO app_user;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users FOR UPDATE USING (login = current_setting('app.login', true)) WITH CHECK (login = current_setting('app.login', true));
CREATE POLICY p ON docs USING (tenant_id = nullif(current_setting('app.t', true), '')::int
  OR EXISTS (SELECT FROM users AS u WHERE u.login = current_setting('app.login', true) AND u.is_admin));
--- bad joining any tenant
GRANT INSERT ON members TO app_user;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON members FOR SELECT USING (login = current_setting('app.login', true));
CREATE POLICY join_one ON members FOR INSERT WITH CHECK (login = current_setting('app.login', true));
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
--- bad through a helper
GRANT INSERT, UPDATE ON members TO app_user;
CREATE FUNCTION my_tenants() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT tenant_id FROM members WHERE login = current_setting('app.login', true) $$;
CREATE POLICY p ON docs USING (tenant_id IN (SELECT my_tenants()));
--- bad a helper that answers
GRANT UPDATE ON users TO app_user;
CREATE FUNCTION is_admin() RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT 1 FROM users WHERE login = current_setting('app.login', true) AND is_admin) $$;
CREATE POLICY p ON docs USING (is_admin());
--- bad the role of a member
GRANT UPDATE ON members TO app_user;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON members USING (login = current_setting('app.login', true) AND tenant_id = nullif(current_setting('app.t', true), '')::int);
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members AS m WHERE m.tenant_id = docs.tenant_id
  AND m.login = current_setting('app.login', true) AND m.role = 'admin'));
--- bad PUBLIC
GRANT ALL ON members TO PUBLIC;
CREATE POLICY p ON docs USING (current_setting('app.login', true) IN (SELECT m.login FROM members AS m WHERE m.tenant_id = docs.tenant_id));
--- good read only
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
--- good other columns
GRANT UPDATE (name) ON users TO app_user;
CREATE POLICY p ON docs USING (tenant_id = (SELECT u.tenant_id FROM users AS u WHERE u.login = current_setting('app.login', true)));
--- good bound to the tenant of the session
GRANT INSERT ON members TO app_user;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY t ON members USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
--- good only administrators write
CREATE TABLE operators (login text PRIMARY KEY);
GRANT SELECT ON operators TO app_user;
GRANT INSERT, UPDATE ON members TO app_user;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON members FOR SELECT USING (login = current_setting('app.login', true));
CREATE POLICY admins ON members USING (EXISTS (SELECT FROM operators AS o WHERE o.login = current_setting('app.login', true)));
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
--- good for readers only by policies
GRANT INSERT, UPDATE ON members TO app_user;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON members FOR SELECT USING (login = current_setting('app.login', true));
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
--- good a parent
CREATE TABLE folders (id int PRIMARY KEY, owner text);
GRANT SELECT, INSERT, UPDATE ON folders TO app_user;
ALTER TABLE folders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON folders USING (owner = current_setting('app.login', true));
ALTER TABLE docs ADD folder_id int REFERENCES folders (id);
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM folders AS f WHERE f.id = docs.folder_id AND f.owner = current_setting('app.login', true)));
--- good another role writes
CREATE ROLE backoffice LOGIN;
GRANT INSERT, UPDATE ON members TO backoffice;
CREATE POLICY p ON docs TO app_user USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.login = current_setting('app.login', true)));
--- good a restrictive policy keeps the role
GRANT UPDATE ON users TO app_user;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users USING (login = current_setting('app.login', true));
CREATE POLICY never ON users AS RESTRICTIVE FOR UPDATE USING (true) WITH CHECK (NOT is_admin);
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM users AS u WHERE u.login = current_setting('app.login', true) AND u.is_admin));
--- good the owner of a paper says who else reads it
CREATE TABLE papers (id int PRIMARY KEY, owner text NOT NULL);
CREATE TABLE shares (paper_id int REFERENCES papers (id), login text, status text, PRIMARY KEY (paper_id, login));
GRANT SELECT ON papers TO app_user;
GRANT SELECT, INSERT ON shares TO app_user;
ALTER TABLE papers ENABLE ROW LEVEL SECURITY;
ALTER TABLE shares ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION owns(paper int) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM papers AS p WHERE p.id = paper AND p.owner = current_setting('app.login', true)) $$;
CREATE POLICY mine ON shares FOR SELECT USING (login = current_setting('app.login', true));
CREATE POLICY share ON shares FOR INSERT WITH CHECK (owns(paper_id));
CREATE POLICY p ON papers USING (EXISTS (SELECT FROM shares AS s
  WHERE s.paper_id = papers.id AND s.login = current_setting('app.login', true) AND s.status = 'active'));
--- bad whoever may read a paper makes itself its editor
CREATE TABLE papers (id int PRIMARY KEY, owner text NOT NULL);
CREATE TABLE readers (paper_id int REFERENCES papers (id), login text, PRIMARY KEY (paper_id, login));
CREATE TABLE editors (paper_id int REFERENCES papers (id), login text, status text, PRIMARY KEY (paper_id, login));
GRANT SELECT ON papers, readers TO app_user;
GRANT SELECT, INSERT ON editors TO app_user;
ALTER TABLE papers ENABLE ROW LEVEL SECURITY;
ALTER TABLE readers ENABLE ROW LEVEL SECURITY;
ALTER TABLE editors ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON readers FOR SELECT USING (login = current_setting('app.login', true));
CREATE POLICY mine ON editors FOR SELECT USING (login = current_setting('app.login', true));
CREATE POLICY edit ON editors FOR INSERT WITH CHECK (EXISTS (SELECT FROM readers AS r
  WHERE r.paper_id = editors.paper_id AND r.login = current_setting('app.login', true)));
CREATE POLICY p ON papers USING (EXISTS (SELECT FROM editors AS s
  WHERE s.paper_id = papers.id AND s.login = current_setting('app.login', true) AND s.status = 'active'));
--- bad everybody of an organisation shares its papers with itself
CREATE TABLE papers (id int PRIMARY KEY, org text NOT NULL, folder int NOT NULL, owner text NOT NULL);
CREATE TABLE shares (paper_id int REFERENCES papers (id), folder int, login text, status text, PRIMARY KEY (paper_id, login));
GRANT SELECT ON papers TO app_user;
GRANT SELECT, INSERT ON shares TO app_user;
ALTER TABLE papers ENABLE ROW LEVEL SECURITY;
ALTER TABLE shares ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION owns(wanted int) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM papers AS p WHERE p.id = wanted AND p.org = current_setting('app.org', true)) $$;
CREATE POLICY mine ON shares FOR SELECT USING (login = current_setting('app.login', true));
CREATE POLICY share ON shares FOR INSERT WITH CHECK (owns(paper_id));
CREATE POLICY p ON papers USING (org = current_setting('app.org', true) AND EXISTS (SELECT FROM shares AS s
  WHERE s.paper_id = papers.id AND s.login = current_setting('app.login', true) AND s.status = 'active'));
--- good the owner within an organisation shares a paper
CREATE TABLE papers (id int PRIMARY KEY, org text NOT NULL, folder int NOT NULL, owner text NOT NULL);
CREATE TABLE shares (paper_id int REFERENCES papers (id), folder int, login text, status text, PRIMARY KEY (paper_id, login));
GRANT SELECT ON papers TO app_user;
GRANT SELECT, INSERT ON shares TO app_user;
ALTER TABLE papers ENABLE ROW LEVEL SECURITY;
ALTER TABLE shares ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION owns(wanted int) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM papers AS p WHERE p.id = wanted AND p.org = current_setting('app.org', true) AND p.owner = current_setting('app.login', true)) $$;
CREATE POLICY mine ON shares FOR SELECT USING (login = current_setting('app.login', true));
CREATE POLICY share ON shares FOR INSERT WITH CHECK (owns(paper_id));
CREATE POLICY p ON papers USING (org = current_setting('app.org', true) AND EXISTS (SELECT FROM shares AS s
  WHERE s.paper_id = papers.id AND s.login = current_setting('app.login', true) AND s.status = 'active'));
--- bad who owns some paper of a folder shares those of others
CREATE TABLE papers (id int PRIMARY KEY, org text NOT NULL, folder int NOT NULL, owner text NOT NULL);
CREATE TABLE shares (paper_id int REFERENCES papers (id), folder int, login text, status text, PRIMARY KEY (paper_id, login));
GRANT SELECT ON papers TO app_user;
GRANT SELECT, INSERT ON shares TO app_user;
ALTER TABLE papers ENABLE ROW LEVEL SECURITY;
ALTER TABLE shares ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION owns(wanted int) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM papers AS p WHERE p.folder = wanted AND p.owner = current_setting('app.login', true)) $$;
CREATE POLICY mine ON shares FOR SELECT USING (login = current_setting('app.login', true));
CREATE POLICY share ON shares FOR INSERT WITH CHECK (owns(paper_id));
CREATE POLICY p ON papers USING (org = current_setting('app.org', true) AND EXISTS (SELECT FROM shares AS s
  WHERE s.paper_id = papers.id AND s.login = current_setting('app.login', true) AND s.status = 'active'));
