"""Write the benchmark's SQL: a migration history, one large schema, one small file.

The same arguments always give the same bytes. Everything loads into an empty database of
PostgreSQL 15 or newer, as a superuser, file by file in the order of the names.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SEED = 20

TENANT_BY_GETTER = "tenant_id = (SELECT app.current_tenant_id())"
TENANT_BY_SETTING = "tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
OWNER_BY_GETTER = "owner_id = (SELECT app.current_user_id())"

DEMO_TENANT = "00000000-0000-4000-8000-000000000001"
DEMO_USER = "00000000-0000-4000-8000-000000000002"

ADJECTIVES = (
    "active archived billing blocked branch bulk campaign carrier client contract customer daily "
    "delivery device draft external field group imported inbound internal joint legal loyalty "
    "marketing monthly outbound partner payment pending project public regional sales service "
    "shared shipping supplier support team vendor warehouse weekly"
)
NOUNS = (
    "accounts addresses agreements alerts assets batches bookings budgets calendars claims "
    "contacts credits deals deposits documents entries events exports files forms goals invoices "
    "items jobs ledgers letters lists logs messages notes offers orders payments plans prices "
    "quotas receipts records refunds reports requests reviews routes rules schedules sessions "
    "shifts tags tasks tickets transfers visits"
)
EXTRA_COLUMNS = (
    ("description", "text"),
    ("quantity", "integer NOT NULL DEFAULT 0"),
    ("amount", "numeric(14, 2) NOT NULL DEFAULT 0"),
    ("currency", "char(3) NOT NULL DEFAULT 'EUR'"),
    ("due_on", "date"),
    ("metadata", "jsonb NOT NULL DEFAULT '{}'"),
    ("labels", "text[] NOT NULL DEFAULT '{}'"),
    ("external_reference", "text"),
    ("is_archived", "boolean NOT NULL DEFAULT false"),
    ("position", "bigint"),
    ("valid_during", "tstzrange"),
    ("checksum", "bytea"),
)
REASONS = (
    "The nightly export needs it, and the report that finance reads on Mondays.",
    "Requested by support: the list view was sorted in memory until now.",
    "Follows the naming that the other tables of this area already use.",
    "Part two of the split; the old column goes once every client has been released.",
    "Small enough to run inside the transaction of a deployment.",
    "See the handbook, chapter on tenants, before copying this to another table.",
)
WORDS = "amber basalt cedar delta ember fjord garnet harbor indigo juniper kelp lagoon"


@dataclass
class TenantPolicy:
    """The policy of a table that later migrations alter, rename or replace."""

    name: str
    mode: str


@dataclass
class Table:
    """A tenant's table as far as later migrations must know it."""

    name: str
    extra_columns: list[str]
    tenant_policy: TenantPolicy | None = None
    droppable_columns: list[str] = field(default_factory=list)
    views: list[str] = field(default_factory=list)
    has_dependent_code: bool = False
    object_count: int = 0

    def next_number(self) -> int:
        """A number that no other object named after this table bears."""
        self.object_count += 1
        return self.object_count


@dataclass
class History:
    """What the migrations written so far have made."""

    random: random.Random
    tables: list[Table] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    role_count: int = 0

    def new_name(self) -> str:
        name = f"{pick(self.random, ADJECTIVES)}_{pick(self.random, NOUNS)}"
        candidate, number = name, 1
        while candidate in self.names:
            number += 1
            candidate = f"{name}_{number}"
        self.names.add(candidate)
        return candidate

    def some_tables(self, count: int) -> list[Table]:
        return self.random.sample(self.tables, min(count, len(self.tables)))


def pick(choose: random.Random, words: str) -> str:
    return choose.choice(words.split())


