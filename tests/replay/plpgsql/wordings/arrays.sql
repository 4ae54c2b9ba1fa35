-- name: foreach slice
DO $$ DECLARE x text[];
m text[] := ARRAY[['orders','p1'],['accounts','p2']];
BEGIN
  FOREACH x SLICE 1 IN ARRAY m LOOP
    EXECUTE format('CREATE POLICY %I ON %I USING (true)', x[2], x[1]);
  END LOOP;
END $$;

-- name: two-dim array by loop
DO $$ DECLARE m text[][] := ARRAY[['orders','p1'],['accounts','p2']];
BEGIN
  FOR i IN array_lower(m,1)..array_upper(m, 1) LOOP
    EXECUTE format('CREATE POLICY %I ON %I USING (true)', m[i][2], m[i][1]);
  END LOOP;
END $$;

-- name: two-dim array literal
DO $$ DECLARE m text[] := '{{orders,p1},{accounts,p2}}';
x text[];
BEGIN
  FOREACH x SLICE 1 IN ARRAY m LOOP
    EXECUTE format('CREATE POLICY %I ON %I USING (true)', x[2], x[1]);
  END LOOP;
END $$;

-- name: foreach over two-dim visits all
DO $$ DECLARE m text[] := '{{orders,accounts},{countries,events}}';
x text;
BEGIN
  FOREACH x IN ARRAY m LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', x);
  END LOOP;
END $$;

-- name: array append and length
DO $$ DECLARE a text[] := '{}';
t text;
BEGIN
  a := a || 'orders'::text;
  a := a || 'accounts'::text;
  a := 'countries'::text || a;
  a := a || ARRAY['events'];
  FOR i IN 1..coalesce(array_length(a, 1), 0) LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', a[i]);
  END LOOP;
  IF 'orders' = ANY(a) AND NOT 'zzz' = ANY (a) AND cardinality(a) = 4 THEN
    CREATE POLICY x ON orders USING (true);
  END IF;
END $$;

-- name: array element assigned
DO $$ DECLARE a text[] := ARRAY['x','y'];
BEGIN
  a[1] := 'orders';
  a[2] := 'accounts';
  EXECUTE 'ALTER TABLE ' || a[1] || ' ENABLE ROW LEVEL SECURITY';
  EXECUTE 'ALTER TABLE ' || a[2] || ' ENABLE ROW LEVEL SECURITY';
END $$;

-- name: array slices
DO $$ DECLARE a text[] := ARRAY['orders','accounts','countries'];
t text;
BEGIN
  FOREACH t IN ARRAY a[2:3] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
  END LOOP;
END $$;

-- name: unnest with ordinality
DO $$ DECLARE r record;
BEGIN
  FOR r IN SELECT t, n FROM unnest(ARRAY['orders','accounts']) WITH ORDINALITY AS u(t, n) LOOP
    EXECUTE format('CREATE POLICY p%s ON %I USING (true)', r.n, r.t);
  END LOOP;
END $$;

-- name: array of a query then foreach
DO $$ DECLARE a text[];
t text;
BEGIN
  a := ARRAY(SELECT tablename::text FROM pg_tables WHERE schemaname = 'app');
  FOREACH t IN ARRAY a LOOP
    EXECUTE 'ALTER TABLE app.' || quote_ident(t) || ' ENABLE ROW LEVEL SECURITY';
  END LOOP;
END $$;

-- name: rows of JSON are not followed
-- unknown: public.orders policies
-- reported
DO $$ DECLARE r jsonb;
BEGIN
  FOR r IN SELECT *
      FROM jsonb_array_elements('[{"p":"x"},{"p":"y"}]'::jsonb) LOOP
    EXECUTE format('CREATE POLICY %I ON orders USING (true)', r->>'p');
  END LOOP;
END $$;

-- name: split_part over array of pairs
DO $$ DECLARE x text;
BEGIN
  FOREACH x IN ARRAY ARRAY['app.notes', 'public.orders'] LOOP
    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', split_part(x, '.', 1),
        split_part(x, '.', 2));
    EXECUTE format('GRANT SELECT ON %s TO auditor', x);
  END LOOP;
END $$;
