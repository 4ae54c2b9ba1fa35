"""What real projects do that must neither raise a false alarm nor hide a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.engine import check
from tests.linting import findings_of, lint

TENANTS = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE docs FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON docs TO app_user USING (true);
"""


PROTECTED = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, share_token text, at timestamptz);
CREATE TABLE hits (id int PRIMARY KEY, address text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, UPDATE ON docs TO app_user;
GRANT SELECT, INSERT ON hits TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE hits ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app_user
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""


def _names(folder: Path, files: dict[str, str]) -> list[str]:
    return [found.name for found in lint(folder, files).findings]


def test_a_policy_on_a_table_that_is_only_made_later_if_it_is_missing(tmp_path: Path) -> None:
    policy = """DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_policies WHERE tablename = 'members' AND policyname = 'p')
      THEN
        EXECUTE 'CREATE POLICY p ON public.members FOR DELETE TO app_user USING (EXISTS (
          SELECT 1 FROM public.members m
          WHERE m.user_id = current_setting(''app.user'')::int AND m.tenant_id = tenant_id))';
      END IF; END $$;
    """
    table = """CREATE TABLE IF NOT EXISTS public.members (user_id int, tenant_id int);
    ALTER TABLE public.members ENABLE ROW LEVEL SECURITY;
    """
    files = {"migrations/0001_policy.sql": policy, "migrations/0002_table.sql": table}
    assert "policy-column-shadowed" in _names(tmp_path, files)


def test_a_policy_is_not_judged_by_a_table_that_is_only_made_later(tmp_path: Path) -> None:
    owned = """CREATE TABLE IF NOT EXISTS public.{0} (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL UNIQUE);
    ALTER TABLE public.{0} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON public.{0} USING (auth.uid() = user_id);
    """
    policy = """ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
    CREATE POLICY key ON public.profiles FOR UPDATE TO authenticated USING (auth.uid() = id);
    """
    tables = "".join(owned.format(name) for name in ("profiles", "notes", "tags"))
    early = {"supabase/migrations/1_policy.sql": policy, "supabase/migrations/2_tables.sql": tables}
    assert "policy-wrong-discriminator" not in _names(tmp_path / "a", early)
    late = {"supabase/migrations/1_tables.sql": tables, "supabase/migrations/2_policy.sql": policy}
    assert "policy-wrong-discriminator" in _names(tmp_path / "b", late)


def test_a_script_that_repeats_a_migration_repeats_no_finding(tmp_path: Path) -> None:
    once = lint(tmp_path, {"migrations/0001_docs.sql": TENANTS})
    again = lint(
        tmp_path, {"migrations/0001_docs.sql": TENANTS, "all.sql": TENANTS, "old/all.sql": TENANTS}
    )
    assert [found.fingerprint for found in again.findings] == [f.fingerprint for f in once.findings]
    spans = [found.finding.span for found in again.findings]
    assert {Path(span.text.path).name for span in spans if span} == {"0001_docs.sql"}


def test_a_variable_of_psql_is_shown_as_it_is_written(tmp_path: Path) -> None:
    sql = TENANTS.replace("app_user", ":VISITOR")
    (found,) = [f for f in lint(tmp_path, {"schema.sql": sql}).findings if f.code == "RLS101"]
    assert found.finding.message.startswith(":VISITOR can read")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a int);\n\\copy t FROM STDIN\n1\n2\n\\.\nSELECT 1;",
        "CREATE TABLESPACE s LOCATION :'place';",
        "ALTER SEQUENCE s RESTART :last;",
        ":create_command;",
        '#include "udfs/add/1.sql"\nSELECT 1;',
        'CREATE INDEX i ON "{{ index .Options "Namespace" }}".users (a);',
        "DO $$ BEGIN CREATE ROLE {{app_user}}; END $$\n\nCREATE TABLE t (a int);",
        "ALTER TABLE t MODIFY TTL at + INTERVAL 1 DAY;",
    ],
)
def test_what_another_program_reads_is_no_broken_sql(tmp_path: Path, sql: str) -> None:
    assert "unparsable-sql" not in _names(tmp_path, {"script.sql": sql})


