-- name: pg_indexes pg_trigger pg_proc pg_type pg_extension
CREATE INDEX oi ON orders (tenant_id);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_indexes WHERE indexname = 'oi' AND tablename = 'orders') THEN
    CREATE POLICY a ON orders USING (true);
  END IF;
  IF EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 't' AND tgrelid = 'public.orders'::regclass
      AND NOT tgisinternal) THEN
    CREATE POLICY b ON orders USING (true);
  END IF;
  IF EXISTS (SELECT 1 FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE p.proname = 'f' AND n.nspname = 'public') THEN
    CREATE POLICY c ON orders USING (true);
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_proc WHERE proname = 'nope_fn') THEN
    CREATE POLICY d ON orders USING (true);
  END IF;
  IF EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = 'oi' AND c.relkind = 'i') THEN
    CREATE POLICY e ON orders USING (true);
  END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass
      AND attname = 'tenant_id' AND NOT attisdropped AND attnum > 0) THEN
    CREATE POLICY g ON orders USING (true);
  END IF;
  IF EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'app') AND NOT EXISTS (SELECT 1
      FROM information_schema.schemata WHERE schema_name = 'nope') THEN
    CREATE POLICY h ON orders USING (true);
  END IF;
  IF (SELECT relrowsecurity FROM pg_class WHERE oid = 'public.orders'::regclass) IS FALSE THEN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  END IF;
  IF NOT (SELECT relforcerowsecurity FROM pg_class WHERE relname = 'orders'
      AND relnamespace = 'public'::regnamespace) THEN
    ALTER TABLE orders FORCE ROW LEVEL SECURITY;
  END IF;
END $$;

-- name: event trigger
CREATE FUNCTION auto_rls() RETURNS event_trigger LANGUAGE plpgsql AS $f$ DECLARE r record;
BEGIN
  FOR r IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE command_tag = 'CREATE TABLE' LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', r.object_identity);
  END LOOP;
END $f$;
CREATE EVENT TRIGGER auto ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
    EXECUTE FUNCTION auto_rls();
CREATE TABLE later (id int);

-- name: event trigger without filter, in do
CREATE FUNCTION auto_rls() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $f$ DECLARE cmd record;
BEGIN
  FOR cmd IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE command_tag IN ('CREATE TABLE',
      'CREATE TABLE AS', 'SELECT INTO') AND object_type IN ('table','partitioned table') LOOP
    IF cmd.schema_name IS NOT NULL AND cmd.schema_name IN ('public')
        AND cmd.schema_name NOT LIKE 'pg_toast%' THEN
      BEGIN
        EXECUTE format('alter table if exists %s enable row level security', cmd.object_identity);
        RAISE LOG 'x';
      EXCEPTION
        WHEN OTHERS THEN RAISE LOG 'failed';
      END;
    ELSE
      RAISE LOG 'skip';
    END IF;
  END LOOP;
END $f$;
CREATE EVENT TRIGGER ensure_rls ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS',
    'SELECT INTO') EXECUTE FUNCTION auto_rls();
CREATE TABLE later (id int PRIMARY KEY);
CREATE TABLE app.other (id int);
DO $$ BEGIN
  CREATE TABLE in_do (id int);
END $$;
CREATE TABLE as_select AS SELECT 1 AS x;
ALTER EVENT TRIGGER ensure_rls DISABLE;
CREATE TABLE off (id int);
ALTER EVENT TRIGGER ensure_rls ENABLE;
DROP EVENT TRIGGER ensure_rls;
CREATE TABLE gone (id int);

-- name: trigger in do
-- unknown: public.orders row security
-- reported
CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
  EXECUTE format('ALTER TABLE orders ENABLE ROW LEVEL SECURITY');
  RETURN NEW;
END $f$;
CREATE TRIGGER t BEFORE INSERT ON countries FOR EACH ROW EXECUTE FUNCTION trg();
DO $$ BEGIN
  INSERT INTO countries VALUES ('x');
END $$;
