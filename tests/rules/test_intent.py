"""What a project says on purpose weighs less, and what it only forgot does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from tests.linting import findings_of, lint

PROTECTED = """CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, user_id int);
CREATE INDEX ON docs (tenant_id);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int)
    AND user_id = (SELECT nullif(current_setting('app.user_id', true), '')::int));
CREATE POLICY support ON docs FOR SELECT
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE ROLE app LOGIN;
GRANT SELECT ON docs TO app;
"""


def _severities(folder: Path, files: dict[str, str], rule: str) -> list[str]:
    return [found.severity.name for found in findings_of(lint(folder, files), rule)]


READ = "current_setting('app.tenant_id', true)"


@pytest.mark.parametrize(
    ("name", "column", "command", "severity"),
    [
        ("Anyone can view", "title", "SELECT", "info"),
        ("Anyone can view", "email", "SELECT", "warning"),
        ("Anyone can change", "title", "UPDATE", "error"),
        ("Members can view", "title", "SELECT", "error"),
        ("public_posts_select", "title", "SELECT", "error"),
        ("global tenant isolation", "title", "SELECT", "error"),
    ],
)
def test_a_policy_that_says_that_it_publishes_is_believed(
    tmp_path: Path, name: str, column: str, command: str, severity: str
) -> None:
    sql = f"""{PROTECTED}CREATE TABLE posts (id int PRIMARY KEY, tenant_id int, {column} text);
    GRANT SELECT, UPDATE ON posts TO app;
    ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
    CREATE POLICY "{name}" ON posts FOR {command} USING (true);"""
    assert _severities(tmp_path, {"migrations/1.sql": sql}, "policy-using-true") == [severity]


@pytest.mark.parametrize(
    ("name", "severity"), [("Anyone can view active docs", "info"), ("view docs", "warning")]
)
def test_a_state_that_a_policy_publishes_by_name_is_no_way_out(
    tmp_path: Path, name: str, severity: str
) -> None:
    sql = f"""{PROTECTED}ALTER TABLE docs ADD active boolean NOT NULL DEFAULT true;
    CREATE POLICY "{name}" ON docs FOR SELECT USING (active OR tenant_id =
      (SELECT nullif(current_setting('app.tenant_id', true), '')::int));"""
    found = _severities(tmp_path, {"migrations/1.sql": sql}, "policy-or-escape-branch")
    assert found == [severity]


@pytest.mark.parametrize(
    ("comment", "column", "severity"),
    [
        ("read before there is a tenant: no RLS", "tenant_id", "info"),
        ("SEM RLS, antes do login", "tenant_id", "info"),
        ("no RLS yet", "tenant_id", "error"),
        ("sessions", "tenant_id", "error"),
        ("sessions", "user_id", "warning"),
    ],
)
def test_a_table_without_row_security_weighs_what_is_known_of_it(
    tmp_path: Path, comment: str, column: str, severity: str
) -> None:
    files = {
        "migrations/1.sql": PROTECTED,
        "migrations/2.sql": f"-- {comment}\nCREATE TABLE sessions (token text, {column} int);"
        "GRANT SELECT ON sessions TO app;",
    }
    assert _severities(tmp_path, files, "rls-not-enabled") == [severity]


@pytest.mark.parametrize(
    ("above", "inside", "severity"),
    [
        ("-- countries: no RLS\nCREATE TABLE countries (code text);", "", "error"),
        ("CREATE TABLE countries (code text);\n-- countries is without RLS", "", "error"),
        ("CREATE TABLE a (b text);\n-- without RLS every tenant would see all", "", "error"),
        ("CREATE TABLE a (b text);\n-- RLS policies: tenant_id is not null", "", "error"),
        ("-- sessions has no RLS\nCREATE TABLE a (b text);", "", "info"),
        ("CREATE TABLE a (b text);\n-- RLS intentionally not enabled", "", "info"),
        ("CREATE TABLE a (b text);", " -- no RLS", "info"),
    ],
)
def test_a_comment_speaks_of_the_table_that_it_stands_at_or_names(
    tmp_path: Path, above: str, inside: str, severity: str
) -> None:
    files = {
        "migrations/1.sql": PROTECTED,
        "migrations/2.sql": f"{above}\nCREATE TABLE sessions (token text,{inside}\n tenant_id int);"
        "\nGRANT SELECT ON sessions TO app;",
    }
    assert _severities(tmp_path, files, "rls-not-enabled") == [severity]


def test_migrations_that_run_no_more_are_named(tmp_path: Path) -> None:
    files = {
        "migrations/1.sql": PROTECTED,
        "migrations/old/0.sql": "CREATE TABLE notes (tenant_id int);GRANT SELECT ON notes TO app;",
    }
    unchecked = lint(tmp_path, files).not_checked
    assert [(one.kind, Path(one.object).name) for one in unchecked] == [("old migration", "0.sql")]


def test_what_a_platform_grants_is_not_missed_where_only_policies_name_its_roles(
    tmp_path: Path,
) -> None:
    sql = """CREATE TABLE notes (id int PRIMARY KEY, org_id uuid NOT NULL);
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY everything ON notes TO authenticated USING (true);"""
    result = lint(tmp_path, {"migrations/1.sql": sql})
    assert findings_of(result, "policy-using-true")
    assert not findings_of(result, "policy-without-grant")


def test_a_grant_by_name_is_no_accident_of_default_privileges(tmp_path: Path) -> None:
    later = "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app;"
    table = "CREATE TABLE tokens (token text, tenant_id int NOT NULL);"
    files = {"migrations/1.sql": PROTECTED, "migrations/2.sql": later, "migrations/3.sql": table}
    assert findings_of(lint(tmp_path, files), "default-privileges-broad")
    files["migrations/3.sql"] += "GRANT SELECT ON tokens TO app;"
    found = findings_of(lint(tmp_path, files), "default-privileges-broad")
    assert [one.severity for one in found] == [Severity.info]  # Of what comes later.


@pytest.mark.parametrize(
    ("line", "is_run"),
    [
        ("psql -f prisma/rls.sql", True),
        ("psql \\\n  --file=./rls.sql", True),
        ("# see prisma/rls.sql", False),
        ("psql -f prisma/no-rls.sql", False),
        ("rm -f prisma/rls.sql", False),
    ],
)
def test_a_script_that_something_runs_is_the_end_of_the_history(
    tmp_path: Path, line: str, is_run: bool
) -> None:
    table = "CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);"
    script = """ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON docs
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));"""
    files = {
        "prisma/migrations/1_docs/migration.sql": table,
        "prisma/rls.sql": script,
        "migrate.sh": f"set -e\n{line}\n",
    }
    result = lint(tmp_path, files)
    assert bool(findings_of(result, "rls-files-outside-history")) is not is_run
    # Either way it is judged as it is where it was run.
    assert (result.checked.migrations, result.checked.scripts) == (2, 0)


@pytest.mark.parametrize(("is_closed", "severity"), [(False, "warning"), (True, "info")])
def test_a_door_that_is_opened_by_name_shows_one_row_on_purpose(
    tmp_path: Path, is_closed: bool, severity: str
) -> None:
    sql = f"""{PROTECTED}ALTER TABLE docs ADD code text UNIQUE, NO FORCE ROW LEVEL SECURITY;
    CREATE FUNCTION tenant_of(wanted text) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER
      SET search_path = public, pg_temp AS 'SELECT tenant_id FROM docs WHERE code = wanted';
    """
    if is_closed:
        sql += "REVOKE EXECUTE ON FUNCTION tenant_of FROM PUBLIC;"
    sql += "GRANT EXECUTE ON FUNCTION tenant_of TO app;"
    found = _severities(tmp_path, {"migrations/1.sql": sql}, "security-definer-function-bypass")
    assert found == [severity]


@pytest.mark.parametrize(("named_by", "found"), [("compose.yaml", 0), ("notes.txt", 1)])
def test_roles_that_a_script_makes_are_there_before_the_migrations(
    tmp_path: Path, named_by: str, found: int
) -> None:
    roles = """CREATE ROLE app LOGIN NOBYPASSRLS;
    CREATE ROLE app_flyway LOGIN BYPASSRLS;
    ALTER ROLE app SET app.tenant_id = '0';"""
    table = """CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
    CREATE INDEX ON docs (tenant_id);
    ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON docs
      USING (tenant_id = (SELECT current_setting('app.tenant_id', true)::int));
    GRANT SELECT ON docs TO app; GRANT ALL ON docs TO app_flyway;"""
    files = {
        "db/migration/V1__docs.sql": table,
        "docker/init-db.sql": roles,
        named_by: "services:\n  db:\n    image: postgres:17\n    volumes:\n"
        "      - ./docker/init-db.sql:/docker-entrypoint-initdb.d/init.sql\n",
    }
    result = lint(tmp_path, files)
    assert not findings_of(result, "grant-truncate")
    assert not findings_of(result, "app-role-bypassrls")
    assert len(findings_of(result, "current-setting-empty-cast")) == found


def test_an_index_that_only_changes_would_use_is_an_info(tmp_path: Path) -> None:
    condition = "(user_id = (SELECT nullif(current_setting('app.user_id', true), '')::int))"
    policy = f"CREATE POLICY own ON notes FOR DELETE USING {condition};"
    sql = f"""{PROTECTED}CREATE TABLE notes (id int PRIMARY KEY, user_id int, body text);
    GRANT SELECT, DELETE ON notes TO app; ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY public_ones ON notes FOR SELECT USING (body <> '');{policy}"""
    rule = "policy-column-unindexed"
    assert "info" in _severities(tmp_path, {"migrations/1.sql": sql}, rule)
    sql = sql.replace("FOR DELETE", "")
    assert "info" not in _severities(tmp_path, {"migrations/1.sql": sql}, rule)


def test_a_key_may_be_what_a_unique_index_is_on(tmp_path: Path) -> None:
    sql = f"""{PROTECTED}ALTER TABLE docs ADD email text, NO FORCE ROW LEVEL SECURITY;
    CREATE UNIQUE INDEX ON docs (lower(email));
    CREATE FUNCTION found(wanted text) RETURNS TABLE (id int) LANGUAGE sql STABLE SECURITY DEFINER
      SET search_path = public, pg_temp
      AS 'SELECT d.id FROM docs d WHERE lower(d.email) = lower(btrim(wanted))';"""
    (found,) = findings_of(
        lint(tmp_path, {"migrations/1.sql": sql}), "security-definer-function-bypass"
    )
    assert found.severity.name == "warning"
    assert "whose email they know" in found.finding.message


@pytest.mark.parametrize(
    ("asks", "beside", "found"),
    [
        ("status = 'active'", "", 0),
        ("true", "", 1),
        ("status = 'active'", "user_id = auth.uid()", 1),
    ],
)
def test_members_who_let_in_others_give_nothing_to_themselves(
    tmp_path: Path, asks: str, beside: str, found: int
) -> None:
    sql = f"""CREATE TABLE members (org_id uuid, user_id uuid, status text);
    CREATE TABLE notes (id int PRIMARY KEY, org_id uuid NOT NULL);
    CREATE FUNCTION is_member(org uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
      SET search_path = public, pg_temp AS $$ SELECT EXISTS (SELECT FROM members m
        WHERE m.org_id = org AND m.user_id = auth.uid() AND {asks}) $$;
    ALTER TABLE members ENABLE ROW LEVEL SECURITY; ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY m ON members USING (is_member(org_id))
      WITH CHECK ({f"{beside} OR " if beside else ""}is_member(org_id));
    CREATE POLICY n ON notes USING (EXISTS (SELECT FROM members m WHERE m.org_id = notes.org_id
      AND m.user_id = auth.uid() AND m.status = 'active'));"""
    result = lint(tmp_path, {"supabase/migrations/1_a.sql": sql})
    assert len(findings_of(result, "policy-writable-authority-table")) == found


@pytest.mark.parametrize(("has_server", "severity"), [(True, "info"), (False, "warning")])
def test_who_runs_the_migrations_may_be_the_superuser_of_the_server_that_is_set_up(
    tmp_path: Path, has_server: bool, severity: str
) -> None:
    files = {
        "migrations/1.sql": PROTECTED,
        "migrations/2.sql": "UPDATE docs SET tenant_id = 2 WHERE tenant_id = 1;",
    }
    if has_server:
        files["compose.yaml"] = (
            "services:\n  db:\n    image: postgres:17\n"
            "    environment:\n      POSTGRES_USER: postgres\n"
        )
    assert _severities(tmp_path, files, "migration-write-under-force") == [severity]


@pytest.mark.parametrize(("default", "found"), [("auth.uid()", 0), ("gen_random_uuid()", 1)])
def test_what_a_call_leaves_out_is_the_default(tmp_path: Path, default: str, found: int) -> None:
    sql = f"""CREATE TABLE notes (id int PRIMARY KEY, user_id uuid NOT NULL);
    CREATE TABLE admins (id uuid PRIMARY KEY);
    CREATE FUNCTION is_admin(who uuid DEFAULT {default}) RETURNS boolean LANGUAGE sql STABLE
      SECURITY DEFINER SET search_path = public, pg_temp
      AS 'SELECT EXISTS (SELECT FROM admins a WHERE a.id = who)';
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY n ON notes FOR SELECT USING (user_id = auth.uid() OR is_admin());"""
    result = lint(tmp_path, {"supabase/migrations/1_a.sql": sql})
    assert len(findings_of(result, "policy-or-escape-branch")) == found


@pytest.mark.parametrize(("command", "found"), [("ALL", 0), ("SELECT", 1)])
def test_beside_true_nothing_is_called(tmp_path: Path, command: str, found: int) -> None:
    sql = f"""CREATE TABLE notes (id int PRIMARY KEY, user_id uuid NOT NULL);
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON notes FOR UPDATE USING (user_id = auth.uid());
    CREATE POLICY everything ON notes FOR {command} USING (true);"""
    result = lint(tmp_path, {"supabase/migrations/1_a.sql": sql})
    assert len(findings_of(result, "policy-function-not-wrapped")) == found


@pytest.mark.parametrize(
    ("asked", "is_checked"),
    [
        ("m.tenant_id = (SELECT t.id FROM tenants t WHERE t.id = docs.tenant_id)", True),
        ("m.tenant_id IN (SELECT t.id FROM tenants t WHERE t.id = docs.tenant_id)", True),
        ("EXISTS (SELECT FROM tenants t WHERE t.id = docs.tenant_id AND t.id = m.tenant_id)", True),
        ("EXISTS (SELECT FROM tenants t WHERE t.id = docs.tenant_id)", False),
        ("docs.tenant_id IN (SELECT t.id FROM tenants t)", False),
        ("m.tenant_id <> (SELECT t.id FROM tenants t WHERE t.id = docs.tenant_id)", False),
    ],
)
def test_what_is_looked_up_beside_a_sub_select_checks_no_row(
    tmp_path: Path, asked: str, is_checked: bool
) -> None:
    sql = f"""{PROTECTED}CREATE TABLE tenants (id int PRIMARY KEY);
    CREATE TABLE members (user_id int NOT NULL, tenant_id int NOT NULL);
    GRANT SELECT ON members, tenants TO app;
    GRANT INSERT ON docs TO app;
    CREATE POLICY adding ON docs FOR INSERT WITH CHECK (EXISTS (SELECT FROM members m
      WHERE m.user_id = (SELECT nullif(current_setting('app.user_id', true), '')::int)
        AND {asked}));"""
    sql = sql.replace("CREATE POLICY tenant ON docs", "CREATE POLICY tenant ON docs FOR SELECT")
    found = findings_of(lint(tmp_path, {"migrations/1.sql": sql}), "insert-check-true")
    assert bool(found) is not is_checked


def test_a_check_that_goes_by_what_the_row_refers_to_checks_it(tmp_path: Path) -> None:
    sql = """CREATE TABLE studies (id uuid PRIMARY KEY, sponsor_id uuid NOT NULL);
    CREATE TABLE sites (id uuid PRIMARY KEY, study_id uuid NOT NULL REFERENCES studies);
    CREATE TABLE site_users (site_id uuid NOT NULL REFERENCES sites, user_id uuid NOT NULL);
    ALTER TABLE site_users ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON site_users FOR SELECT USING (user_id = auth.uid());
    CREATE POLICY managers ON site_users FOR INSERT WITH CHECK (EXISTS (SELECT FROM studies s
      WHERE s.sponsor_id = auth.uid()
        AND s.id = (SELECT i.study_id FROM sites i WHERE i.id = site_id)));"""
    result = lint(tmp_path, {"supabase/migrations/1_a.sql": sql})
    messages = [one.finding.message for one in findings_of(result, "insert-check-true")]
    assert not [one for one in messages if "site_id" in one]


@pytest.mark.parametrize(
    ("path", "severity"), [("scripts/fill.py", "info"), ("src/bin/server.py", "error")]
)
def test_a_server_in_bin_has_a_pool_and_is_no_script(
    tmp_path: Path, path: str, severity: str
) -> None:
    program = """from psycopg_pool import ConnectionPool
pool = ConnectionPool("postgres://app@db/x")
def handle(tenant):
    with pool.connection() as connection:
        connection.execute("SELECT set_config('app.tenant_id', %s, false)", (tenant,))
        return connection.execute("SELECT * FROM docs").fetchall()
"""
    files = {"migrations/1.sql": PROTECTED, path: program}
    assert _severities(tmp_path, files, "set-config-session") == [severity]


@pytest.mark.parametrize(
    ("library", "hook", "beside", "found"),
    [
        ("asyncpg", "setup", "", False),
        # What asyncpg has set for a new connection it resets as soon as that comes back.
        ("asyncpg", "init", "", True),
        ("psycopg_pool", "configure", "", False),
        ("psycopg_pool", "configure", "RESET ALL", True),
        ("psycopg_pool", "configure", "DISCARD ALL", True),
    ],
)
def test_what_a_pool_gives_to_new_connections_lasts_until_a_reset(
    library: str, hook: str, beside: str, found: bool, tmp_path: Path
) -> None:
    sql = PROTECTED.replace("nullif(current_setting('app.tenant_id', true), '')", READ)
    opened = f"AsyncConnectionPool(os.environ['DATABASE_URL'], {hook}=begin)"
    lent, imports = "pool.connection", "from psycopg_pool import AsyncConnectionPool"
    if library == "asyncpg":
        opened = f"asyncpg.create_pool(os.environ['DATABASE_URL'], {hook}=begin)"
        lent, imports = "pool.acquire", "import asyncpg"
    program = f"""
import os
{imports}

async def begin(connection):
    await connection.execute("SELECT set_config('app.tenant_id', '0', false)")

pool = {opened}

async def documents():
    async with {lent}() as connection:
        async with connection.transaction():
            await connection.execute("SET LOCAL app.tenant_id = '7'")
            await connection.execute("SELECT id FROM docs")
        await connection.execute("{beside or "SELECT 1"}")
"""
    files = {"migrations/1.sql": sql, "app.py": program}
    result = lint(tmp_path, files)
    assert bool(findings_of(result, "current-setting-empty-cast")) == found


@pytest.mark.parametrize(
    ("taking", "severity"),
    [
        ("    give(cursor)", "info"),
        ("    if tenant.get():\n        give(cursor)", "warning"),
        ("    if not tenant.get():\n        return\n    give(cursor)", "warning"),
        ("    if not tenant.get():\n        raise KeyError\n    give(cursor)", "info"),
    ],
)
def test_a_hook_that_sets_the_tenant_for_some_alone(
    taking: str, severity: str, tmp_path: Path
) -> None:
    program = f"""
import os
from contextvars import ContextVar
from sqlalchemy import create_engine, event

tenant = ContextVar("tenant", default=None)
engine = create_engine(os.environ["DATABASE_URL"])

def give(cursor):
    cursor.execute("SELECT set_config('app.tenant_id', %s, false)", (tenant.get(),))

@event.listens_for(engine, "checkout")
def take(connection, record, proxy):
    cursor = connection.cursor()
{taking}
"""
    files = {"migrations/1.sql": PROTECTED, "app.py": program}
    assert _severities(tmp_path, files, "set-config-session") == [severity]