def test_what_is_no_ddl_is_only_mentioned_where_it_is_broken(tmp_path: Path) -> None:
    sql = "PERFORM f();\nCREATE TABLE t (a '{{1,2}}' int[];\nSELECT 1 FROM FROM t;\n"
    result = lint(tmp_path, {"migrations/1.sql": sql})
    found = [f.severity.name for f in findings_of(result, "unparsable-sql")]
    assert sorted(found) == ["error", "info"]


def test_a_template_in_a_block_hides_nothing(tmp_path: Path) -> None:
    sql = """CREATE TABLE {{ index .Options "Namespace" }}.docs (id int, tenant_id int);
    DO $$ BEGIN
      ALTER TABLE "{{ index .Options "Namespace" }}".docs ENABLE ROW LEVEL SECURITY;
    END $$;
    """
    assert lint(tmp_path, {"migrations/1.sql": sql}).not_checked == ()


def test_a_superuser_alone_asks_for_no_row_security(tmp_path: Path) -> None:
    files = {
        "migrations/0001_docs.sql": "CREATE TABLE docs (id int PRIMARY KEY, tenant_id int);",
        ".env": "DATABASE_URL=postgres://postgres:secret@db.internal/app\n",
    }
    assert "rls-not-enabled" not in _names(tmp_path, files)


def test_an_operation_of_a_library_is_not_taken_for_nothing(tmp_path: Path) -> None:
    migration = """from django.db import migrations, models
from library.operations import EnableRLS


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel("Doc", [("id", models.AutoField(primary_key=True))]),
        EnableRLS(model_name="doc"),
    ]
"""
    result = lint(tmp_path, {"app/migrations/0001_initial.py": migration})
    assert result.uses_row_security is None
    assert "public.app_doc" in {item.object for item in result.not_checked}


def test_a_role_that_is_looked_up_by_its_key_is_a_gate(tmp_path: Path) -> None:
    sql = """CREATE TABLE roles (user_id uuid NOT NULL, role text NOT NULL, UNIQUE (user_id, role));
    ALTER TABLE roles ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON roles FOR SELECT TO authenticated USING (user_id = auth.uid());
    CREATE FUNCTION has_role(caller uuid, wanted text) RETURNS bool LANGUAGE sql STABLE
    SECURITY DEFINER AS $$ SELECT EXISTS (
      SELECT FROM roles r WHERE r.user_id = caller AND r.role = wanted) $$;
    CREATE POLICY admins ON roles TO authenticated USING (has_role(auth.uid(), 'admin'));
    """
    names = _names(tmp_path, {"supabase/migrations/0001_roles.sql": sql})
    assert "policy-no-row-reference" not in names


def _definer(folder: Path, arguments: str, returns: str, body: str) -> list[tuple[str, str]]:
    """Return how grave it is that a function runs as its owner, and the effect that is told."""
    language = "plpgsql" if body.startswith(("BEGIN", "DECLARE")) else "sql"
    function = (
        f"CREATE FUNCTION f({arguments}) RETURNS {returns} LANGUAGE {language} SECURITY DEFINER "
        f"SET search_path = public, pg_temp AS $$ {body} $$;"
    )
    result = lint(folder, {"migrations/1.sql": PROTECTED + function})
    return [
        (f.severity.name, f.finding.message.partition(" by calling")[0].partition(" can ")[2])
        for f in findings_of(result, "security-definer-function-bypass")
    ]


@pytest.mark.parametrize(
    ("arguments", "returns", "body"),
    [
        ("token text", "SETOF docs", "SELECT * FROM docs WHERE share_token = token"),
        (
            "text",
            "SETOF docs",
            "SELECT d.* FROM docs d WHERE d.share_token = md5($1) AND id > 0",
        ),
        ("t text", "void", "BEGIN UPDATE docs SET at = now() WHERE share_token = t; END"),
        (
            "t text",
            "json",
            "DECLARE d docs; h text := md5(t); BEGIN"
            " SELECT * INTO d FROM docs WHERE share_token = h;"
            " DELETE FROM docs WHERE tenant_id = d.tenant_id; RETURN to_json(d); END",
        ),
        (
            "one int, t text",
            "bool",
            "BEGIN UPDATE docs SET at = now() WHERE id = one AND EXISTS"
            " (SELECT FROM docs d WHERE d.id = docs.id AND d.share_token = t); RETURN found; END",
        ),
        (
            "which int, t text",
            "docs",
            "DECLARE d docs; BEGIN SELECT * INTO d FROM docs WHERE id = which;"
            " IF d.share_token IS DISTINCT FROM md5(t) THEN RETURN NULL; END IF; RETURN d; END",
        ),
        (
            "t text",
            "json",
            "DECLARE d docs; BEGIN SELECT * INTO d FROM docs WHERE share_token = t;"
            " RETURN json_build_object('all',"
            " (SELECT json_agg(o) FROM docs o WHERE o.tenant_id = d.tenant_id)); END",
        ),
        ("address text", "void", "BEGIN INSERT INTO hits VALUES (1, address); END"),
    ],
)
def test_rows_that_a_secret_finds_are_the_callers(
    tmp_path: Path, arguments: str, returns: str, body: str
) -> None:
    assert _definer(tmp_path, arguments, returns, body) == []


