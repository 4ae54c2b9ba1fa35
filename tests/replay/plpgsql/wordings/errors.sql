-- name: case without match caught
DO $$ DECLARE n int := 9;
BEGIN
  CASE n WHEN 1 THEN
    NULL;
  END CASE;
EXCEPTION
  WHEN case_not_found THEN ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
END $$;

-- name: select into strict no data raises
DO $$ DECLARE v text;
BEGIN
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  SELECT tablename INTO STRICT v FROM pg_tables WHERE tablename = 'nope';
END $$;

-- name: select into strict no data caught
DO $$ DECLARE v text;
BEGIN
  SELECT tablename INTO STRICT v FROM pg_tables WHERE tablename = 'nope';
EXCEPTION
  WHEN no_data_found THEN ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  WHEN too_many_rows THEN ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
END $$;

-- name: select into strict too many caught
DO $$ DECLARE v text;
BEGIN
  SELECT tablename INTO STRICT v FROM pg_tables WHERE schemaname = 'public';
EXCEPTION
  WHEN no_data_found THEN ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  WHEN too_many_rows THEN ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
END $$;

-- name: raise inside function undone
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  RAISE EXCEPTION 'x';
END $f$;
SELECT f();
CREATE POLICY after ON orders USING (true);

-- name: raise inside function called in do and caught
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  RAISE EXCEPTION 'x';
END $f$;
DO $$ BEGIN
  CREATE POLICY a ON orders USING (true);
  BEGIN
    CREATE POLICY b ON orders USING (true);
    PERFORM f();
  EXCEPTION
    WHEN OTHERS THEN CREATE POLICY c ON orders USING (true);
  END;
END $$;

-- name: raise exception with errcode
DO $$ BEGIN
  BEGIN
    CREATE POLICY b ON orders USING (true);
    RAISE EXCEPTION 'x' USING ERRCODE = 'unique_violation';
  EXCEPTION
    WHEN unique_violation THEN CREATE POLICY c ON orders USING (true);
  END;
  BEGIN
    RAISE SQLSTATE '42710';
  EXCEPTION
    WHEN duplicate_object THEN CREATE POLICY d ON orders USING (true);
  END;
  BEGIN
    RAISE undefined_table USING MESSAGE = 'no';
  EXCEPTION
    WHEN SQLSTATE '42P01' THEN CREATE POLICY e ON orders USING (true);
  END;
  BEGIN
    RAISE EXCEPTION USING ERRCODE = '23505';
  EXCEPTION
    WHEN unique_violation THEN CREATE POLICY g ON orders USING (true);
  END;
  BEGIN
    RAISE EXCEPTION 'plain %', 1;
  EXCEPTION
    WHEN raise_exception THEN CREATE POLICY h ON orders USING (true);
  END;
  BEGIN
    RAISE division_by_zero;
  EXCEPTION
    WHEN data_exception THEN CREATE POLICY i ON orders USING (true);
  END;
END $$;

-- name: reraise
DO $$ BEGIN
  BEGIN
    BEGIN
      CREATE POLICY b ON orders USING (true);
      RAISE division_by_zero;
    EXCEPTION
      WHEN others THEN CREATE POLICY c ON orders USING (true);
      RAISE;
    END;
  EXCEPTION
    WHEN division_by_zero THEN CREATE POLICY d ON orders USING (true);
  END;
END $$;

-- name: duplicate table column role type schema function caught
-- unknown: public.orders policies
-- reported
DO $$ BEGIN
  BEGIN
    CREATE TABLE orders (x int);
  EXCEPTION
    WHEN duplicate_table THEN CREATE POLICY a ON orders USING (true);
  END;
  BEGIN
    ALTER TABLE orders ADD COLUMN tenant_id uuid;
  EXCEPTION
    WHEN duplicate_column THEN CREATE POLICY b ON orders USING (true);
  END;
  BEGIN
    CREATE ROLE app_user;
  EXCEPTION
    WHEN duplicate_object THEN CREATE POLICY c ON orders USING (true);
  END;
  BEGIN
    CREATE SCHEMA app;
  EXCEPTION
    WHEN duplicate_schema THEN CREATE POLICY d ON orders USING (true);
  END;
  BEGIN
    DROP POLICY nope ON orders;
  EXCEPTION
    WHEN undefined_object THEN CREATE POLICY e ON orders USING (true);
  END;
  BEGIN
    DROP TABLE nope;
  EXCEPTION
    WHEN undefined_table THEN CREATE POLICY f ON orders USING (true);
  END;
  BEGIN
    ALTER TABLE nope ENABLE ROW LEVEL SECURITY;
  EXCEPTION
    WHEN undefined_table THEN CREATE POLICY g ON orders USING (true);
  END;
  BEGIN
    CREATE INDEX orders_pkey ON orders (id);
  EXCEPTION
    WHEN duplicate_table THEN CREATE POLICY h ON orders USING (true);
  END;
  BEGIN
    ALTER TABLE orders DROP COLUMN nope;
  EXCEPTION
    WHEN undefined_column THEN CREATE POLICY i ON orders USING (true);
  END;
  BEGIN
    GRANT SELECT ON nope TO auditor;
  EXCEPTION
    WHEN undefined_table THEN CREATE POLICY j ON orders USING (true);
  END;
END $$;

-- name: duplicate type function trigger constraint caught
CREATE TYPE mood AS ENUM ('a');
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();
DO $$ BEGIN
  BEGIN
    CREATE TYPE mood AS ENUM ('a');
  EXCEPTION
    WHEN duplicate_object THEN CREATE POLICY a ON orders USING (true);
  END;
  BEGIN
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  EXCEPTION
    WHEN duplicate_function THEN CREATE POLICY b ON orders USING (true);
  END;
  BEGIN
    CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();
  EXCEPTION
    WHEN duplicate_object THEN CREATE POLICY c ON orders USING (true);
  END;
  BEGIN
    ALTER TABLE orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
  EXCEPTION
    WHEN invalid_table_definition THEN CREATE POLICY d ON orders USING (true);
  END;