def bootstrap(history: History) -> Iterator[str]:
    for role in ("app_owner NOLOGIN", "app_user LOGIN", "app_readonly LOGIN"):
        yield f"CREATE ROLE {role}"
    yield "CREATE ROLE app_jobs NOLOGIN BYPASSRLS"
    yield "CREATE SCHEMA app"
    yield "GRANT USAGE ON SCHEMA app TO app_owner, app_user, app_readonly, app_jobs"
    yield "GRANT app_owner TO CURRENT_USER"
    for subject in ("tenant", "user"):
        yield (
            f"CREATE FUNCTION app.current_{subject}_id() RETURNS uuid\n"
            "    LANGUAGE sql STABLE PARALLEL SAFE\n"
            f"    AS $$ SELECT NULLIF(current_setting('app.{subject}_id', true), '')::uuid $$"
        )
    yield (
        "CREATE PROCEDURE app.set_context(tenant uuid, person uuid) LANGUAGE plpgsql AS $$\n"
        "BEGIN\n"
        "    PERFORM set_config('app.tenant_id', tenant::text, true);\n"
        "    PERFORM set_config('app.user_id', person::text, true);\n"
        "END\n$$"
    )
    yield (
        "CREATE FUNCTION app.touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        "BEGIN\n    NEW.updated_at := now();\n    RETURN NEW;\nEND\n$$"
    )
    yield (
        "CREATE TABLE app.tenants (\n"
        "    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),\n"
        "    name text NOT NULL,\n"
        "    created_at timestamptz NOT NULL DEFAULT now()\n)"
    )
    yield (
        "CREATE TABLE app.users (\n"
        "    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),\n"
        "    email text NOT NULL UNIQUE,\n"
        "    created_at timestamptz NOT NULL DEFAULT now()\n)"
    )
    yield (
        "CREATE TABLE app.memberships (\n"
        "    user_id uuid NOT NULL REFERENCES app.users (id) ON DELETE CASCADE,\n"
        "    tenant_id uuid NOT NULL REFERENCES app.tenants (id) ON DELETE CASCADE,\n"
        "    level text NOT NULL DEFAULT 'member' CHECK (level IN ('member', 'manager')),\n"
        "    PRIMARY KEY (user_id, tenant_id)\n)"
    )
    yield "CREATE INDEX memberships_tenant_id_idx ON app.memberships (tenant_id, user_id)"
    for table, predicate in (
        ("tenants", "id = (SELECT app.current_tenant_id())"),
        ("users", "id = (SELECT app.current_user_id())"),
        ("memberships", "user_id = (SELECT app.current_user_id())"),
    ):
        yield f"ALTER TABLE app.{table} OWNER TO app_owner"
        yield f"ALTER TABLE app.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        yield (
            f"CREATE POLICY {table}_own ON app.{table} FOR SELECT TO app_user, app_readonly\n"
            f"    USING ({predicate})"
        )
        yield f"GRANT SELECT ON app.{table} TO app_user, app_readonly"
    yield f"INSERT INTO app.tenants (id, name) VALUES ('{DEMO_TENANT}', 'Demonstration')"
    yield f"INSERT INTO app.users (id, email) VALUES ('{DEMO_USER}', 'demo@example.com')"
    yield f"INSERT INTO app.memberships VALUES ('{DEMO_USER}', '{DEMO_TENANT}', 'manager')"


def tenant_table(history: History, parent: Table | None = None) -> Iterator[str]:
    choose = history.random
    extra = choose.sample(EXTRA_COLUMNS, choose.randint(3, 6))
    table = Table(history.new_name(), [column for column, _ in extra])
    name = table.name
    lines = [
        "id uuid PRIMARY KEY DEFAULT gen_random_uuid()",
        "tenant_id uuid NOT NULL REFERENCES app.tenants (id) ON DELETE CASCADE",
        "owner_id uuid NOT NULL REFERENCES app.users (id)",
        "name text NOT NULL",
        "status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'active', 'closed'))",
        *(f"{column} {kind}" for column, kind in extra),
        "created_at timestamptz NOT NULL DEFAULT now()",
        "updated_at timestamptz NOT NULL DEFAULT now()",
        "UNIQUE (tenant_id, id)",
    ]
    if parent:
        lines.insert(3, "parent_id uuid")
        lines.append(f"FOREIGN KEY (tenant_id, parent_id) REFERENCES {parent.name} (tenant_id, id)")
    yield f"CREATE TABLE {name} (\n    " + ",\n    ".join(lines) + "\n)"
    yield f"COMMENT ON TABLE {name} IS '{name.replace('_', ' ').capitalize()} of one tenant.'"
    if choose.random() < 0.5:
        yield f"COMMENT ON COLUMN {name}.status IS 'new until somebody has looked at it'"
    yield f"ALTER TABLE {name} OWNER TO app_owner"
    yield f"CREATE INDEX {name}_tenant_status_idx ON {name} (tenant_id, status)"
    yield f"CREATE INDEX {name}_owner_idx ON {name} (owner_id)"
    if parent:
        yield f"CREATE INDEX {name}_parent_idx ON {name} (tenant_id, parent_id)"
    yield from row_security(choose, table)
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO app_user"
    yield f"GRANT SELECT ON {name} TO app_readonly"
    yield (
        f"CREATE TRIGGER {name}_touch BEFORE UPDATE ON {name}\n"
        "    FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at()"
    )
    history.tables.append(table)