@pytest.mark.parametrize(
    ("arguments", "returns", "body", "finding"),
    [
        (
            "t text",
            "SETOF docs",
            "SELECT * FROM docs WHERE share_token = t OR tenant_id = 1",
            ("error", "read every tenant's rows of public.docs"),
        ),
        (
            "t text",
            "SETOF docs",
            "SELECT * FROM docs WHERE share_token = 'public'",
            ("error", "read every tenant's rows of public.docs"),
        ),
        (
            "which int",
            "SETOF docs",
            "SELECT * FROM docs WHERE id = which",
            ("warning", "read any tenant's row of public.docs whose id they know"),
        ),
        (
            "which int[]",
            "SETOF docs",
            "SELECT * FROM docs WHERE id = ANY (which)",
            ("warning", "read any tenant's row of public.docs whose id they know"),
        ),
        (
            "which int",
            "SETOF timestamptz",
            "WITH one AS (SELECT * FROM docs WHERE id = which) SELECT one.at FROM one",
            ("warning", "read any tenant's row of public.docs whose id they know"),
        ),
        (
            "given text",
            "int",
            "SELECT id FROM hits WHERE address = given LIMIT 1",
            ("warning", "read any tenant's row of public.hits whose address they know"),
        ),
        (
            "tenant int",
            "SETOF timestamptz",
            "SELECT at FROM docs WHERE tenant_id = tenant",
            ("error", "read every tenant's rows of public.docs"),
        ),
        (
            "",
            "int",
            "SELECT id FROM docs WHERE tenant_id = 1 ORDER BY at LIMIT 1",
            ("info", "read one value of public.docs, which is not of their choice,"),
        ),
        (
            "",
            "text",
            "SELECT string_agg(share_token, ',') FROM docs",
            ("error", "read every tenant's rows of public.docs"),
        ),
        (
            "",
            "TABLE (docs bigint, newest timestamptz)",
            "WITH one AS (SELECT count(*) AS n FROM docs), two AS (SELECT max(at) AS at FROM docs)"
            " SELECT one.n, two.at FROM one CROSS JOIN two",
            ("info", "read totals over every tenant's rows of public.docs"),
        ),
        (
            "",
            "TABLE (docs bigint, tokens text[])",
            "WITH one AS (SELECT count(*) AS n, array_agg(share_token) AS t FROM docs)"
            " SELECT one.n, one.t FROM one",
            ("error", "read every tenant's rows of public.docs"),
        ),
        (
            "tenant int",
            "void",
            "BEGIN DELETE FROM docs WHERE tenant_id = tenant; END",
            ("warning", "change every tenant's rows of public.docs"),
        ),
        (
            "tenant int",
            "void",
            "BEGIN INSERT INTO docs VALUES (1, tenant); END",
            ("warning", "insert rows of every tenant into public.docs"),
        ),
        (
            "",
            "int",
            "BEGIN DELETE FROM docs WHERE at < now() - interval '90 days'; RETURN 1; END",
            ("info", "decide when every tenant's rows of public.docs change"),
        ),
        (
            "days int",
            "int",
            "BEGIN DELETE FROM docs WHERE at < now() - make_interval(days => days); RETURN 1; END",
            ("warning", "change every tenant's rows of public.docs"),
        ),
        (
            "",
            "void",
            "BEGIN DELETE FROM docs; END",
            ("warning", "change every tenant's rows of public.docs"),
        ),
    ],
)
def test_what_a_caller_decides_tells_how_grave_a_function_is(
    tmp_path: Path, arguments: str, returns: str, body: str, finding: tuple[str, str]
) -> None:
    assert _definer(tmp_path, arguments, returns, body) == [finding]


