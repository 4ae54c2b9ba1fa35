-- name: function with out params
CREATE FUNCTION names(OUT a text, OUT b text) LANGUAGE plpgsql AS $f$ BEGIN
  a := 'orders';
  b := 'accounts';
END $f$;
DO $$ DECLARE r record;
x text;
y text;
BEGIN
  SELECT * INTO r FROM names();
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', r.a);
  SELECT a, b INTO x, y FROM names();
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', y);
END $$;

-- name: function with defaults and named notation
CREATE FUNCTION protect(tab text, sch text DEFAULT 'public',
    forced boolean DEFAULT true) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN
  EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', sch, tab);
  IF forced THEN
    EXECUTE format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY', sch, tab);
  END IF;
END $f$;
SELECT protect('orders');
SELECT protect('notes', 'app', false);
SELECT protect(tab => 'accounts', forced => false);
SELECT protect('countries', forced := false);

-- name: procedure inout and call
CREATE PROCEDURE step(INOUT n int, tab text) LANGUAGE plpgsql AS $f$ BEGIN
  n := n + 1;
  EXECUTE format('CREATE POLICY %I ON %I USING (true)', 'p' || n, tab);
END $f$;
DO $$ DECLARE k int := 1;
BEGIN
  CALL step(k, 'orders');
  CALL step(k, 'orders');
END $$;

-- name: function returning value used
CREATE FUNCTION pname(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $f$ BEGIN
  RETURN t || '_tenant';
END $f$;
DO $$ BEGIN
  EXECUTE format('CREATE POLICY %I ON orders USING (true)', pname('orders'));
END $$;

-- name: sql function returning value used
CREATE FUNCTION pname(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $f$ SELECT t ||
    '_tenant' $f$;
DO $$ BEGIN
  EXECUTE format('CREATE POLICY %I ON orders USING (true)', pname('orders'));
END $$;

-- name: sets that functions return are not followed
-- unknown: app.notes row security
-- reported
CREATE FUNCTION tabs() RETURNS SETOF text LANGUAGE plpgsql AS $f$ BEGIN
  RETURN NEXT 'notes';
  RETURN QUERY SELECT tablename::text FROM pg_tables WHERE schemaname = 'app';
  RETURN;
END $f$;
DO $$ DECLARE t text;
BEGIN
  FOR t IN SELECT * FROM tabs() LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', t);
  END LOOP;
END $$;

-- name: what a function calls that returns a set
CREATE FUNCTION protect(tab text) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tab);
  RETURN tab;
END $f$;
CREATE FUNCTION tabs() RETURNS SETOF text LANGUAGE plpgsql AS $f$ BEGIN
  RETURN NEXT protect('orders');
  RETURN QUERY SELECT protect('accounts');
  RETURN QUERY EXECUTE 'SELECT protect($1)' USING 'countries';
END $f$;
SELECT * FROM tabs();

-- name: text functions
DO $$ DECLARE s text := 'public.Orders';
BEGIN
  EXECUTE 'ALTER TABLE ' || lower(split_part(s, '.', 2)) || ' ENABLE ROW LEVEL SECURITY';
  EXECUTE concat_ws(' ', 'CREATE POLICY', quote_ident(left('abcdef', 3)), 'ON',
      replace('or-ders', '-', ''), 'USING (true)');
  EXECUTE 'CREATE POLICY ' || quote_ident(trim('  k ')) || ' ON orders USING (true)';
  EXECUTE 'CREATE POLICY ' || quote_ident(upper('m') || length('abc') || lpad('7', 3, '0')) ||
      ' ON orders USING (true)';
  EXECUTE 'COMMENT ON TABLE orders IS ' || quote_literal('it''s');
  EXECUTE 'CREATE POLICY n ON orders USING (id::text = ' || quote_nullable(NULL::text) || ')';
END $$;

-- name: other text functions are not followed
-- unknown: public.orders policies
-- reported
DO $$ BEGIN
  EXECUTE 'CREATE POLICY ' || quote_ident(regexp_replace('a.b.c', '\.', '_', 'g')) ||
      ' ON orders USING (true)';
  EXECUTE 'CREATE POLICY ' || quote_ident(md5('x')) || ' ON orders USING (true)';
END $$;

-- name: call with out param
CREATE PROCEDURE p(IN t text, OUT done boolean) LANGUAGE plpgsql AS $f$ BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
  done := true;
END $f$;
CALL p('orders', NULL);
DO $$ DECLARE d boolean;
BEGIN
  CALL p('accounts', d);
  IF d THEN
    CREATE POLICY x ON orders USING (true);
  END IF;
END $$;

-- name: select function for rows, third fails
CREATE FUNCTION protect(t text) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN
  IF t = 'countries' THEN
    RAISE EXCEPTION 'no';
  END IF;
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
END $f$;
SELECT protect(t) FROM unnest(ARRAY['orders','accounts','countries']) t;

-- name: recursion
CREATE FUNCTION walk(n int) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN
  IF n = 0 THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE POLICY p%s ON orders USING (true)', n);
  PERFORM walk(n - 1);
END $f$;
SELECT walk(3);

-- name: insert into a select that calls
-- unknown: public.Order Lines row security; public.accounts row security; public.countries row security; public.events row security; public.events_1 row security; public.orders row security
-- reported
CREATE FUNCTION g(t text) RETURNS int LANGUAGE plpgsql AS $f$ BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
  RETURN 1;
END $f$;
DO $$ BEGIN
  INSERT INTO countries SELECT g('orders')::text;
END $$;

-- name: case calls in conditions
CREATE FUNCTION g(t text) RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
  RETURN true;
END $f$;
DO $$ BEGIN
  IF g('orders') THEN
    PERFORM CASE WHEN g('accounts') THEN
      1 END;
    END IF;
    PERFORM g('countries') WHERE false;
  END $$;

-- name: function with variadic and alias
CREATE FUNCTION many(VARIADIC names text[]) RETURNS int LANGUAGE plpgsql AS $f$
    DECLARE all_names ALIAS FOR $1;
n text;
i int := 0;
BEGIN
  FOREACH n IN ARRAY all_names LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', n);
    i := i + 1;
  END LOOP;
  RETURN i;
END $f$;
SELECT many('orders', 'accounts');
DO $$ DECLARE n int;
BEGIN
  n := many('countries');
  IF n = 1 THEN
    CREATE POLICY a ON orders USING (true);
  END IF;
END $$;

-- name: function with a default that is null
CREATE FUNCTION protect(tab text, pol text DEFAULT NULL) RETURNS void LANGUAGE plpgsql
    AS $f$ BEGIN
  EXECUTE format('CREATE POLICY %I ON %I USING (true)', coalesce(pol, tab || '_all'), tab);
END $f$;
SELECT protect('orders'), protect('accounts', 'mine');
SELECT protect(pol := 'own', tab := 'countries');

-- name: function called inside of another call
CREATE FUNCTION protect(tab text) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tab);
  RETURN 'done ' || tab;