END $$;

-- name: type made unless it exists with return
DO $$ BEGIN
  CREATE TYPE mood AS ENUM ('a');
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

-- name: exception handler unsure by data
-- unknown: public.orders policies
-- reported
DO $$ BEGIN
  BEGIN
    CREATE POLICY a ON orders USING (true);
    INSERT INTO countries VALUES ('x');
    CREATE POLICY b ON orders USING (true);
  EXCEPTION
    WHEN unique_violation THEN CREATE POLICY c ON orders USING (true);
  END;
  CREATE POLICY d ON accounts USING (true);
END $$;

-- name: surely succeeds so handler does not run
DO $$ BEGIN
  CREATE POLICY a ON orders USING (true);
EXCEPTION
  WHEN duplicate_object THEN ALTER POLICY existing ON accounts USING (false);
  DROP POLICY existing ON accounts;
END $$;

-- name: handler with notice only
DO $$ BEGIN
  BEGIN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY a ON orders USING (true);
  EXCEPTION
    WHEN OTHERS THEN RAISE NOTICE 'failed: %', SQLERRM;
  END;
END $$;

-- name: handler re-raises
DO $$ BEGIN
  INSERT INTO countries VALUES ('x');
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
EXCEPTION
  WHEN OTHERS THEN RAISE NOTICE 'x';
  RAISE;
END $$;

-- name: sqlstate in handler
DO $$ BEGIN
  CREATE POLICY existing ON accounts USING (true);
EXCEPTION
  WHEN OTHERS THEN IF SQLSTATE = '42710' THEN ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ELSE
  RAISE;
END IF;
END $$;

-- name: stacked diagnostics
DO $$ DECLARE c text;
BEGIN
  CREATE POLICY existing ON accounts USING (true);
EXCEPTION
  WHEN OTHERS THEN GET STACKED DIAGNOSTICS c = RETURNED_SQLSTATE;
  IF c = '42710' THEN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  END IF;
END $$;

-- name: function fails in loop, caught per table
CREATE FUNCTION protect(t text) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN
  EXECUTE format('CREATE POLICY existing ON %I USING (true)', t);
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
END $f$;
DO $$ DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['orders','accounts','countries'] LOOP
    BEGIN
      PERFORM protect(t);
    EXCEPTION
      WHEN duplicate_object THEN EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END;
  END LOOP;
END $$;

-- name: return inside block with handler
DO $$ BEGIN
  BEGIN
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    RETURN;
  EXCEPTION
    WHEN OTHERS THEN NULL;
  END;
  ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
END $$;

-- name: exception when the statement fails for a missing table
-- unknown: public.accounts policies; public.orders policies
-- reported
DO $$ BEGIN
  BEGIN
    ALTER TABLE nope ENABLE ROW LEVEL SECURITY;
    CREATE POLICY a ON orders USING (true);
  EXCEPTION
    WHEN undefined_table THEN CREATE POLICY b ON accounts USING (true);
  END;
  CREATE POLICY c ON countries USING (true);
END $$;

-- name: exception with two handlers, first matches
DO $$ BEGIN
  CREATE TABLE orders (id int);
EXCEPTION
  WHEN duplicate_table THEN ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  WHEN OTHERS THEN ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
END $$;

-- name: exception of a class
DO $$ BEGIN
  BEGIN
    RAISE unique_violation;
  EXCEPTION
    WHEN integrity_constraint_violation THEN ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  END;
  BEGIN
    RAISE EXCEPTION USING ERRCODE = '22012';
  EXCEPTION
    WHEN integrity_constraint_violation THEN NULL;
    WHEN data_exception OR raise_exception THEN ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
  END;
END $$;

-- name: exception in handler is caught outside
DO $$ BEGIN
  BEGIN
    BEGIN
      CREATE POLICY a ON orders USING (true);
      RAISE EXCEPTION 'a';
    EXCEPTION
      WHEN OTHERS THEN CREATE POLICY b ON orders USING (true);
      RAISE unique_violation;
    END;
  EXCEPTION
    WHEN unique_violation THEN CREATE POLICY c ON orders USING (true);
  END;
END $$;

-- name: exception undoes variables not
DO $$ DECLARE t text := 'orders';
BEGIN
  BEGIN
    t := 'accounts';
    RAISE EXCEPTION 'x';
  EXCEPTION
    WHEN OTHERS THEN NULL;
  END;
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
END $$;

-- name: roles created unless they exist, by exception
DO $$ BEGIN
  BEGIN
    CREATE ROLE reporter;
  EXCEPTION
    WHEN duplicate_object THEN RAISE NOTICE 'there';
  END;
  BEGIN
    CREATE ROLE app_user;
  EXCEPTION
    WHEN duplicate_object THEN ALTER ROLE app_user NOLOGIN;
  END;
  GRANT SELECT ON orders TO reporter;
END $$;

-- name: raise when a branch depends on data is caught
-- unknown: public.accounts policies; public.orders policies
-- reported
DO $$ BEGIN
  BEGIN
    CREATE POLICY a ON orders USING (true);
    IF EXISTS (SELECT 1 FROM accounts) THEN
      RAISE EXCEPTION 'x';
    END IF;
    CREATE POLICY b ON orders USING (true);
  EXCEPTION
    WHEN raise_exception THEN CREATE POLICY c ON accounts USING (true);
  END;
END $$;
