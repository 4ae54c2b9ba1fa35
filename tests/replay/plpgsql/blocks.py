"""Blocks that the server and the replay both carry out, with what may stay unknown."""

from typing import NamedTuple

SETUP = """
CREATE ROLE app_user LOGIN;
CREATE ROLE auditor;
CREATE SCHEMA app;
CREATE TABLE accounts (id int PRIMARY KEY, tenant_id uuid NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, tenant_id uuid NOT NULL);
CREATE TABLE "Order Lines" (id int PRIMARY KEY, order_id int, tenant_id uuid);
CREATE TABLE countries (code text PRIMARY KEY);
CREATE TABLE app.notes (id int PRIMARY KEY, tenant_id uuid);
CREATE VIEW open_orders AS SELECT * FROM orders;
CREATE TABLE events (at date NOT NULL, tenant_id uuid) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE POLICY existing ON accounts USING (true);
DROP TABLE IF EXISTS nope, missing;
"""


class Block(NamedTuple):
    """SQL that runs after SETUP; `unknown` are the facts that the replay may not know after it.

    A fact is written `table.fact`; `noted` tells whether the block is reported as unresolved.
    """

    name: str
    sql: str
    unknown: frozenset[str] = frozenset()
    noted: bool = False


def _do(name: str, body: str, *unknown: str, noted: bool = False, before: str = "") -> Block:
    return Block(name, f"{before}\nDO $do$\n{body}\n$do$;", frozenset(unknown), noted)


_EVERY_TABLE = ("accounts", "orders", "Order Lines", "countries", "events", "events_1")