def row_security(choose: random.Random, table: Table) -> Iterator[str]:
    name = table.name
    if choose.random() < 0.3:
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    else:
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
    idiom = choose.choice((whole_table, per_command, by_membership, restrictive_tenant))
    yield from idiom(choose, table)


def whole_table(choose: random.Random, table: Table) -> Iterator[str]:
    predicate = choose.choice((TENANT_BY_GETTER, TENANT_BY_SETTING))
    policy = f"{table.name}_tenant_isolation"
    table.tenant_policy = TenantPolicy(policy, "PERMISSIVE")
    yield f"CREATE POLICY {policy} ON {table.name}\n    USING ({predicate})"


def per_command(choose: random.Random, table: Table) -> Iterator[str]:
    name = table.name
    tenant = choose.choice((TENANT_BY_GETTER, TENANT_BY_SETTING))
    own = f"{tenant} AND {OWNER_BY_GETTER}"
    yield (
        f'CREATE POLICY "{name} are read by their tenant" ON {name}\n'
        f"    FOR SELECT TO app_user, app_readonly\n    USING ({tenant})"
    )
    yield (
        f"CREATE POLICY {name}_insert ON {name} FOR INSERT TO app_user\n    WITH CHECK ({tenant})"
    )
    yield (
        f"CREATE POLICY {name}_update ON {name} FOR UPDATE TO app_user\n"
        f"    USING ({tenant})\n    WITH CHECK ({tenant})"
    )
    yield f"CREATE POLICY {name}_delete ON {name} FOR DELETE TO app_user\n    USING ({own})"


def by_membership(choose: random.Random, table: Table) -> Iterator[str]:
    name = table.name
    exists = (
        "EXISTS (\n        SELECT 1 FROM app.memberships AS m\n"
        f"        WHERE m.tenant_id = {name}.tenant_id\n"
        "          AND m.user_id = (SELECT app.current_user_id())\n    )"
    )
    listed = (
        "tenant_id IN (\n        SELECT m.tenant_id FROM app.memberships AS m\n"
        "        WHERE m.user_id = (SELECT app.current_user_id())\n    )"
    )
    predicate = choose.choice((exists, listed))
    yield (
        f"CREATE POLICY {name}_members ON {name} TO app_user\n"
        f"    USING ({predicate})\n    WITH CHECK ({predicate})"
    )
    yield (
        f"CREATE POLICY {name}_members_read ON {name} FOR SELECT TO app_readonly\n"
        f"    USING ({predicate})"
    )


def restrictive_tenant(choose: random.Random, table: Table) -> Iterator[str]:
    name = table.name
    policy = f"{name}_tenant"
    table.tenant_policy = TenantPolicy(policy, "RESTRICTIVE")
    yield f"CREATE POLICY {policy} ON {name} AS RESTRICTIVE\n    USING ({TENANT_BY_GETTER})"
    yield f"CREATE POLICY {name}_owner ON {name} TO app_user\n    USING ({OWNER_BY_GETTER})"
    yield (
        f"CREATE POLICY {name}_read ON {name} FOR SELECT TO app_readonly\n"
        f"    USING ({TENANT_BY_GETTER})"
    )


