-- name: record fields and rowtype
DO $$ DECLARE r pg_tables%ROWTYPE;
v pg_class.relname%TYPE;
BEGIN
  SELECT * INTO r FROM pg_tables WHERE schemaname = 'public' AND tablename = 'orders';
  IF FOUND THEN
    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', r.schemaname, r.tablename);
  END IF;
  SELECT relname INTO STRICT v FROM pg_class WHERE oid = 'accounts'::regclass;
  EXECUTE 'ALTER TABLE ' || v || ' ENABLE ROW LEVEL SECURITY';
END $$;

-- name: found after perform
DO $$ BEGIN
  PERFORM 1 FROM pg_policies WHERE tablename = 'accounts' AND policyname = 'existing';
  IF NOT FOUND THEN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  ELSE
    ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
  END IF;
  PERFORM 1 FROM pg_roles WHERE rolname = 'auditor';
  IF FOUND THEN
    GRANT SELECT ON orders TO auditor;
  END IF;
END $$;

-- name: found after for loop
DO $$ DECLARE t text;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE tablename = 'nope' LOOP
    NULL;
  END LOOP;
  IF NOT FOUND THEN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  END IF;
  FOR t IN SELECT tablename FROM pg_tables WHERE tablename = 'orders' LOOP
    NULL;
  END LOOP;
  IF FOUND THEN
    ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
  END IF;
END $$;

-- name: get diagnostics row_count
DO $$ DECLARE n int;
BEGIN
  PERFORM 1 FROM pg_tables WHERE schemaname = 'app';
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n = 1 THEN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  END IF;
END $$;

-- name: pg_class relkind any array
DO $$ DECLARE r record;
BEGIN
  FOR r IN SELECT n.nspname, c.relname FROM pg_catalog.pg_class AS c INNER
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = ANY (ARRAY['r','p']::"char"[]) AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema' AND NOT c.relispartition ORDER BY 1, 2 LOOP
    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', r.nspname, r.relname);
  END LOOP;
END $$;

-- name: regclass text under search_path
DO $$ DECLARE t text;
BEGIN
  FOR t IN SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace
      IN ('public'::regnamespace, 'app'::regnamespace) LOOP
    EXECUTE 'ALTER TABLE ' || t || ' ENABLE ROW LEVEL SECURITY';
  END LOOP;
END $$;

-- name: left join where null over closed sets
DO $$ DECLARE t record;
BEGIN
  FOR t IN SELECT pt.tablename FROM pg_tables pt LEFT JOIN pg_policies pp
      ON pp.schemaname = pt.schemaname AND pp.tablename = pt.tablename
      WHERE pt.schemaname = 'public' AND pp.policyname IS NULL LOOP
    EXECUTE format('CREATE POLICY filled ON %I USING (true)', t.tablename);
  END LOOP;
END $$;

-- name: left join keeps rows
DO $$ DECLARE t record;
BEGIN
  FOR t IN SELECT pt.tablename, pp.policyname FROM pg_tables pt LEFT OUTER JOIN pg_policies pp
      USING (schemaname, tablename) WHERE pt.schemaname = 'public' LOOP
    EXECUTE format('CREATE POLICY %I ON %I USING (true)', coalesce(t.policyname || '2', 'none'),
        t.tablename);
  END LOOP;
END $$;

-- name: groups are not followed
-- unknown: app.notes row security
-- reported
DO $$ DECLARE r record;
BEGIN
  FOR r IN SELECT tablename, count(*) AS n FROM pg_policies WHERE schemaname = 'public'
      GROUP BY tablename HAVING count(*) > 0 LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', 'notes');
  END LOOP;
END $$;

-- name: distinct and in subselect
DO $$ DECLARE t text;
BEGIN
  FOR t IN SELECT DISTINCT table_name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name IN ('tenant_id', 'id') AND table_name
      IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public') LOOP
    EXECUTE format('CREATE POLICY t ON %I USING (true)', t);
  END LOOP;
END $$;

-- name: not exists correlated
DO $$ DECLARE t text;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables t WHERE schemaname = 'public' AND NOT EXISTS (SELECT 1
      FROM pg_policies p WHERE p.tablename = t.tablename AND p.schemaname = t.schemaname) LOOP
    EXECUTE format('CREATE POLICY t ON %I USING (true)', t);
  END LOOP;
END $$;

-- name: except
DO $$ DECLARE t text;
BEGIN
  FOR t IN SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'
      EXCEPT SELECT unnest(ARRAY['countries', 'events']) LOOP
    EXECUTE format('CREATE POLICY t ON %I USING (true)', t);
  END LOOP;
END $$;

