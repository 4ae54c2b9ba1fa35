CREATE ROLE app_user LOGIN;
CREATE ROLE web_anon LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text, kind text, is_public bool, at timestamptz);
CREATE TABLE countries (code text PRIMARY KEY, active bool);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
GRANT SELECT ON docs, countries TO web_anon;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE countries ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app_user USING (tenant_id = (SELECT nullif(current_setting('app.t', true), '')::int));
--- bad by name
CREATE POLICY p ON docs FOR SELECT TO web_anon USING (body IS NOT NULL);
--- bad by PUBLIC
CREATE POLICY p ON docs FOR SELECT USING (kind = 'memo');
--- bad a date
CREATE POLICY p ON docs FOR SELECT TO web_anon, app_user USING (at > now() - interval '1 day');
--- bad a number
CREATE POLICY p ON docs FOR SELECT TO web_anon USING (id < 1000);
--- bad through a helper
CREATE FUNCTION is_recent(t timestamptz) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT t > now() - interval '1 day' $$;
CREATE POLICY p ON docs FOR SELECT TO web_anon USING (is_recent(at));
--- bad to change
GRANT UPDATE ON docs TO web_anon;
CREATE POLICY p ON docs FOR UPDATE TO web_anon USING (kind = 'draft');
--- good published rows
CREATE POLICY p ON docs FOR SELECT TO web_anon USING (is_public);
--- good published by a word
CREATE POLICY p ON docs FOR SELECT TO web_anon USING (kind = 'published' AND at < now());
--- good bound to the caller
CREATE POLICY p ON docs FOR SELECT USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
--- good a table of nobody
CREATE POLICY p ON countries FOR SELECT TO web_anon USING (active);
--- good no privilege
REVOKE SELECT ON docs FROM web_anon;
CREATE POLICY p ON docs FOR SELECT TO web_anon USING (kind = 'memo');
--- good called public
CREATE POLICY "public memos" ON docs FOR SELECT TO web_anon USING (kind = 'memo');
--- good a restrictive policy binds the rows
CREATE POLICY r ON docs AS RESTRICTIVE USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
CREATE POLICY p ON docs FOR SELECT TO web_anon USING (kind = 'memo');