def table_family(history: History) -> Iterator[str]:
    yield from tenant_table(history)
    if history.random.random() < 0.35:
        yield from tenant_table(history, parent=history.tables[-1])


def altered_tables(history: History) -> Iterator[str]:
    choose = history.random
    for table in history.some_tables(choose.randint(4, 7)):
        name, number = table.name, table.next_number()
        match choose.randrange(5):
            case 0:
                column = f"{pick(choose, WORDS)}_{number}"
                table.droppable_columns.append(column)
                yield f"ALTER TABLE {name} ADD COLUMN {column} text"
                yield f"COMMENT ON COLUMN {name}.{column} IS '{choose.choice(REASONS)}'"
            case 1:
                yield (
                    f"ALTER TABLE {name}\n    ADD COLUMN score_{number} integer,\n"
                    f"    ADD COLUMN scored_at_{number} timestamptz,\n"
                    f"    ALTER COLUMN score_{number} SET DEFAULT 0"
                )
                yield f"UPDATE {name} SET score_{number} = 0 WHERE score_{number} IS NULL"
                yield f"ALTER TABLE {name} ALTER COLUMN score_{number} SET NOT NULL"
            case 2:
                constraint = f"{name}_name_check_{number}"
                yield (
                    f"ALTER TABLE {name} ADD CONSTRAINT {constraint}\n"
                    f"    CHECK (length(name) BETWEEN 1 AND {choose.randint(200, 400)}) NOT VALID"
                )
                yield f"ALTER TABLE {name} VALIDATE CONSTRAINT {constraint}"
            case 3 if table.droppable_columns:
                column = table.droppable_columns.pop()
                yield f"ALTER TABLE public.{name} DROP COLUMN IF EXISTS {column}"
            case _:
                column = choose.choice(["created_at", "updated_at", "name"])
                yield (
                    f"CREATE INDEX IF NOT EXISTS {name}_{column}_idx_{number}\n"
                    f"    ON public.{name} USING btree (tenant_id, {column} DESC)\n"
                    "    WHERE status <> 'closed'"
                )
                yield f"COMMENT ON INDEX {name}_{column}_idx_{number} IS 'The list view.'"


def reference_table(history: History) -> Iterator[str]:
    choose = history.random
    name = f"{history.new_name()}_kinds"
    yield (
        f"CREATE TABLE {name} (\n    code text PRIMARY KEY,\n    title text NOT NULL,\n"
        "    sort_order integer NOT NULL DEFAULT 0,\n    notes text\n)"
    )
    yield f"COMMENT ON TABLE {name} IS 'The same for every tenant; changed by migrations only.'"
    yield f"GRANT SELECT ON {name} TO app_user, app_readonly"
    for number in range(choose.randint(17, 29)):
        rows = ",\n".join(
            f"    ('{pick(choose, WORDS)}-{number}-{row}', "
            f"'{pick(choose, WORDS).capitalize()}''s {pick(choose, NOUNS)}', "
            f"{choose.randrange(1000)}, '{choose.choice(REASONS)}')"
            for row in range(choose.choice((1, 1, 2)))
        )
        yield f"INSERT INTO {name} (code, title, sort_order, notes) VALUES\n{rows}"


def tenant_rows(history: History) -> Iterator[str]:
    choose = history.random
    for table in history.some_tables(4):
        for _ in range(choose.randint(4, 9)):
            title = f"{pick(choose, WORDS)} {pick(choose, NOUNS)}"
            yield (
                f"INSERT INTO {table.name} (tenant_id, owner_id, name, status)\n"
                f"VALUES ('{DEMO_TENANT}', '{DEMO_USER}', '{title}', "
                f"'{choose.choice(('new', 'active', 'closed'))}')\n"
                "ON CONFLICT DO NOTHING"
            )


