CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, title text, body text, tags text[], data jsonb, total numeric);
GRANT SELECT, UPDATE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad words
CREATE INDEX ON docs USING gin (to_tsvector('english', body));
--- bad an array
CREATE INDEX docs_tags ON public.docs USING gin (tags);
--- bad lower
CREATE INDEX ON docs (lower(title));
--- bad a key of a document
CREATE INDEX ON docs ((data ->> 'kind'), id);
--- bad beside an index for the policy
CREATE INDEX ON docs (tenant_id);
CREATE INDEX ON docs USING gin (data jsonb_path_ops);
--- bad a function of the project
CREATE FUNCTION slug(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT replace(t, ' ', '-') $$;
CREATE INDEX ON docs (slug(title));
--- bad in a block
DO $$ BEGIN EXECUTE format('CREATE INDEX ON %I USING gin (tags)', 'docs'); END $$;
--- good columns
CREATE INDEX ON docs (tenant_id, title);
CREATE INDEX ON docs (title);
CREATE INDEX ON docs (total);
--- good begins with the tenant
CREATE INDEX ON docs (tenant_id, lower(title));
--- good unique
CREATE UNIQUE INDEX ON docs (lower(title));
--- good the policy asks for it
CREATE INDEX ON docs USING gin (tags);
CREATE POLICY q ON docs FOR SELECT USING (tags @> ARRAY[current_setting('app.login', true)]);
--- good leakproof
CREATE INDEX ON docs (md5(body));
--- good row security is off
CREATE INDEX ON docs USING gin (tags);
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
--- good nobody is bound
CREATE INDEX ON docs USING gin (tags);
DROP POLICY p ON docs;
CREATE POLICY p ON docs USING (true);
--- good dropped
CREATE INDEX docs_tags ON docs USING gin (tags);
DROP INDEX docs_tags;