@pytest.mark.parametrize(
    ("name", "shown", "severity"),
    [
        ("public_docs", "id, at", "info"),
        ("get_public_docs", "id, at", "info"),
        ("documentos_publicos", "id, at", "info"),
        ("republica_docs", "id, at", "error"),
        ("public_docs", "id, tenant_id, share_token, at", "error"),
        ("public_docs", "id, share_token", "error"),
        ("docs_of_all", "id, at", "error"),
    ],
)
def test_what_is_called_public_may_show_some_columns(
    tmp_path: Path, name: str, shown: str, severity: str
) -> None:
    types = {"id": "int", "tenant_id": "int", "share_token": "text", "at": "timestamptz"}
    columns = ", ".join(f"{one} {types[one]}" for one in shown.split(", "))
    made = f"""CREATE VIEW {name} AS SELECT {shown} FROM docs;
    GRANT SELECT ON {name} TO app_user;
    CREATE FUNCTION {name}() RETURNS TABLE ({columns}) LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT {shown} FROM docs $$;"""
    result = lint(tmp_path, {"migrations/1.sql": PROTECTED + made})
    for rule in ("view-owner-rights", "security-definer-function-bypass"):
        assert [found.severity.name for found in findings_of(result, rule)] == [severity]


@pytest.mark.parametrize(
    ("comment", "options", "severity"),
    [
        ("-- A projection of docs, never the table itself.", "", "warning"),
        ("-- Lists docs without sensitive columns.", "", "warning"),
        ("-- The owner's rights are wanted: no security_invoker here.", "", "warning"),
        ("-- TODO: leaks, wants security_invoker", "", "error"),
        ("-- Datos públicos.\n\nDROP VIEW IF EXISTS listed;\n", "", "warning"),
        ("-- Datos públicos.\nCREATE TABLE more (id int);\n", "", "error"),
        ("-- Datos de cada cliente.\nDROP VIEW IF EXISTS listed;\n", "", "error"),
        ("-- Lists docs.", "", "error"),
        ("", "WITH (security_invoker = false)", "warning"),
        ("", "WITH (security_barrier)", "error"),
    ],
)
def test_what_a_view_says_of_itself(
    tmp_path: Path, comment: str, options: str, severity: str
) -> None:
    view = f"{comment}\nCREATE VIEW listed {options} AS SELECT id, at FROM docs;"
    view += "GRANT SELECT ON listed TO app_user;"
    (found,) = findings_of(
        lint(tmp_path, {"migrations/1.sql": PROTECTED + view}), "view-owner-rights"
    )
    assert found.severity.name == severity


@pytest.mark.parametrize(
    ("columns", "severity"), [("id int, title text, active bool", "info"), ("", "error")]
)
def test_rows_of_nobody_that_are_hidden_for_now_are_no_tenants(
    tmp_path: Path, columns: str, severity: str
) -> None:
    shown = "active" if columns else "active AND tenant_id = current_setting('app.tenant_id')::int"
    more = f"""CREATE TABLE offers ({columns or "tenant_id int, title text, active bool"});
    GRANT SELECT ON offers TO app_user;
    ALTER TABLE offers ENABLE ROW LEVEL SECURITY;
    CREATE POLICY on_sale ON offers FOR SELECT USING ({shown});
    CREATE VIEW listed AS SELECT * FROM offers;
    GRANT SELECT ON listed TO app_user;
    CREATE FUNCTION listing() RETURNS SETOF offers LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT * FROM offers $$;"""
    result = lint(tmp_path, {"migrations/1.sql": PROTECTED + more})
    for rule in ("view-owner-rights", "security-definer-function-bypass"):
        assert [one.severity.name for one in findings_of(result, rule)] == [severity]