def functions(history: History) -> Iterator[str]:
    for table in history.some_tables(4):
        table.has_dependent_code = True
        name, number = table.name, table.next_number()
        match history.random.randrange(4):
            case 0:
                yield (
                    f"CREATE FUNCTION {name}_count_{number}(wanted text) RETURNS bigint\n"
                    "    LANGUAGE sql STABLE\n    AS $$\n"
                    f"    SELECT count(*) FROM public.{name} AS t WHERE t.status = wanted\n$$"
                )
            case 1:
                routine = f"public.{name}_close_{number}(timestamptz)"
                yield (
                    f"CREATE FUNCTION public.{name}_close_{number}(before timestamptz) "
                    "RETURNS integer\n    LANGUAGE plpgsql\n    AS $function$\n"
                    "DECLARE\n    entry record;\n    closed integer := 0;\n"
                    "BEGIN\n"
                    f"    FOR entry IN SELECT id FROM public.{name} "
                    "WHERE created_at < before AND status = 'active'\n"
                    "    LOOP\n"
                    f"        UPDATE public.{name} SET status = 'closed' WHERE id = entry.id;\n"
                    "        closed := closed + 1;\n"
                    "    END LOOP;\n"
                    "    IF closed = 0 THEN\n"
                    "        RAISE NOTICE 'nothing was older than %', before;\n"
                    "    END IF;\n"
                    "    RETURN closed;\nEND\n$function$"
                )
                yield f"REVOKE EXECUTE ON FUNCTION {routine} FROM PUBLIC"
                yield f"GRANT EXECUTE ON FUNCTION {routine} TO app_user"
            case 2:
                routine = f"public.{name}_totals_{number}()"
                yield (
                    f"CREATE OR REPLACE FUNCTION {routine}\n"
                    "    RETURNS TABLE (status text, entries bigint)\n"
                    "    LANGUAGE sql STABLE SECURITY DEFINER\n    SET search_path = ''\n"
                    "    AS $$\n    SELECT t.status, count(*)\n"
                    f"    FROM public.{name} AS t\n"
                    "    WHERE t.tenant_id = (SELECT app.current_tenant_id())\n"
                    "    GROUP BY t.status\n$$"
                )
                yield f"REVOKE ALL ON FUNCTION {routine} FROM PUBLIC"
                yield f"GRANT EXECUTE ON FUNCTION {routine} TO app_user, app_readonly"
            case _:
                yield (
                    f"CREATE FUNCTION {name}_latest_{number}() RETURNS timestamptz\n"
                    "    LANGUAGE sql STABLE\n    BEGIN ATOMIC\n"
                    f"        SELECT max(t.created_at) FROM {name} AS t;\n    END"
                )
                yield f"COMMENT ON FUNCTION {name}_latest_{number}() IS 'For the dashboard.'"


def views(history: History) -> Iterator[str]:
    for table in history.some_tables(5):
        table.has_dependent_code = True
        name = table.name
        columns = ", ".join(["t.id", "t.tenant_id", "t.name", "t.status", "t.created_at"])
        if table.views:
            yield (
                f"CREATE OR REPLACE VIEW {table.views[-1]} WITH (security_invoker = true) AS\n"
                f"    SELECT {columns}\n    FROM {name} AS t\n"
                "    WHERE t.status IN ('new', 'active')"
            )
            continue
        view = f"open_{name}"
        table.views.append(view)
        yield (
            f"CREATE VIEW {view} WITH (security_invoker = true, security_barrier = true) AS\n"
            f"    SELECT {columns}\n    FROM {name} AS t\n    WHERE t.status <> 'closed'"
        )
        yield f"GRANT SELECT ON {view} TO app_user, app_readonly"
        yield f"COMMENT ON VIEW {view} IS 'What the start page lists.'"


def reworked_policies(history: History) -> Iterator[str]:
    for table in history.some_tables(12):
        policy = table.tenant_policy
        if policy is None:
            continue
        match history.random.randrange(3):
            case 0:
                yield f"ALTER POLICY {policy.name} ON {table.name}\n    USING ({TENANT_BY_GETTER})"
            case 1:
                old, policy.name = policy.name, f"{table.name}_isolation_{table.next_number()}"
                yield f"ALTER POLICY {old} ON {table.name} RENAME TO {policy.name}"
            case _:
                yield f"DROP POLICY IF EXISTS {policy.name} ON {table.name}"
                yield (
                    f"CREATE POLICY {policy.name} ON {table.name} AS {policy.mode}\n"
                    f"    USING ({TENANT_BY_SETTING})\n    WITH CHECK ({TENANT_BY_SETTING})"
                )


