"""Write a migration history as teams write it: every table with names, faults and code of its own.

`generate.py` repeats a few predicates over many tables and makes no mistakes. Here each migration
brings a table with constraints, indexes and policies named after it, a SECURITY DEFINER trigger
function, a view without security_invoker and sometimes rows; about every third policy is faulty.
The same arguments always give the same bytes. Everything loads into an empty database of
PostgreSQL 15 or newer, as a superuser, file by file in the order of the names.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

SEED = 4

THINGS = (
    "agreement booking campaign delivery estimate feedback guarantee handover invoice journey "
    "licence mandate notice order payment quota refund shipment ticket upload voucher warranty"
)
KINDS = ("text", "integer", "jsonb", "numeric(10, 2)", "timestamptz", "uuid", "boolean", "date[]")
FIRST = """\
CREATE ROLE app_user LOGIN;
CREATE SCHEMA app;
CREATE SCHEMA auth;
GRANT USAGE ON SCHEMA app, auth TO app_user;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT NULLIF(current_setting('request.user_id', true), '')::uuid $$;
CREATE TABLE app.tenants (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE app.members (
    tenant_id uuid NOT NULL REFERENCES app.tenants (id),
    user_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE TABLE app.audit (id bigserial PRIMARY KEY, relation text NOT NULL, rows bigint NOT NULL);
INSERT INTO app.tenants VALUES ('00000000-0000-4000-8000-000000000001', 'First');
"""


def predicates(table: str) -> tuple[str, ...]:
    """What a policy of a table may ask for; the last three are mistakes."""
    return (
        "tenant_id = (SELECT current_setting('app.tenant_id', true))::uuid",
        "tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid",
        "owner_id = (SELECT auth.uid())",
        "EXISTS (SELECT 1 FROM app.members AS member\n"
        f"        WHERE member.tenant_id = {table}.tenant_id AND member.user_id = auth.uid())",
        "tenant_id = current_setting('app.tenant_id')::uuid",
        "tenant_id = tenant_id",
        "true",
    )


def policies(choose: random.Random, table: str) -> Iterator[str]:
    for command in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        predicate = choose.choice(predicates(table))
        clauses = [] if command == "INSERT" else [f"USING ({predicate})"]
        if command in ("INSERT", "UPDATE"):
            clauses.append(f"WITH CHECK ({predicate})")
        yield (
            f"CREATE POLICY {table}_{command.lower()} ON app.{table} FOR {command} TO app_user\n"
            f"    {' '.join(clauses)}"
        )


def trigger_function(table: str) -> str:
    return f"""CREATE OR REPLACE FUNCTION app.{table}_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER AS $body$
DECLARE
    found_rows bigint := 0;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.tenant_id IS DISTINCT FROM OLD.tenant_id THEN
        RAISE EXCEPTION '% may not move from % to %', NEW.id, OLD.tenant_id, NEW.tenant_id;
    END IF;
    SELECT count(*) INTO found_rows FROM app.{table} WHERE tenant_id = NEW.tenant_id;
    FOR attempt IN 1..2 LOOP
        EXECUTE format('INSERT INTO app.audit (relation, rows) VALUES (%L, %s)',
                       '{table}', found_rows);
    END LOOP;
    RETURN NEW;
END
$body$"""


def statements(choose: random.Random, table: str) -> Iterator[str]:
    extra = [f"detail_{number}" for number in range(choose.randint(3, 12))]
    columns = [
        "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "tenant_id uuid NOT NULL REFERENCES app.tenants (id) ON DELETE CASCADE",
        "owner_id uuid",
        *(f"{name} {choose.choice(KINDS)}" for name in extra),
        "created_at timestamptz NOT NULL DEFAULT now()",
        f"CONSTRAINT {table}_detail_check CHECK (owner_id IS NOT NULL OR detail_0 IS NOT NULL)",
    ]
    yield f"CREATE TABLE IF NOT EXISTS app.{table} (\n    " + ",\n    ".join(columns) + "\n)"
    for number in range(choose.randint(1, 3)):
        yield f"CREATE INDEX {table}_index_{number} ON app.{table} (tenant_id, detail_{number})"
    yield f"ALTER TABLE app.{table} ENABLE ROW LEVEL SECURITY"
    if choose.random() < 0.7:
        yield f"ALTER TABLE app.{table} FORCE ROW LEVEL SECURITY"
    yield from policies(choose, table)
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON app.{table} TO app_user"
    yield f"COMMENT ON TABLE app.{table} IS 'Belongs to one tenant; don''t share'"
    yield trigger_function(table)
    yield (
        f"CREATE TRIGGER {table}_changed BEFORE UPDATE ON app.{table}\n"
        f"    FOR EACH ROW EXECUTE FUNCTION app.{table}_changed()"
    )
    yield (
        f"CREATE VIEW app.recent_{table} AS\n"
        f"    SELECT entry.id, entry.tenant_id, tenant.name FROM app.{table} AS entry\n"
        "    JOIN app.tenants AS tenant ON tenant.id = entry.tenant_id\n"
        "    WHERE entry.created_at > now() - interval '30 days'"
    )
    if choose.random() < 0.3:
        row = f"('00000000-0000-4000-8000-000000000001', '{choose.getrandbits(128):032x}')"
        rows = ",\n    ".join([row] * choose.randint(5, 30))
        yield f"INSERT INTO app.{table} (tenant_id, owner_id) VALUES\n    {rows}"


def migrations(files: int) -> Iterator[tuple[str, str]]:
    """File names and contents of a history of that many migrations, in order."""
    choose = random.Random(SEED)
    yield "V0001__first.sql", FIRST
    for number in range(2, files + 1):
        table = f"{choose.choice(THINGS.split())}_{number}"
        body = ";\n".join(statements(choose, table))
        yield f"V{number:04}__{table}.sql", f"-- {table}\nBEGIN;\n{body};\nCOMMIT;\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="a directory for the migrations")
    parser.add_argument("--files", type=int, default=500, help="how many, at most 9999 (500)")
    options = parser.parse_args()
    options.target.mkdir(parents=True, exist_ok=True)
    for name, text in migrations(options.files):
        (options.target / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
