CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO app_user;
CREATE TABLE app.members (login text, tenant_id int, PRIMARY KEY (login, tenant_id));
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE pages (id int PRIMARY KEY, doc_id int NOT NULL);
CREATE TABLE comments (id int PRIMARY KEY, page_id int NOT NULL, doc_id int NOT NULL);
GRANT SELECT, INSERT ON docs, pages, comments, app.members TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE pages ENABLE ROW LEVEL SECURITY;
ALTER TABLE comments ENABLE ROW LEVEL SECURITY;
--- bad two steps
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user));
CREATE POLICY q ON pages USING (doc_id IN (SELECT d.id FROM docs AS d));
--- bad three steps
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY q ON pages USING (EXISTS (SELECT FROM docs AS d WHERE d.id = pages.doc_id));
CREATE POLICY r ON comments USING (EXISTS (SELECT FROM pages AS g WHERE g.id = comments.page_id));
--- bad a join
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM app.members AS m WHERE m.tenant_id = docs.tenant_id AND m.login = session_user));
CREATE POLICY r ON comments FOR SELECT TO app_user USING (EXISTS (SELECT FROM pages AS g JOIN docs AS d ON d.id = g.doc_id WHERE g.id = comments.page_id));
--- bad an array
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM app.members AS m WHERE m.tenant_id = docs.tenant_id AND m.login = session_user));
CREATE POLICY q ON pages USING (doc_id = ANY (ARRAY(SELECT d.id FROM docs AS d)));
--- bad through a view of the caller's
CREATE VIEW my_docs WITH (security_invoker = true) AS SELECT * FROM docs;
GRANT SELECT ON my_docs TO app_user;
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM app.members AS m WHERE m.tenant_id = docs.tenant_id AND m.login = session_user));
CREATE POLICY q ON pages USING (doc_id IN (SELECT d.id FROM my_docs AS d));
--- bad by a block
DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['pages', 'comments'] LOOP
EXECUTE format('CREATE POLICY q ON public.%I USING (EXISTS (SELECT FROM public.docs AS d WHERE d.id = %I.doc_id))', t, t); END LOOP; END $$;
CREATE POLICY p ON docs USING (EXISTS (SELECT FROM app.members AS m WHERE m.tenant_id = docs.tenant_id AND m.login = session_user));
--- good one step
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY q ON pages USING (EXISTS (SELECT FROM docs AS d WHERE d.id = pages.doc_id));
--- good a table without row security
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user));
--- good row security is off on the way
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user));
CREATE POLICY q ON pages USING (EXISTS (SELECT FROM docs AS d WHERE d.id = pages.doc_id));
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
--- good a function of the owner's
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user));
CREATE FUNCTION my_docs() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT d.id FROM docs AS d JOIN app.members AS m USING (tenant_id) WHERE m.login = session_user $$;
CREATE POLICY q ON pages USING (doc_id = ANY (ARRAY(SELECT my_docs())));
--- good a view of the owner's
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user));
CREATE VIEW shown_docs AS SELECT d.id FROM docs AS d JOIN app.members AS m USING (tenant_id) WHERE m.login = session_user;
GRANT SELECT ON shown_docs TO app_user;
CREATE POLICY q ON pages USING (doc_id IN (SELECT d.id FROM shown_docs AS d));
--- good only for new rows
CREATE POLICY p ON docs USING (tenant_id IN (SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user));
CREATE POLICY q ON pages FOR INSERT WITH CHECK (EXISTS (SELECT FROM docs AS d WHERE d.id = pages.doc_id));
--- good the inner policy is for new rows
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id IN (SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user));
CREATE POLICY q ON pages USING (EXISTS (SELECT FROM docs AS d WHERE d.id = pages.doc_id));
--- good for another role
CREATE ROLE auditor;
CREATE POLICY p ON docs TO auditor USING (tenant_id IN (SELECT m.tenant_id FROM app.members AS m WHERE m.login = session_user));
CREATE POLICY q ON pages TO app_user USING (EXISTS (SELECT FROM docs AS d WHERE d.id = pages.doc_id));