-- name: union all
DO $$ DECLARE t text;
BEGIN
  FOR t IN SELECT 'orders' UNION ALL SELECT 'accounts' UNION SELECT 'countries' LOOP
    EXECUTE format('CREATE POLICY t ON %I USING (true)', t);
  END LOOP;
END $$;

-- name: limit 1 order by
DO $$ DECLARE t text;
BEGIN
  SELECT policyname INTO t FROM pg_policies WHERE tablename = 'accounts'
      ORDER BY policyname LIMIT 1;
  EXECUTE format('DROP POLICY %I ON accounts', t);
END $$;

-- name: order by desc limit
DO $$ DECLARE t text;
BEGIN
  SELECT tablename INTO t FROM pg_tables WHERE schemaname = 'public'
      ORDER BY tablename DESC LIMIT 1;
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
  SELECT tablename INTO t FROM pg_tables WHERE schemaname = 'public'
      AND tablename <> 'Order Lines' ORDER BY length(tablename::text), 1 OFFSET 1 LIMIT 1;
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
END $$;

-- name: cte
DO $$ DECLARE r record;
BEGIN
  FOR r IN WITH names(t) AS (VALUES ('orders'), ('accounts')), done AS (SELECT tablename
      FROM pg_tables WHERE rowsecurity) SELECT t FROM names WHERE t NOT IN (SELECT tablename
      FROM done) LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', r.t);
  END LOOP;
END $$;

-- name: pg_constraint
DO $$ DECLARE c record;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'orders_pkey'
      AND conrelid = 'orders'::regclass) THEN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  ELSE
    ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
  END IF;
  FOR c IN SELECT conname, conrelid::regclass AS tab FROM pg_constraint WHERE contype = 'p'
      AND conrelid = 'orders'::regclass LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.tab, c.conname);
  END LOOP;
END $$;

-- name: has_table_privilege
-- unknown: public.accounts privileges; public.orders policies
-- reported
GRANT SELECT ON orders TO auditor;
DO $$ BEGIN
  IF has_table_privilege('auditor', 'orders', 'SELECT') THEN
    CREATE POLICY a ON orders USING (true);
  END IF;
  IF NOT has_table_privilege('auditor', 'accounts', 'SELECT') THEN
    GRANT SELECT ON accounts TO auditor;
  END IF;
END $$;

-- name: pg_roles attributes
DO $$ BEGIN
  IF (SELECT rolcanlogin FROM pg_roles WHERE rolname = 'app_user') THEN
    CREATE POLICY a ON orders USING (true);
  END IF;
  IF NOT (SELECT rolbypassrls FROM pg_roles WHERE rolname = 'auditor') THEN
    ALTER ROLE auditor BYPASSRLS;
  END IF;
END $$;

-- name: grants to roles in loop with exists
DO $$ DECLARE r text;
BEGIN
  FOREACH r IN ARRAY ARRAY['app_user','auditor'] LOOP
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = r) THEN
      EXECUTE format('GRANT USAGE ON SCHEMA app TO %I', r);
      EXECUTE format('GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO %I', r);
      EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO %I', r);
    END IF;
  END LOOP;
END $$;
CREATE TABLE later (id int);

-- name: aggregates are not followed
-- unknown: public.orders policies
-- reported
DO $$ DECLARE b boolean;
BEGIN
  SELECT count(*) > 0 INTO b FROM pg_policies WHERE tablename = 'accounts';
  IF b THEN
    CREATE POLICY a ON orders USING (true);
  END IF;
END $$;

-- name: if with rows of a function
CREATE FUNCTION is_there(t text) RETURNS boolean LANGUAGE sql STABLE
    AS $f$ SELECT EXISTS (SELECT 1 FROM pg_tables WHERE tablename = t) $f$;
DO $$ BEGIN
  IF is_there('orders') AND NOT is_there('nope') THEN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  END IF;
END $$;

-- name: while with not found
DO $$ DECLARE t text;
BEGIN
  LOOP
    SELECT policyname INTO t FROM pg_policies WHERE tablename = 'accounts' LIMIT 1;
    EXIT WHEN NOT FOUND;
    EXECUTE format('DROP POLICY %I ON accounts', t);
  END LOOP;
  CREATE POLICY fresh ON accounts USING (true);
END $$;

-- name: update of found by loops nested
DO $$ DECLARE n int := 0;
r record;
BEGIN
  FOR r IN SELECT * FROM (VALUES (1, ARRAY['orders', 'accounts']), (2, ARRAY['countries']))
      AS v(k, names) LOOP
    FOR n IN 1 .. array_length(r.names, 1) LOOP
      EXECUTE format('CREATE POLICY p%s_%s ON %I USING (true)', r.k, n, r.names[n]);
    END LOOP;
  END LOOP;
END $$;

