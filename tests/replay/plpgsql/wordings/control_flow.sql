-- name: case searched
DO $$ DECLARE n int := 3;
BEGIN
  CASE WHEN n < 2 THEN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    WHEN n BETWEEN 2 AND 5 THEN ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
  ELSE
    ALTER TABLE countries ENABLE ROW LEVEL SECURITY;
  END CASE;
END $$;

-- name: case without match raises
DO $$ DECLARE n int := 9;
BEGIN
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CASE n WHEN 1 THEN
    NULL;
    WHEN 2, 3 THEN NULL;
  END CASE;
END $$;

-- name: loop exit when labels
DO $$ DECLARE i int := 0;
j int;
BEGIN
  <<a>> LOOP
    i := i + 1;
    j := 0;
    <<b>> LOOP
      j := j + 1;
      CONTINUE a WHEN j = 2 AND i < 3;
      EXIT a WHEN i = 3;
      EXECUTE format('CREATE POLICY p_%s_%s ON orders USING (true)', i, j);
    END LOOP b;
  END LOOP a;
END $$;

-- name: for by reverse
DO $$ BEGIN
  FOR i IN REVERSE 10..1 BY 4 LOOP
    EXECUTE format('CREATE POLICY p%s ON orders USING (true)', i);
  END LOOP;
  FOR i IN 1..7 BY 3 LOOP
    EXECUTE 'CREATE POLICY q' || i || ' ON orders USING (true)';
  END LOOP;
  FOR i IN 5..1 LOOP
    EXECUTE 'CREATE POLICY z' || i || ' ON orders USING (true)';
  END LOOP;
END $$;

-- name: early return in nested loop
DO $$ DECLARE t text;
BEGIN
  FOR t IN SELECT unnest(ARRAY['orders','accounts','countries']) LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    IF t = 'accounts' THEN
      RETURN;
    END IF;
  END LOOP;
  ALTER TABLE events ENABLE ROW LEVEL SECURITY;
END $$;

-- name: nested blocks shadow
DO $$ <<around>> DECLARE t text := 'orders';
BEGIN
  DECLARE t text := 'accounts';
  BEGIN
    EXECUTE 'ALTER TABLE ' || t || ' ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE ' || around.t || ' FORCE ROW LEVEL SECURITY';
    t := 'countries';
    around.t := 'events';
  END;
  EXECUTE 'ALTER TABLE ' || t || ' ENABLE ROW LEVEL SECURITY';
END $$;

-- name: scalar targets list
DO $$ DECLARE a text;
b text;
BEGIN
  FOR a, b IN SELECT tablename, policyname FROM pg_policies LOOP
    EXECUTE format('DROP POLICY %I ON %I', b, a);
  END LOOP;
END $$;

-- name: cursor loop
DO $$ DECLARE c CURSOR FOR SELECT tablename FROM pg_tables WHERE schemaname = 'app';
BEGIN
  FOR r IN c LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', r.tablename);
  END LOOP;
END $$;

-- name: cursor with parameter
DO $$ DECLARE c CURSOR (s text) FOR SELECT tablename FROM pg_tables WHERE schemaname = s;
BEGIN
  FOR r IN c('app') LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', r.tablename);
  END LOOP;
END $$;

-- name: open fetch loop
-- unknown: app.notes row security
-- reported
DO $$ DECLARE c refcursor;
t text;
BEGIN
  OPEN c FOR SELECT tablename FROM pg_tables WHERE schemaname = 'app';
  LOOP
    FETCH c INTO t;
    EXIT WHEN NOT FOUND;
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', t);
  END LOOP;
  CLOSE c;
END $$;

-- name: tg style function with when
DO $$ DECLARE v_count integer;
v_missing text[] := '{}';
t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['orders','nope'] LOOP
    IF NOT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'
        AND table_name = t) THEN
      v_missing := v_missing || t;
      CONTINUE;
    END IF;
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', t);
  END LOOP;
  IF array_length(v_missing, 1) > 0 THEN
    RAISE NOTICE 'missing %', v_missing;
  END IF;
  v_count := (SELECT count(*) FROM pg_policies);
  RAISE NOTICE '%', v_count;
END $$;

-- name: perhaps return then raise
DO $$ BEGIN
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  IF EXISTS (SELECT 1 FROM accounts) THEN
    NULL;
  ELSE
    RETURN;
  END IF;
  RAISE EXCEPTION 'has rows';
END $$;

-- name: assert
DO $$ BEGIN
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  ASSERT to_regclass('nope') IS NOT NULL, 'no';
END $$;

-- name: execute null
DO $$ DECLARE s text;
BEGIN
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  SELECT tablename INTO s FROM pg_tables WHERE tablename = 'nope';
  EXECUTE 'GRANT SELECT ON ' || s || ' TO auditor';
END $$;

-- name: cursor forms
DO $$ DECLARE c NO SCROLL CURSOR (s name, t name) IS SELECT tablename FROM pg_tables
    WHERE schemaname = s AND tablename <> t;
r record;
BEGIN
  FOR r IN c('public', 'orders') LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', r.tablename);
  END LOOP;
END $$;