@pytest.mark.parametrize(
    ("condition", "severities"),
    [
        ("owner = ME OR (owner IS NULL AND ME IS NULL)", ["info", "warning"]),
        ("owner IS NOT DISTINCT FROM ME", ["error", "error"]),
        ("coalesce(owner, '') = coalesce(ME, '')", ["error", "error"]),
    ],
)
def test_who_spells_out_that_nobody_owns_nothing_means_it(
    tmp_path: Path, condition: str, severities: list[str]
) -> None:
    condition = condition.replace("ME", "current_setting('app.me', true)")
    sql = f"""CREATE ROLE web LOGIN;
    CREATE TABLE notes (id int PRIMARY KEY, owner text);
    GRANT SELECT, INSERT ON notes TO web;
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY added ON notes FOR INSERT TO web WITH CHECK ({condition});
    CREATE POLICY seen ON notes FOR SELECT TO web USING ({condition});"""
    found = findings_of(lint(tmp_path, {"migrations/1.sql": sql}), "policy-null-safe-comparison")
    assert [one.severity.name for one in found] == severities


def test_what_tests_make_is_no_part_of_the_program(tmp_path: Path) -> None:
    files = {
        "migrations/0001_docs.sql": TENANTS.replace("USING (true)", "USING (tenant_id = 1)"),
        "src/__tests__/fixtures/bad.sql": TENANTS,
        "test/regress/sql/rls.sql": TENANTS,
        "database/isolation_test.sql": TENANTS,
        "spec/dummy/db/migrate/1.sql": TENANTS,
    }
    assert "policy-using-true" not in _names(tmp_path, files)
    left_out = {item.object for item in check([tmp_path], Config()).not_checked}
    assert {Path(path).parts[-2] for path in left_out} == {"fixtures", "sql", "migrate", "database"}
    named = check([tmp_path / "test/regress"], Config(min_severity=Severity.info))
    assert [found.name for found in findings_of(named, "policy-using-true")] != []


@pytest.mark.parametrize(("column", "severity"), [("avatar_url", "info"), ("email", "warning")])
def test_a_list_of_users_is_public_unless_it_has_what_is_private(
    tmp_path: Path, column: str, severity: str
) -> None:
    sql = f"""CREATE TABLE profiles (id uuid PRIMARY KEY, name text, {column} text);
    ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
    CREATE POLICY "Public profiles" ON profiles FOR SELECT USING (true);
    CREATE POLICY own ON profiles FOR UPDATE USING ((SELECT auth.uid()) = id);
    """
    result = lint(tmp_path, {"supabase/migrations/0001_profiles.sql": sql})
    assert [f.severity.name for f in findings_of(result, "policy-using-true")] == [severity]


def test_what_an_extension_keeps_for_itself_is_its_own_matter(tmp_path: Path) -> None:
    sql = (
        TENANTS.replace("USING (true)", "USING (tenant_id = 1)")
        + """
    CREATE SCHEMA _timescaledb_internal;
    GRANT USAGE ON SCHEMA _timescaledb_internal TO PUBLIC;
    CREATE TABLE _timescaledb_internal._hyper_1_1_chunk () INHERITS (docs);
    GRANT SELECT ON _timescaledb_internal._hyper_1_1_chunk TO app_user, PUBLIC;
    """
    )
    found = lint(tmp_path, {"db/structure.sql": sql}).findings
    assert not [f for f in found if "_hyper_1_1_chunk" in f.finding.object]


@pytest.mark.parametrize(("declared", "severity"), [("uuid.UUID | None", "info"), ("str", "error")])
def test_what_a_function_is_declared_to_return_holds_for_its_calls(
    tmp_path: Path, declared: str, severity: str
) -> None:
    context = f"""
import uuid
from contextvars import ContextVar

_tenant = ContextVar("tenant")

def current_tenant() -> {declared}:
    return _tenant.get()
"""
    database = """
import psycopg
from shop.context import current_tenant

def begin(connection: psycopg.Connection) -> None:
    tenant = current_tenant()
    connection.execute(f"SET LOCAL app.tenant_id = '{tenant}'")
"""
    files = {
        "migrations/1.sql": PROTECTED,
        "shop/context.py": context,
        "shop/database.py": database,
    }
    found = findings_of(lint(tmp_path, files), "set-string-interpolation")
    assert [f.severity.name for f in found] == [severity]


