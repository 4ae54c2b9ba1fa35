CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, title text, body text, at timestamptz);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
--- bad a document of some columns
CREATE FUNCTION app.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_notify('docs', json_build_object('id', NEW.id, 'title', NEW.title)::text); RETURN NEW; END $$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION app.tell();
--- bad by a variable
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE payload jsonb; BEGIN
payload := jsonb_build_object('table', TG_TABLE_NAME, 'row', to_jsonb(NEW)); PERFORM pg_notify('changes', payload::text); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON docs FOR EACH ROW EXECUTE FUNCTION tell();
--- bad the old row, in a channel of the table
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_catalog.pg_notify(TG_TABLE_NAME || '_deleted', OLD::text); RETURN OLD; END $$;
CREATE TRIGGER tell BEFORE DELETE ON docs FOR EACH ROW EXECUTE FUNCTION tell();
--- bad one column, joined
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_notify('docs', NEW.id || ':' || NEW.body); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER UPDATE OF body ON docs FOR EACH ROW WHEN (OLD.body IS DISTINCT FROM NEW.body) EXECUTE FUNCTION tell();
--- bad rows of a statement
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_notify('docs', (SELECT json_agg(n)::text FROM added AS n)); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON docs REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tell();
--- bad one of two branches
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF TG_OP = 'DELETE' THEN PERFORM pg_notify('docs', OLD.id::text); ELSE PERFORM pg_notify('docs', row_to_json(NEW)::text); END IF; RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT OR DELETE ON docs FOR EACH ROW EXECUTE FUNCTION tell();
--- good the key
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_notify('docs', json_build_object('op', TG_OP, 'id', coalesce(NEW.id, OLD.id))::text); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON docs FOR EACH ROW EXECUTE FUNCTION tell();
--- good the key of a record
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE r docs; BEGIN
r := NEW; PERFORM pg_notify('docs', r.id::text); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON docs FOR EACH ROW EXECUTE FUNCTION tell();
--- good the key of a document
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_notify('docs', to_jsonb(NEW) ->> 'id'); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON docs FOR EACH ROW EXECUTE FUNCTION tell();
--- good whose it is, and when
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_notify('docs', NEW.tenant_id || ' ' || NEW.at); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON docs FOR EACH ROW EXECUTE FUNCTION tell();
--- good a channel for each tenant
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_notify(format('docs_%s', md5(NEW.tenant_id::text)), row_to_json(NEW)::text); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON docs FOR EACH ROW EXECUTE FUNCTION tell();
--- good a condition about the row
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.title IS DISTINCT FROM OLD.title THEN PERFORM pg_notify('docs', 'renamed'); END IF; RETURN NULL; END $$;
CREATE TRIGGER tell AFTER UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION tell();
--- good another table
CREATE TABLE countries (code text PRIMARY KEY, name text);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('countries', row_to_json(NEW)::text); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER UPDATE ON countries FOR EACH ROW EXECUTE FUNCTION tell();
--- good the trigger is gone
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('docs', row_to_json(NEW)::text); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION tell();
DROP TRIGGER tell ON docs;