END $f$;
SELECT upper(protect(t.tablename)) FROM pg_tables t WHERE t.schemaname = 'public'
    AND t.tablename LIKE 'o%';
SELECT (protect('accounts'));

-- name: perform of a case over functions
-- unknown: public.countries row security
-- reported
CREATE FUNCTION protect(tab text) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tab);
  RETURN 'done';
END $f$;
DO $$ BEGIN
  PERFORM CASE WHEN true THEN
    protect('orders') ELSE protect('accounts') END;
    PERFORM CASE WHEN EXISTS (SELECT 1 FROM accounts) THEN
      protect('countries') END;
    END $$;

-- name: window functions are not followed
-- unknown: app.notes policies
-- reported
DO $$ DECLARE r record;
BEGIN
  FOR r IN SELECT tablename, row_number() OVER (ORDER BY tablename) AS n FROM pg_tables
      WHERE schemaname = 'app' LOOP
    EXECUTE format('CREATE POLICY p ON app.%I USING (id = %s)', r.tablename, r.n);
  END LOOP;
END $$;

-- name: function called where a row is missing
CREATE FUNCTION protect(tab text) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tab);
  RETURN 'done';
END $f$;
SELECT protect('orders') WHERE NOT EXISTS (SELECT 1 FROM pg_policies WHERE tablename = 'orders');
SELECT protect('accounts') WHERE NOT EXISTS (SELECT 1 FROM pg_policies
    WHERE tablename = 'accounts');
SELECT length(protect('countries'));
SELECT protect('events') IS NOT NULL;