@pytest.mark.parametrize(("command", "severity"), [("SELECT", "warning"), ("UPDATE", "error")])
def test_reading_what_belongs_to_nobody_may_be_for_all(
    tmp_path: Path, command: str, severity: str
) -> None:
    sql = f"""CREATE ROLE web LOGIN;
    CREATE TABLE status (id int PRIMARY KEY, message text);
    GRANT SELECT, UPDATE ON status TO web;
    ALTER TABLE status ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY all_of_it ON status FOR {command} USING (true);
    """
    found = findings_of(lint(tmp_path, {"schema.sql": sql}), "policy-using-true")
    assert [f.severity.name for f in found] == [severity]


def test_a_blank_that_is_to_be_replaced_is_no_broken_sql(tmp_path: Path) -> None:
    blank = "CREATE TABLE tenant_<uuid>.invoices (id int);\n"
    found = lint(tmp_path, {"migrations/0001.sql": TENANTS, "migrations/0002.sql": blank})
    assert "unparsable-sql" not in [one.name for one in found.findings]
    assert found.not_checked
    broken = "CREATE TABLE invoices (id int <uuid);\n"
    assert "unparsable-sql" in _names(
        tmp_path, {"migrations/0001.sql": TENANTS, "migrations/0002.sql": broken}
    )


@pytest.mark.parametrize(
    ("name", "column", "severity"),
    [
        ("posts are readable by signed-in users", "author_id", Severity.warning),
        ("Authenticated users can view posts", "author_id", Severity.warning),
        ("Authenticated users can view posts", "tenant_id", Severity.error),
        ("Authenticated users can view their own posts", "author_id", Severity.error),
        ("read posts", "author_id", Severity.error),
    ],
)
def test_a_name_that_says_that_all_who_are_signed_in_may_read(
    name: str, column: str, severity: Severity, tmp_path: Path
) -> None:
    script = f"""CREATE ROLE app_user LOGIN;
    CREATE TABLE posts (id int PRIMARY KEY, {column} int NOT NULL, body text);
    CREATE INDEX ON posts ({column});
    GRANT SELECT, UPDATE ON posts TO app_user;
    ALTER TABLE posts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY "{name}" ON posts FOR SELECT TO app_user USING (true);
    CREATE POLICY own ON posts FOR UPDATE TO app_user
      USING ({column} = (SELECT nullif(current_setting('app.me', true), '')::int));
    """
    (found,) = findings_of(lint(tmp_path, {"migrations/0001.sql": script}), "policy-using-true")
    assert found.severity is severity


@pytest.mark.parametrize(("column", "found"), [("id", 0), ("tenant_id", 1)])
def test_the_key_of_its_own_rows_binds_nobody(column: str, found: int, tmp_path: Path) -> None:
    script = f"""CREATE ROLE app_user LOGIN;
    CREATE TABLE pets (id int PRIMARY KEY, tenant_id int NOT NULL, owner int NOT NULL);
    CREATE INDEX ON pets (tenant_id);
    GRANT SELECT, UPDATE ON pets TO app_user;
    ALTER TABLE pets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE FUNCTION is_mine(pet int) RETURNS bool STABLE SECURITY DEFINER SET search_path = public
      LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM pets AS p WHERE p.{column} = pet
        AND p.owner = nullif(current_setting(''app.me'', true), '''')::int)';
    CREATE POLICY mine ON pets FOR UPDATE USING (is_mine({column})) WITH CHECK (true);
    """
    told = findings_of(
        lint(tmp_path, {"migrations/1.sql": script}), "update-check-weaker-than-using"
    )
    assert len(told) == found


@pytest.mark.parametrize(
    "binds", ["tenant_id = {me}", "tenant_id IN (SELECT m.t FROM m WHERE m.u = {me})"]
)
def test_a_tenant_that_is_the_key_of_a_row_of_settings_is_bound(binds: str, tmp_path: Path) -> None:
    using = binds.format(me="(SELECT nullif(current_setting('app.me', true), '')::int)")
    script = f"""CREATE ROLE app_user LOGIN;
    CREATE TABLE m (t int NOT NULL, u int NOT NULL);
    CREATE TABLE preferences (tenant_id int PRIMARY KEY, webhook text);
    GRANT SELECT ON m TO app_user;
    GRANT SELECT, INSERT, UPDATE ON preferences TO app_user;
    ALTER TABLE preferences ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY mine ON preferences USING ({using}) WITH CHECK (true);
    """
    told = findings_of(
        lint(tmp_path, {"migrations/1.sql": script}), "update-check-weaker-than-using"
    )
    assert len(told) == 1