BLOCKS = [
    _do("static", "BEGIN ALTER TABLE orders ENABLE ROW LEVEL SECURITY; END"),
    _do(
        "foreach over an array",
        """DECLARE t text; BEGIN
        FOREACH t IN ARRAY ARRAY['accounts', 'Order Lines'] LOOP
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
          EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', t);
          EXECUTE format('CREATE POLICY %I ON %I USING (tenant_id IS NOT NULL)', t || '_all', t);
        END LOOP; END""",
    ),
    _do(
        "arrays declared in three ways",
        """DECLARE a text[] := ARRAY['accounts']; b text[] := '{orders}'; t text;
        BEGIN
        FOREACH t IN ARRAY a || b || string_to_array('countries,events', ',') LOOP
          EXECUTE 'ALTER TABLE ' || quote_ident(t) || ' ENABLE ROW LEVEL SECURITY';
        END LOOP; END""",
    ),
    _do(
        "array elements by number",
        """DECLARE names text[] := ARRAY['accounts', 'orders']; BEGIN
        FOR i IN 1 .. array_length(names, 1) LOOP
          EXECUTE format('GRANT SELECT ON %s TO app_user', names[i]::regclass);
        END LOOP; END""",
    ),
    _do(
        "for over values",
        """DECLARE r record; BEGIN
        FOR r IN SELECT * FROM (VALUES ('accounts', 'SELECT'), ('orders', 'INSERT')) v(t, p) LOOP
          EXECUTE format('GRANT %s ON TABLE %I TO app_user', r.p, r.t);
          EXECUTE format('CREATE POLICY p_%s ON %I FOR %s TO app_user %s', r.t, r.t, r.p,
            CASE r.p WHEN 'INSERT' THEN 'WITH CHECK (true)' ELSE 'USING (true)' END);
        END LOOP; END""",
    ),
    _do(
        "unnest into a scalar",
        """DECLARE t name; BEGIN
        FOR t IN SELECT unnest(ARRAY['accounts', 'orders']) LOOP
          EXECUTE concat('ALTER TABLE public.', t, ' ENABLE ROW LEVEL SECURITY');
        END LOOP; END""",
    ),
    _do(
        "pg_tables with conditions",
        """DECLARE r record; BEGIN
        FOR r IN SELECT schemaname, tablename FROM pg_tables
          WHERE schemaname IN ('public', 'app') AND tablename NOT LIKE 'countr%'
            AND NOT rowsecurity LOOP
          EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', r.schemaname, r.tablename);
        END LOOP; END""",
    ),
    _do(
        "pg_class joined to pg_namespace",
        """DECLARE t record; BEGIN
        FOR t IN SELECT c.relname, c.oid FROM pg_class c
          JOIN pg_namespace n ON c.relnamespace = n.oid
          WHERE n.nspname = 'public' AND c.relkind = 'r' AND NOT c.relrowsecurity
            AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid
                        AND a.attname = 'tenant_id' AND NOT a.attisdropped)
          ORDER BY c.relname LOOP
          EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t.oid::regclass);
        END LOOP; END""",
    ),
    _do(
        "information_schema.columns",
        """DECLARE t text; BEGIN
        FOR t IN SELECT table_name FROM information_schema.columns
          WHERE table_schema = 'public' AND column_name = 'tenant_id' AND data_type = 'uuid'
            AND is_nullable = 'NO' AND table_name NOT IN (SELECT viewname FROM pg_views) LOOP
          EXECUTE 'ALTER TABLE "' || t || '" ENABLE ROW LEVEL SECURITY';
        END LOOP; END""",
    ),
    _do(
        "information_schema.tables joined",
        """DECLARE r record; BEGIN
        FOR r IN SELECT t.table_name AS tab FROM information_schema.tables t
          JOIN information_schema.columns c USING (table_schema, table_name)
          WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
            AND c.column_name = 'tenant_id' LOOP
          EXECUTE format('CREATE POLICY tenant ON %I TO app_user USING (true)', r.tab);
        END LOOP; END""",
    ),
    _do(
        "drop all policies",
        """DECLARE p record; BEGIN
        FOR p IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
          EXECUTE format('DROP POLICY IF EXISTS %I ON public.%I', p.policyname, p.tablename);
        END LOOP; END""",
    ),
    _do(
        "if not exists a policy",
        """BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE tablename = 'accounts'
                       AND policyname = 'existing') THEN
          CREATE POLICY existing ON accounts FOR SELECT USING (false);
        ELSIF EXISTS (SELECT FROM pg_policy WHERE polrelid = 'public.accounts'::regclass
                      AND polname = 'existing' AND polcmd = '*') THEN
          CREATE POLICY second ON accounts AS RESTRICTIVE FOR DELETE TO app_user USING (true);
        ELSE
          CREATE POLICY third ON accounts USING (true);
        END IF; END""",
    ),
    _do(
        "role created unless it exists",
        """BEGIN
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'reporter') THEN
          CREATE ROLE reporter NOLOGIN;
        END IF;
        IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app_user') THEN
          EXECUTE 'GRANT SELECT ON orders TO app_user';
        END IF;
        GRANT SELECT ON accounts TO reporter; END""",
    ),
    _do(
        "duplicate policy is caught",
        """BEGIN
        BEGIN
          CREATE POLICY fresh ON orders USING (true);
          CREATE POLICY existing ON accounts USING (false);
        EXCEPTION WHEN duplicate_object THEN NULL; END;
        BEGIN CREATE POLICY kept ON orders USING (true);
        EXCEPTION WHEN duplicate_object THEN NULL; END;
        END""",
    ),
    _do(
        "handler runs",
        """BEGIN
        ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
        RAISE EXCEPTION 'no';
        EXCEPTION WHEN others THEN ALTER TABLE accounts ENABLE ROW LEVEL SECURITY; END""",
    ),
    _do(
        "an error undoes the block",
        """BEGIN
        ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
        CREATE POLICY gone ON orders USING (true);
        IF to_regclass('accounts') IS NOT NULL THEN
          RAISE EXCEPTION 'it is there';
        END IF; END""",
    ),
    _do(
        "while, exit and continue",
        """DECLARE i int := 0; names text[] := ARRAY['accounts', 'orders', 'countries']; BEGIN
        <<outer>> WHILE i < 10 LOOP
          i := i + 1;
          CONTINUE WHEN i = 2;
          EXIT outer WHEN i > 3;
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', names[i]);
        END LOOP; END""",
    ),
    _do(
        "select into and records",
        """DECLARE n text; r record; t text; BEGIN
        SELECT policyname INTO n FROM pg_policies WHERE tablename = 'accounts';
        SELECT tablename, schemaname INTO STRICT r FROM pg_tables WHERE tablename = 'notes';
        t := 'countries';
        IF n = 'existing' AND r.schemaname = 'app' THEN
          EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', r.schemaname, r.tablename);
        END IF;
        CASE t WHEN 'orders', 'countries' THEN
          EXECUTE 'GRANT UPDATE ON ' || t || ' TO auditor';
        ELSE NULL; END CASE;
        END""",
    ),
    _do(
        "early return",
        """BEGIN
        IF to_regclass('public.missing') IS NULL THEN RETURN; END IF;
        ALTER TABLE orders ENABLE ROW LEVEL SECURITY; END""",
    ),
    _do(
        "version checks",
        """BEGIN
        IF current_setting('server_version_num')::int >= 130000 AND NOT pg_is_in_recovery() THEN
          ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
        END IF; END""",
    ),
    _do(
        "partitions",
        """DECLARE r record; BEGIN
        FOR r IN SELECT oid::regclass AS child FROM pg_class
          WHERE relkind = 'r' AND relispartition LOOP
          EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', r.child);
        END LOOP; END""",
    ),
    _do(
        "partitions made in a loop",
        """BEGIN
        FOR m IN 2..4 LOOP
          EXECUTE format('CREATE TABLE events_%s PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
            m, '2024-' || lpad(m::text, 2, '0') || '-01',
            '2024-' || lpad((m + 1)::text, 2, '0') || '-01');
          EXECUTE 'ALTER TABLE events_' || m || ' ENABLE ROW LEVEL SECURITY';
        END LOOP; END""",
    ),
    _do(
        "for in execute using",
        """DECLARE t text; BEGIN
        FOR t IN EXECUTE 'SELECT tablename FROM pg_tables WHERE schemaname = $1' USING 'app' LOOP
          EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', t);
        END LOOP; END""",
    ),
    _do(
        "aggregates are not followed",
        """DECLARE names text; BEGIN
        SELECT string_agg(quote_ident(tablename), ', ') INTO names FROM pg_tables
          WHERE schemaname = 'app';
        EXECUTE 'GRANT SELECT ON app.' || names || ' TO auditor'; END""",
        "notes.grants",
        noted=True,
    ),
    Block(
        "function called from SELECT, PERFORM and CALL",
        """
        CREATE FUNCTION protect(tab text, forced boolean DEFAULT false) RETURNS void
        LANGUAGE plpgsql AS $$ BEGIN
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tab);
          IF forced THEN EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tab); END IF;
        END $$;
        CREATE PROCEDURE share(tab regclass) LANGUAGE plpgsql AS $$ BEGIN
          EXECUTE format('GRANT SELECT ON %s TO auditor', tab);
        END $$;
        SELECT protect('orders', true);
        CALL share('orders');
        DO $$ BEGIN PERFORM protect(t, false) FROM unnest(ARRAY['accounts', 'countries']) t; END $$;
        """,
    ),
    Block(
        "functions called for rows, and in FROM",
        """
        CREATE FUNCTION protect(tab text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public AS $$
        DECLARE quoted text := quote_ident(tab); BEGIN
          EXECUTE 'ALTER TABLE ' || quoted || ' ENABLE ROW LEVEL SECURITY';
          RETURN 1;
        END $$;
        SELECT protect(tablename) FROM pg_tables
          WHERE schemaname = 'public' AND tablename IN ('orders', 'accounts');
        SELECT * FROM protect('Order Lines');
        SELECT protect(tab => 'countries');
        """,
    ),
    _do(
        "policies chosen by their text",
        """DECLARE p record; BEGIN
        CREATE POLICY fallback ON orders
          USING (tenant_id = coalesce(tenant_id, gen_random_uuid()));
        FOR p IN SELECT * FROM pg_policies WHERE qual::text LIKE '%COALESCE%' LOOP
          EXECUTE format('DROP POLICY %I ON %I.%I', p.policyname, p.schemaname, p.tablename);
        END LOOP; END""",
    ),
    _do(
        "left join that finds what is missing",
        """DECLARE t record; BEGIN
        FOR t IN SELECT c.relname FROM pg_class c LEFT JOIN pg_policies p
          ON p.tablename = c.relname AND p.schemaname = 'public'
          WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
          AND p.policyname IS NULL LOOP
          EXECUTE format('CREATE POLICY filled ON %I USING (true)', t.relname);
        END LOOP; END""",
    ),
    _do(
        "branch on data",
        """BEGIN
        IF EXISTS (SELECT 1 FROM accounts WHERE id = 1) THEN
          ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
          CREATE POLICY perhaps ON countries USING (true);
        ELSE
          GRANT SELECT ON accounts TO auditor;
        END IF; END""",
        "orders.enabled",
        "countries.policies",
        "accounts.grants",
        noted=True,
    ),
    _do(
        "exit that depends on data",
        """BEGIN
        FOR i IN 1..2 LOOP
          IF EXISTS (SELECT 1 FROM accounts) THEN EXIT; END IF;
          FOR j IN 1..2 LOOP NULL; END LOOP;
          ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
        END LOOP;
        ALTER TABLE countries ENABLE ROW LEVEL SECURITY; END""",
        "orders.enabled",
        noted=True,
    ),
    _do(
        "guard that raises",
        """BEGIN
        IF EXISTS (SELECT 1 FROM accounts) THEN RAISE EXCEPTION 'not empty'; END IF;
        ALTER TABLE orders ENABLE ROW LEVEL SECURITY; END""",
    ),
    _do(
        "return that depends on data",
        """BEGIN
        IF EXISTS (SELECT 1 FROM accounts) THEN RETURN; END IF;
        ALTER TABLE orders ENABLE ROW LEVEL SECURITY; END""",
        "orders.enabled",
        noted=True,
    ),
    _do(
        "names from data",
        """DECLARE t text; BEGIN
        FOR t IN SELECT code FROM countries LOOP
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        END LOOP; END""",
        *(f"{table}.enabled" for table in _EVERY_TABLE),
        noted=True,
    ),
    _do(
        "names from data in a known schema",
        """DECLARE t text; BEGIN
        SELECT code INTO t FROM countries;
        IF t IS NOT NULL THEN
          EXECUTE 'CREATE POLICY late ON app.' || t || ' USING (true)';
        END IF; END""",
        "notes.policies",
        noted=True,
    ),
    _do(
        "unknown rest on a known table",
        """DECLARE c text; BEGIN
        SELECT max(code) INTO c FROM countries;
        EXECUTE 'CREATE POLICY odd ON orders USING (' || coalesce(c, 'true') || ')'; END""",
        "orders.policies",
        noted=True,
    ),
    _do(
        "harmless dynamic SQL",
        """DECLARE t text; BEGIN
        FOR t IN SELECT code FROM countries LOOP EXECUTE 'ANALYZE ' || t; END LOOP; END""",
    ),
    _do(
        "what is already so stays known",
        """DECLARE t text; BEGIN
        FOR t IN SELECT code FROM countries LOOP
          EXECUTE 'ALTER TABLE app.' || t || ' ENABLE ROW LEVEL SECURITY';
        END LOOP; END""",
        before="ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY;",
    ),
    _do(
        "possible drop of a policy",
        """BEGIN
        IF EXISTS (SELECT 1 FROM accounts) THEN DROP POLICY existing ON accounts; END IF; END""",
        "accounts.policies",
        noted=True,
    ),
]
