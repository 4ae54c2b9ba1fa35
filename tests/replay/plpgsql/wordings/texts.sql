-- name: execute using in using clause
DO $$ DECLARE n text;
BEGIN
  EXECUTE 'SELECT policyname FROM pg_policies WHERE tablename = $1 AND schemaname = $2' INTO n
      USING 'accounts', 'public';
  IF n = 'existing' THEN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  END IF;
  EXECUTE format('ALTER TABLE %I.%2$I ENABLE ROW LEVEL SECURITY', 'public', 'accounts');
END $$;

-- name: format positions and widths
DO $$ BEGIN
  EXECUTE format('ALTER TABLE %2$I.%1$I ENABLE ROW LEVEL SECURITY', 'orders', 'public');
  EXECUTE format('CREATE POLICY %1$s_%2$s ON %1$I TO %3$I USING (true)', 'accounts', 'all',
      'app_user');
  EXECUTE format('CREATE POLICY "%-5s|" ON %s USING (true)', 'ab', 'orders');
  EXECUTE format('%s', 'CREATE POLICY "100%" ON orders USING (true)');
  EXECUTE format('CREATE POLICY "50%%" ON orders USING (true)');
END $$;

-- name: format with variadic array
DO $$ BEGIN
  EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', VARIADIC ARRAY['public',
      'orders']);
END $$;

-- name: to_regclass and regclass names
-- unknown: public.orders policies
-- reported
DO $$ BEGIN
  IF to_regclass('public.orders') IS NOT NULL AND to_regclass('nope') IS NULL THEN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', to_regclass('app.notes')::text);
  END IF;
  IF to_regrole('auditor') IS NOT NULL THEN
    GRANT SELECT ON orders TO auditor;
  END IF;
  IF to_regnamespace('app') IS NOT NULL THEN
    GRANT SELECT ON accounts TO auditor;
  END IF;
  IF to_regtype('int4') IS NOT NULL THEN
    CREATE POLICY t ON orders USING (true);
  END IF;
END $$;

-- name: information_schema views
DO $$ DECLARE r record;
BEGIN
  IF EXISTS (SELECT 1 FROM information_schema.table_constraints WHERE table_name = 'orders'
      AND constraint_type = 'PRIMARY KEY') THEN
    CREATE POLICY a ON orders USING (true);
  END IF;
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'countries'
      AND column_name = 'tenant_id') THEN
    ALTER TABLE countries ADD COLUMN tenant_id uuid;
  END IF;
  IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'app'
      AND table_name = 'notes') THEN
    CREATE POLICY b ON orders USING (true);
  END IF;
  IF EXISTS (SELECT 1 FROM information_schema.views WHERE table_name = 'open_orders') THEN
    CREATE POLICY c ON orders USING (true);
  END IF;
  FOR r IN SELECT routine_name FROM information_schema.routines
      WHERE routine_schema = 'public' LOOP
    CREATE POLICY d ON orders USING (true);
  END LOOP;
END $$;

-- name: values alias record whole row
DO $$ DECLARE r record;
BEGIN
  FOR r IN SELECT v.* FROM (VALUES ('orders', true), ('accounts', false)) AS v (t, forced)
      WHERE v.forced LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', r.t);
  END LOOP;
END $$;

-- name: current_schema
DO $$ BEGIN
  EXECUTE format('ALTER TABLE %I.orders ENABLE ROW LEVEL SECURITY', current_schema());
  IF current_schema = 'public' THEN
    CREATE POLICY a ON orders USING (true);
  END IF;
END $$;

-- name: regex
-- unknown: public.orders row security
-- reported
DO $$ DECLARE t text;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
      AND tablename ~ '^(ord|acc)' AND tablename !~* 'LINES$' AND tablename SIMILAR TO '%s'
      AND tablename ILIKE 'O%R_' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
  END LOOP;
END $$;