@pytest.mark.parametrize(("shown", "severities"), [("members", ["info"]), ("bills", ["warning"])])
def test_a_view_of_what_policies_look_up_is_an_info(
    shown: str, severities: list[str], tmp_path: Path
) -> None:
    script = f"""CREATE ROLE app_user LOGIN;
    CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
    CREATE TABLE members (tenant_id int, member int, email text, PRIMARY KEY (tenant_id, member));
    CREATE TABLE bills (tenant_id int NOT NULL, email text);
    CREATE FUNCTION mine() RETURNS SETOF int STABLE SECURITY DEFINER SET search_path = public
      LANGUAGE sql AS 'SELECT m.tenant_id FROM members AS m
        WHERE m.member = nullif(current_setting(''app.me'', true), '''')::int';
    GRANT SELECT ON docs TO app_user;
    ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY mine ON docs USING (tenant_id IN (SELECT mine()));
    CREATE VIEW addresses AS SELECT tenant_id, email FROM {shown};
    GRANT SELECT ON addresses TO app_user;
    """
    told = findings_of(lint(tmp_path, {"migrations/1.sql": script}), "view-of-unprotected-table")
    assert [one.severity.name for one in told] == severities


@pytest.mark.parametrize(
    ("rank", "found"),
    [
        ("m.rank", 0),
        ("max(m.rank)", 0),
        ("coalesce(max(m.rank), 0)", 1),
        ("coalesce(m.rank, 0)", 0),
    ],
)
def test_an_aggregate_that_is_never_null_finds_nobody(
    rank: str, found: int, tmp_path: Path
) -> None:
    script = f"""CREATE ROLE app_user LOGIN;
    CREATE TABLE members (tenant_id int, member int, rank int, PRIMARY KEY (tenant_id, member));
    CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
    CREATE INDEX ON docs (tenant_id);
    GRANT SELECT ON docs, members TO app_user;
    ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    ALTER TABLE members ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY me ON members
      USING (member = (SELECT nullif(current_setting('app.me', true), '')::int));
    CREATE POLICY mine ON docs USING ((SELECT {rank} FROM members AS m
      WHERE m.tenant_id = docs.tenant_id
        AND m.member = nullif(current_setting('app.me', true), '')::int) IS NOT NULL);
    """
    told = findings_of(lint(tmp_path, {"migrations/1.sql": script}), "policy-tautology")
    assert len(told) == found


def test_a_secret_binds_each_of_the_sub_selects_that_go_by_it(tmp_path: Path) -> None:
    body = (
        "DECLARE d docs; BEGIN SELECT * INTO d FROM docs WHERE share_token = t;"
        " RETURN json_build_object('one', (SELECT o.id FROM docs o WHERE o.id = d.id),"
        " 'all', (SELECT json_agg(o) FROM docs o)); END"
    )
    assert len(_definer(tmp_path, "t text", "json", body)) == 1


@pytest.mark.parametrize(
    ("check", "who"),
    [
        ("auth.uid() IS NOT NULL", "authenticated"),
        ("auth.role() = 'authenticated'", "authenticated"),
        ("auth.role() IN ('anon', 'authenticated')", "anon and authenticated"),
        ("auth.role() IS DISTINCT FROM 'service_role'", "anon and authenticated"),
        ("title <> ''", "anon and authenticated"),
    ],
)
def test_callers_without_an_account_are_named_where_they_pass(
    tmp_path: Path, check: str, who: str
) -> None:
    script = f"""CREATE TABLE notes (id int PRIMARY KEY, organization_id uuid, title text);
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY added ON notes FOR INSERT WITH CHECK ({check});"""
    result = lint(tmp_path, {"supabase/migrations/20240101000000_notes.sql": script})
    found = [
        one.finding.message
        for rule in ("insert-check-true", "policy-no-row-reference")
        for one in findings_of(result, rule)
    ]
    assert found and all(message.startswith(f"{who} can insert") for message in found)