def renamed_tables(history: History) -> Iterator[str]:
    for table in history.some_tables(3):
        if not table.has_dependent_code:
            old, table.name = table.name, history.new_name()
            yield f"ALTER TABLE {old} RENAME TO {table.name}"
            yield f"COMMENT ON TABLE {table.name} IS 'Was {old} once.'"


def looped_row_security(history: History) -> Iterator[str]:
    names = [history.new_name() for _ in range(4)]
    for name in names:
        yield (
            f"CREATE TABLE {name} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
            "    tenant_id uuid NOT NULL REFERENCES app.tenants (id),\n    payload jsonb\n)"
        )
        yield f"CREATE INDEX ON {name} (tenant_id)"
    listed = ", ".join(f"'{name}'" for name in names)
    predicate = TENANT_BY_GETTER
    yield (
        "DO $$\nDECLARE\n    relation text;\nBEGIN\n"
        f"    FOREACH relation IN ARRAY ARRAY[{listed}] LOOP\n"
        "        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', relation);\n"
        "        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', relation);\n"
        "        EXECUTE format(\n"
        f"            'CREATE POLICY %I ON %I USING ({predicate})',\n"
        "            relation || '_tenant', relation);\n"
        "        EXECUTE format('GRANT SELECT, INSERT ON %I TO app_user', relation);\n"
        "    END LOOP;\nEND\n$$"
    )


def partitioned_table(history: History) -> Iterator[str]:
    name = history.new_name()
    yield (
        f"CREATE TABLE {name} (\n    tenant_id uuid NOT NULL,\n"
        "    happened_at timestamptz NOT NULL DEFAULT now(),\n    body jsonb NOT NULL\n"
        ") PARTITION BY RANGE (happened_at)"
    )
    yield f"CREATE INDEX {name}_tenant_idx ON {name} (tenant_id, happened_at)"
    partitions = [f"{name}_{year}" for year in range(2023, 2027)]
    for year, partition in enumerate(partitions, start=2023):
        yield (
            f"CREATE TABLE {partition} PARTITION OF {name}\n"
            f"    FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01')"
        )
    for relation in (name, *partitions):
        yield f"ALTER TABLE {relation} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {relation} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY {relation}_tenant ON {relation}\n    USING ({TENANT_BY_GETTER})"
    yield f"GRANT SELECT, INSERT ON {name} TO app_user"


def roles_and_grants(history: History) -> Iterator[str]:
    history.role_count += 1
    role = f"app_area_{history.role_count}"
    yield (
        "DO $$\nBEGIN\n"
        f"    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN\n"
        f"        CREATE ROLE {role} NOLOGIN;\n    END IF;\nEND\n$$"
    )
    yield f"GRANT USAGE ON SCHEMA app TO {role}"
    for table in history.some_tables(6):
        yield f"GRANT SELECT ON TABLE {table.name} TO {role}"
        yield f"REVOKE TRUNCATE, REFERENCES, TRIGGER ON {table.name} FROM app_user"
    yield f"GRANT {role} TO app_user"


MIGRATION_KINDS: tuple[tuple[Callable[[History], Iterator[str]], str, int], ...] = (
    (table_family, "create", 26),
    (altered_tables, "alter", 18),
    (reference_table, "reference", 17),
    (tenant_rows, "seed", 14),
    (functions, "functions", 9),
    (views, "views", 5),
    (reworked_policies, "policies", 4),
    (renamed_tables, "rename", 1),
    (looped_row_security, "bulk", 3),
    (partitioned_table, "partitions", 2),
    (roles_and_grants, "grants", 3),
)


