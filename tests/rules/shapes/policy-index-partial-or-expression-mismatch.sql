CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, slug text, status text NOT NULL, kind int, archived bool NOT NULL, deleted_at timestamptz);
GRANT SELECT, UPDATE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
--- bad some kinds only
CREATE INDEX ON docs (tenant_id) WHERE kind = 3;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad several columns and a unique index
CREATE UNIQUE INDEX ON docs (tenant_id, slug) WHERE status = 'live';
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad what is deleted, as an info
CREATE INDEX ON docs (tenant_id) WHERE deleted_at IS NULL;
CREATE POLICY p ON docs TO app_user USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad the column as text
CREATE INDEX ON docs ((tenant_id::text));
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad another function
CREATE INDEX ON docs (upper(slug));
CREATE POLICY p ON docs USING (lower(slug) = (SELECT current_setting('app.slug', true)));
--- bad one of two conditions
CREATE INDEX ON docs (tenant_id) WHERE status = 'live' AND kind = 3;
CREATE POLICY p ON docs USING (status = 'live' AND tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad in another arm
CREATE INDEX ON docs (tenant_id) WHERE kind = 3;
CREATE INDEX ON docs (slug);
CREATE POLICY p ON docs USING ((kind = 3 AND slug = (SELECT current_setting('app.slug', true))) OR tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad by a loop, qualified
DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['docs'] LOOP
EXECUTE format('CREATE INDEX ON public.%I (tenant_id) WHERE kind IS NOT NULL', t);
EXECUTE format('CREATE POLICY p ON public.%I USING (tenant_id = (SELECT nullif(current_setting(''app.tenant_id'', true), '''')::int))', t); END LOOP; END $$;
--- good a second index
CREATE INDEX ON docs (tenant_id) WHERE kind = 3;
CREATE INDEX ON docs (tenant_id);
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good the policy says so too
CREATE INDEX ON docs (tenant_id) WHERE status = 'live';
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) AND status = 'live');
--- good it follows
CREATE INDEX ON docs (tenant_id) WHERE kind > 2;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int) AND kind = 3);
--- good not null
CREATE INDEX ON docs (tenant_id) WHERE tenant_id IS NOT NULL;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good the same expression
CREATE INDEX ON docs (lower(slug));
CREATE POLICY p ON docs USING (lower(slug) = (SELECT current_setting('app.slug', true)));
--- good only new rows are checked
CREATE INDEX ON docs (tenant_id) WHERE kind = 3;
CREATE POLICY p ON docs FOR INSERT WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good no index at all
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good a cast hides it
CREATE INDEX ON docs (tenant_id);
CREATE POLICY p ON docs USING (tenant_id::text = (SELECT current_setting('app.tenant_id', true)));
--- good the condition is gone
CREATE INDEX docs_tenant ON docs (tenant_id) WHERE kind = 3;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
DROP INDEX docs_tenant;
CREATE INDEX docs_tenant ON docs (tenant_id);
--- good about another column
CREATE INDEX ON docs (tenant_id);
CREATE INDEX ON docs (slug) WHERE kind = 3;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- good a restrictive policy says so
CREATE INDEX ON docs (tenant_id) WHERE kind = 3;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY q ON docs AS RESTRICTIVE USING (kind = 3);