-- name: union of tables and views with a computed column
DO $$ DECLARE r record;
BEGIN
  FOR r IN SELECT 'TABLE' AS kind, tablename AS name FROM pg_tables WHERE schemaname = 'app'
      UNION SELECT 'VIEW', viewname FROM pg_views WHERE schemaname = 'public' ORDER BY 1 LOOP
    IF r.kind = 'TABLE' THEN
      EXECUTE format('ALTER TABLE app.%I FORCE ROW LEVEL SECURITY', r.name);
    ELSE
      EXECUTE format('GRANT SELECT ON %I TO auditor', r.name);
    END IF;
  END LOOP;
END $$;

-- name: lateral and cross join
DO $$ DECLARE r record;
BEGIN
  FOR r IN SELECT t.name, c.cmd FROM unnest(ARRAY['orders', 'accounts']) AS t(name) CROSS
      JOIN LATERAL (VALUES ('select'), ('delete')) AS c(cmd) LOOP
    EXECUTE format('CREATE POLICY %I ON %I FOR %s USING (true)', r.name || '_' || r.cmd, r.name,
        r.cmd);
  END LOOP;
END $$;

-- name: columns joined to tables with a left join of constraints
DO $$ DECLARE r record;
BEGIN
  FOR r IN SELECT t.table_name FROM information_schema.tables t LEFT
      JOIN information_schema.columns c ON c.table_schema = t.table_schema
      AND c.table_name = t.table_name AND c.column_name = 'tenant_id'
      WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
      AND c.column_name IS NULL LOOP
    EXECUTE format('ALTER TABLE %I ADD COLUMN tenant_id uuid', r.table_name);
  END LOOP;
END $$;

-- name: full join is not followed
-- unknown: app.notes row security
-- reported
DO $$ DECLARE r record;
BEGIN
  FOR r IN SELECT coalesce(t.tablename, p.tablename) AS name FROM pg_tables t FULL
      JOIN pg_policies p ON p.tablename = t.tablename WHERE t.schemaname = 'app' LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', r.name);
  END LOOP;
END $$;

-- name: tables that the history never makes
-- unknown: public.accounts row security; public.orders row security; public.countries row security; app.notes row security
-- reported
DO $$ DECLARE t text; there boolean;
BEGIN
  IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'elsewhere') THEN
    ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
  END IF;
  IF to_regclass('public.elsewhere') IS NOT NULL THEN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  END IF;
  SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'elsewhere') INTO there;
  IF there THEN ALTER TABLE countries ENABLE ROW LEVEL SECURITY; END IF;
  FOR t IN SELECT tablename FROM pg_tables WHERE tablename IN ('elsewhere', 'nope') LOOP
    ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY;
  END LOOP;
END $$;

-- name: columns of a table that the history never makes
-- unknown: public.accounts row security
-- reported
DO $$ BEGIN
  IF EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'public'
             AND table_name = 'elsewhere' AND column_name = 'tenant_id') THEN
    ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
  END IF;
END $$;

-- name: what is made where it is missing is made
CREATE FUNCTION is_there(t text) RETURNS boolean LANGUAGE plpgsql STABLE
    AS $f$ BEGIN RETURN EXISTS (SELECT 1 FROM pg_tables WHERE tablename = t); END $f$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_tables WHERE tablename = 'elsewhere') THEN
    CREATE TABLE elsewhere (id int);
  END IF;
  ALTER TABLE elsewhere ENABLE ROW LEVEL SECURITY;
  IF to_regclass('app.others') IS NULL THEN CREATE TABLE app.others (id int); END IF;
  ALTER TABLE app.others ENABLE ROW LEVEL SECURITY;
  IF NOT is_there('third') THEN CREATE TABLE third (id int); END IF;
  ALTER TABLE third ENABLE ROW LEVEL SECURITY;
  DROP TABLE third;
  IF is_there('third') THEN ALTER TABLE orders ENABLE ROW LEVEL SECURITY; END IF;
END $$;

-- name: conditions of policies are handed on
CREATE POLICY mine ON orders USING (id = 7 OR current_setting('app.t', true) IS NULL);
DO $$ BEGIN
  EXECUTE format('CREATE POLICY %I ON %I USING (%I = 8 AND ''a'' <> ''b'')', 'mine', 'accounts', 'id');
END $$;
DO $$ DECLARE p record;
BEGIN
  FOR p IN SELECT tablename, policyname, qual FROM pg_policies
      WHERE schemaname = 'public' AND policyname = 'mine' AND with_check IS NULL AND qual IS NOT NULL LOOP
    EXECUTE format('ALTER POLICY %I ON %I WITH CHECK (%s)', p.policyname, p.tablename, p.qual);
  END LOOP;
END $$;