def migrations(files: int) -> Iterator[tuple[str, str]]:
    """File names and contents of a history of that many migrations, in order."""
    history = History(random.Random(SEED))
    yield "0001_bootstrap.sql", migration_text(history, 1, "bootstrap", bootstrap(history))
    kinds = [kind for kind, _, _ in MIGRATION_KINDS]
    titles = {kind: title for kind, title, _ in MIGRATION_KINDS}
    weights = [weight for _, _, weight in MIGRATION_KINDS]
    for number in range(2, files + 1):
        first_ones = number < 12
        kind = table_family if first_ones else history.random.choices(kinds, weights)[0]
        title = f"{titles[kind]}_{pick(history.random, WORDS)}"
        yield f"{number:04}_{title}.sql", migration_text(history, number, title, kind(history))


def migration_text(history: History, number: int, title: str, statements: Iterator[str]) -> str:
    choose = history.random
    parts = [f"-- Migration {number:04}: {title.replace('_', ' ')}", f"-- {choose.choice(REASONS)}"]
    for statement in statements:
        if choose.random() < 0.15:
            parts.append(f"\n-- {choose.choice(REASONS)}")
        parts.append(f"{statement};")
    return "\n".join(parts) + "\n"


def schema(tables: int, policies: int) -> Iterator[str]:
    """Statements of one schema: up to four policies a table, three distinct predicates in all."""
    choose = random.Random(SEED)
    history = History(choose)
    yield from bootstrap(history)
    own = f"{TENANT_BY_GETTER} AND {OWNER_BY_GETTER}"
    for _ in range(tables):
        name = history.new_name()
        columns = ["id uuid PRIMARY KEY", "tenant_id uuid NOT NULL", "owner_id uuid NOT NULL"]
        extra = choose.sample(EXTRA_COLUMNS, choose.randint(3, 8))
        columns += [f"{column} {kind}" for column, kind in extra]
        yield f"CREATE TABLE public.{name} (\n    " + ",\n    ".join(columns) + "\n)"
        yield f"CREATE INDEX {name}_tenant_idx ON public.{name} (tenant_id)"
        yield f"CREATE INDEX {name}_owner_idx ON public.{name} (owner_id)"
        yield f"ALTER TABLE public.{name} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE public.{name} FORCE ROW LEVEL SECURITY"
        tenant = TENANT_BY_GETTER
        clauses = (
            ("select", f"USING ({tenant})"),
            ("insert", f"WITH CHECK ({TENANT_BY_SETTING})"),
            ("update", f"USING ({tenant}) WITH CHECK ({tenant})"),
            ("delete", f"USING ({own})"),
        )
        for command, clause in clauses[:policies]:
            yield (
                f"CREATE POLICY {name}_{command} ON public.{name} FOR {command.upper()} "
                f"TO app_user {clause}"
            )
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON public.{name} TO app_user"


def small() -> Iterator[str]:
    """Statements of the smallest useful file: one table, its policy and its index."""
    yield "CREATE ROLE app_user LOGIN"
    yield "CREATE TABLE docs (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, body text)"
    yield "CREATE INDEX docs_tenant_id_idx ON docs (tenant_id)"
    yield "ALTER TABLE docs ENABLE ROW LEVEL SECURITY"
    yield "ALTER TABLE docs FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY docs_tenant ON docs\n    USING ({TENANT_BY_SETTING})"
    yield "GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user"


def write(path: Path, statements: Iterator[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{statement};\n" for statement in statements), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("migrations", "schema", "small"))
    parser.add_argument("target", type=Path, help="a directory for migrations, else a file")
    parser.add_argument(
        "--files", type=int, default=500, help="migrations: how many, at most 9999 (500)"
    )
    parser.add_argument("--tables", type=int, default=2000, help="schema: how many (2000)")
    parser.add_argument(
        "--policies", type=int, default=4, help="schema: how many on each table, at most 4 (4)"
    )
    options = parser.parse_args()
    match options.what:
        case "migrations":
            options.target.mkdir(parents=True, exist_ok=True)
            for name, text in migrations(options.files):
                (options.target / name).write_text(text, encoding="utf-8")
        case "schema":
            write(options.target, schema(options.tables, options.policies))
        case _:
            write(options.target, small())


if __name__ == "__main__":
    main()
