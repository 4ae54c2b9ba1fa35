"""Rules about roles, connections and grants: where they speak, how loudly, and what mends it."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.reports import ReportedFinding
from tests.linting import findings_of, lint, rows_of

TABLE = """
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""
GRANTED = TABLE + "CREATE ROLE web LOGIN; GRANT SELECT, INSERT ON docs TO web;"
SUPERUSER = "postgresql://postgres:secret@db.shop.example/shop"


def span_of(reported: ReportedFinding) -> str:
    assert reported.finding.span is not None
    return reported.finding.span.sql


def severities(tmp_path: Path, rule: str, files: dict[str, str], history: str) -> list[str]:
    result = lint(tmp_path, {"migrations/0001.sql": history, **files})
    return [reported.severity.name for reported in findings_of(result, rule)]


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        (".env", f"DATABASE_URL={SUPERUSER}", ["error"]),
        (".env", "PGHOST=db.shop.example\nPGUSER=postgres", ["error"]),
        (".env", "DATABASE_URL=postgresql://postgres@localhost/shop", ["info"]),
        (".env.example", f"DATABASE_URL={SUPERUSER}", ["info"]),
        ("tests/conftest.py", f"DSN = '{SUPERUSER}'", []),
        (".env", f"MIGRATION_DATABASE_URL={SUPERUSER}", []),
        (".env", f"ADMIN_DATABASE_URL={SUPERUSER}", []),
        (".env", f"DIRECT_URL={SUPERUSER}", []),
        ("alembic.ini", f"sqlalchemy.url = {SUPERUSER}", []),
        (".env", "DATABASE_URL=postgres://postgres@a.b.rds.amazonaws.com/shop", []),
        (".env", "DATABASE_URL=postgres://postgres@shop-db.flycast/shop", ["error"]),
        (".env", "DATABASE_URL=postgres://shop@shop-db.flycast/shop", ["warning"]),
        (".env", "DATABASE_URL=postgres://web@db.shop.example/shop", []),
        (
            "docker-compose.prod.yml",
            "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: svc\n"
            "  web:\n    environment:\n      DATABASE_URL: postgres://svc:x@db/shop\n",
            ["error"],
        ),
        (
            "docker-compose.prod.yml",
            "services:\n  db:\n    image: postgres\n    environment: {POSTGRES_USER: postgres}\n",
            [],
        ),
    ],
)
def test_a_connection_as_superuser_is_judged_by_what_it_is_for(
    path: str, content: str, expected: list[str], tmp_path: Path
) -> None:
    assert severities(tmp_path, "app-role-superuser", {path: content}, GRANTED) == expected


NEON = "ep-calm-hill-1.eu-central-1.aws.neon.tech"
IN_BASE64 = b64encode(f"postgres://neondb_owner:x@{NEON}/shop".encode()).decode()


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        (".env", f"DATABASE_URL=postgres://neondb_owner:x@{NEON}/shop", ["error"]),
        (
            ".env",
            f"PGHOST={NEON.replace('-1.', '-1-pooler.')}\nPGUSER=neondb_owner\nPGDATABASE=shop",
            ["error"],
        ),
        (".env", f"DATABASE_URL=postgres://shop_rw:x@{NEON}/shop", ["warning"]),
        (".env", f"DATABASE_URL=postgres://web:x@{NEON}/shop", []),
        (".env", "DATABASE_URL=postgres://admin:x@eu.1.aws.yugabyte.cloud:5433/shop", ["error"]),
        (".env", "DATABASE_URL=postgres://root:x@a.b.cockroachlabs.cloud:26257/shop", ["error"]),
        (".env", "DATABASE_URL=postgres://shop_rw:x@p.q.db.postgresbridge.com/shop", []),
        (".env", f"MIGRATION_DATABASE_URL=postgres://neondb_owner:x@{NEON}/shop", []),
        (".env.example", f"DATABASE_URL=postgres://neondb_owner:x@{NEON}/shop", ["warning"]),
        (".env.example", f"DATABASE_URL=postgres://shop_rw:x@{NEON}/shop", ["info"]),
        (
            "deploy/secret.yaml",
            f"kind: Secret\ndata:\n  DATABASE_URL: {IN_BASE64}\n",
            ["error"],
        ),
        (
            "infra/main.tf",
            'resource "neon_project" "shop" {\n  name = "shop"\n}\n'
            'resource "app" "web" {\n  env = {\n'
            "    DATABASE_URL = neon_project.shop.connection_uri_pooler\n  }\n}\n",
            ["error"],
        ),
        (
            "infra/main.tf",
            'resource "neon_role" "api" {\n  name = "shop_api"\n}\n'
            'locals {\n  DATABASE_URL = "postgres://${neon_role.api.name}:'
            '${neon_role.api.password}@${neon_project.shop.database_host}/shop"\n}\n',
            ["warning"],
        ),
        (
            "infra/main.tf",
            'output "dsn" {\n  value = "postgresql://postgres:${var.password}'
            '@db.${supabase_project.shop.id}.supabase.co:5432/postgres"\n}\n',
            ["error"],
        ),
        (
            "infra/main.tf",
            "locals {\n  DB_HOST = neon_project.shop.database_host\n"
            "  DB_USER = neon_project.shop.database_user\n}\n",
            ["error"],
        ),
        (
            "deploy/secret.yaml",
            f"kind: Secret\nstringData:\n  DATABASE_URL: postgres://neondb_owner:x@{NEON}/shop\n",
            ["error"],
        ),
        (".env", "DATABASE_URL=postgres://postgres.ref@eu.pooler.supabase.com/x", ["error"]),
        (".env", "DATABASE_URL=postgres://postgres@a.b.rds.amazonaws.com/shop", ["warning"]),
        (".env", "DATABASE_URL=postgres://web@a.b.rds.amazonaws.com/shop", []),
        (".env", "DATABASE_URL=postgres://doadmin@a.db.ondigitalocean.com/shop", ["warning"]),
    ],
)
def test_a_platform_tells_whether_policies_bind_the_role_of_a_connection(
    path: str, content: str, expected: list[str], tmp_path: Path
) -> None:
    assert severities(tmp_path, "app-role-bypassrls", {path: content}, GRANTED) == expected
    rules = {one.name for one in lint(tmp_path, {}).findings}
    hidden = {"guc-identity-forgeable", "policy-to-public-role", "tenant-default-missing"}
    assert rules <= {"app-role-bypassrls", "policy-column-unindexed"} | hidden


def test_the_message_names_the_reason_and_the_remedy_of_the_platform(tmp_path: Path) -> None:
    history = TABLE.replace(", FORCE ROW LEVEL SECURITY", "") + "CREATE INDEX ON docs (tenant_id);"
    files = {
        "migrations/0001.sql": history,
        ".env": f"DATABASE_URL=postgres://neondb_owner:x@{NEON}/shop",
    }
    (found,) = findings_of(lint(tmp_path, files), "app-role-bypassrls")
    assert "neon_superuser" in found.finding.message
    assert "make a role with SQL, not in the console" in found.finding.help


def test_the_superuser_of_a_compose_file_weighs_more_where_it_is_all_that_is_known(
    tmp_path: Path,
) -> None:
    compose = (
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: svc\n"
        "  web:\n    environment:\n      DATABASE_URL: postgres://svc:x@db/shop\n"
    )
    alone = {"docker-compose.yml": compose}
    assert severities(tmp_path / "a", "app-role-superuser", alone, GRANTED) == ["warning"]
    beside = {**alone, "prod.env": "DATABASE_URL=postgres://web@db.shop.example/shop"}
    assert severities(tmp_path / "b", "app-role-superuser", beside, GRANTED) == ["info"]
    apart = {
        "docker-compose.yml": compose.partition("  web:")[0],
        ".env": "DATABASE_URL=postgres://svc:x@db:5432/shop",
    }
    assert severities(tmp_path / "c", "app-role-superuser", apart, GRANTED) == ["error"]


IMAGE = "services:\n  db:\n    image: postgres:16\n"


@pytest.mark.parametrize(
    ("compose", "dotenv", "expected"),
    [
        (
            IMAGE + "    environment:\n      POSTGRES_USER: ${DB_OWNER}\n  api:\n"
            "    environment:\n      DATABASE_URL: postgres://${DB_OWNER}:${PW}@db/depot\n",
            "DB_OWNER=depot\n",
            ["warning"],
        ),
        (
            IMAGE + "    env_file: .env\n  api:\n    env_file: .env\n",
            "POSTGRES_USER=depot\nDATABASE_URL=postgres://depot:x@db:5432/depot\n",
            ["error"],
        ),
        (
            IMAGE + "    env_file: .env\n  api:\n    env_file: .env\n",
            "POSTGRES_USER=depot\nDATABASE_URL=postgres://web:x@db:5432/depot\n",
            [],
        ),
    ],
)
def test_a_compose_file_is_read_with_the_environment_beside_it(
    compose: str, dotenv: str, expected: list[str], tmp_path: Path
) -> None:
    files = {"docker-compose.yml": compose, ".env": dotenv}
    assert severities(tmp_path, "app-role-superuser", files, GRANTED) == expected


def test_the_image_in_a_manifest_makes_a_superuser(tmp_path: Path) -> None:
    manifest = (
        "kind: Deployment\nspec:\n  containers:\n  - name: db\n    image: postgres:17\n"
        "    env:\n    - {name: POSTGRES_USER, value: svc}\n"
        "  - name: web\n    env:\n    - {name: DATABASE_URL, value: 'postgres://svc:x@db/shop'}\n"
    )
    files = {"k8s/deployment.yaml": manifest}
    assert severities(tmp_path, "app-role-superuser", files, GRANTED) == ["error"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("db", ["error"]),
        ("db.shop.svc.cluster.local", ["error"]),
        ("db.shop.example", []),
        ("other", []),
    ],
)
def test_a_manifest_makes_the_superuser_that_another_one_connects_as(
    host: str, expected: list[str], tmp_path: Path
) -> None:
    files = {
        "k8s/db.yaml": "kind: StatefulSet\nmetadata: {name: db}\nspec:\n  containers:\n"
        "  - image: postgres:17\n    env:\n    - {name: POSTGRES_USER, value: svc}\n",
        "k8s/web.yaml": "kind: Deployment\nmetadata: {name: web}\nspec:\n  containers:\n"
        f"  - env:\n    - {{name: DATABASE_URL, value: 'postgres://svc:x@{host}/shop'}}\n",
    }
    assert severities(tmp_path, "app-role-superuser", files, GRANTED) == expected


def test_nothing_is_said_of_a_superuser_where_no_table_is_protected(tmp_path: Path) -> None:
    files = {".env": f"DATABASE_URL={SUPERUSER}"}
    history = "CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);"
    assert severities(tmp_path, "app-role-superuser", files, history) == []


def test_the_statement_that_makes_a_role_superuser_is_reported_once(tmp_path: Path) -> None:
    history = "CREATE ROLE web LOGIN SUPERUSER;\n" + TABLE
    files = {
        "migrations/0001.sql": history,
        ".env": "DATABASE_URL=postgres://web@db.shop.example/a",
    }
    found = findings_of(lint(tmp_path, files), "app-role-superuser")
    assert [span_of(reported) for reported in found] == ["CREATE ROLE web LOGIN SUPERUSER"]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("jobs LOGIN BYPASSRLS", ["warning"]),
        ("jobs NOLOGIN BYPASSRLS", []),
        ("shop_admin LOGIN BYPASSRLS", []),
        ("backup LOGIN BYPASSRLS", ["info"]),
        ("jobs LOGIN BYPASSRLS REPLICATION", ["info"]),
    ],
)
def test_a_role_beside_the_application_bypasses_by_mistake_or_by_intent(
    role: str, expected: list[str], tmp_path: Path
) -> None:
    name = role.split(maxsplit=1)[0]
    history = f"CREATE ROLE {role};{GRANTED}GRANT SELECT, INSERT ON docs TO {name};"
    assert severities(tmp_path, "app-role-bypassrls", {}, history) == expected


def test_bypass_roles_are_meant_to_bypass(tmp_path: Path) -> None:
    history = f"CREATE ROLE jobs LOGIN BYPASSRLS;{GRANTED}GRANT SELECT, INSERT ON docs TO jobs;"
    config = Config(min_severity=Severity.info, bypass_roles=("jobs",))
    result = lint(tmp_path, {"migrations/0001.sql": history}, config)
    assert findings_of(result, "app-role-bypassrls") == []


@pytest.mark.parametrize("rule", ["grant-truncate", "app-role-owns-table"])
def test_a_loop_has_one_finding(rule: str, tmp_path: Path) -> None:
    action = {
        "grant-truncate": "GRANT ALL ON %I TO web",
        "app-role-owns-table": "ALTER TABLE %I OWNER TO web",
    }[rule]
    history = f"""{GRANTED.replace("docs", "b")}{TABLE}
CREATE TABLE other (id int); GRANT SELECT ON other TO web;
DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['docs', 'b'] LOOP EXECUTE format('{action}', t); END LOOP;
END $$;"""
    result = lint(tmp_path, {"migrations/0001.sql": history})
    assert len(rows_of(result, rule)) == 1
    assert "public.b and 1 other table" in findings_of(result, rule)[0].finding.message


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ("GRANT USAGE ON SCHEMA shop TO web;", ["error"]),
        ("CREATE ROLE jobs; GRANT USAGE ON SCHEMA shop TO jobs;", []),
    ],
)
def test_public_reaches_a_table_as_far_as_its_roles_reach_the_schema(
    usage: str, expected: list[str], tmp_path: Path
) -> None:
    history = f"""CREATE ROLE web LOGIN; CREATE SCHEMA shop; {usage}
{TABLE.replace("docs", "shop.docs")}
GRANT SELECT ON shop.docs TO web; GRANT TRUNCATE ON TABLE shop.docs TO PUBLIC;"""
    assert severities(tmp_path, "grant-truncate", {}, history) == expected
    refused = history + "REVOKE TRUNCATE ON shop.docs FROM PUBLIC;"
    assert severities(tmp_path / "revoked", "grant-truncate", {}, refused) == []


def test_one_role_for_migrations_and_requests_owns_what_it_serves(tmp_path: Path) -> None:
    env = (
        "DATABASE_URL=postgres://web@db.shop.example/a\nDIRECT_URL=postgres://web@db.shop.example/a"
    )
    result = lint(tmp_path, {"migrations/0001.sql": TABLE, ".env": env})
    found = findings_of(result, "app-role-owns-table")
    assert [span_of(reported) for reported in found] == ["web"]
    apart = lint(
        tmp_path / "apart",
        {
            "migrations/0001.sql": TABLE,
            ".env": env.replace("web", "keeper", 1).replace("DIRECT_", ""),
        },
    )
    assert findings_of(apart, "app-role-owns-table") == []


@pytest.mark.parametrize(
    "membership",
    [
        "GRANT keeper TO web WITH INHERIT FALSE;",
        "GRANT keeper TO web; REVOKE keeper FROM web;",
        "GRANT keeper TO web; ALTER TABLE docs FORCE ROW LEVEL SECURITY;",
    ],
)
def test_a_membership_that_passes_nothing_by_is_no_fault(membership: str, tmp_path: Path) -> None:
    history = GRANTED.replace(", FORCE ROW LEVEL SECURITY", "")
    history += f"CREATE ROLE keeper; ALTER TABLE docs OWNER TO keeper; {membership}"
    assert severities(tmp_path, "app-role-member-of-owner", {}, history) == []
    history += "REVOKE keeper FROM web; ALTER TABLE docs NO FORCE ROW LEVEL SECURITY;"
    assert severities(tmp_path / "still", "app-role-member-of-owner", {}, history) == []


def test_what_a_platform_grants_by_default_is_no_fault_of_the_history(tmp_path: Path) -> None:
    history = """
    CREATE TABLE docs (id int PRIMARY KEY, owner uuid NOT NULL);
    ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON docs TO authenticated USING (owner = (SELECT auth.uid()));
    GRANT ALL ON TABLE docs TO anon, authenticated, service_role;
    """
    result = lint(tmp_path, {"supabase/migrations/20240101000000_docs.sql": history})
    assert findings_of(result, "grant-truncate") == []


def test_variables_of_terraform_are_what_the_calls_of_modules_give_them(tmp_path: Path) -> None:
    files = {
        "infra/main.tf": 'module "web" {\n  source = "./web"\n  db_user = "neondb_owner"\n}\n',
        "infra/web/variables.tf": 'variable "db_user" {\n  default = "web"\n}\n'
        'variable "host" {\n}\n',
        "infra/web/terraform.tfvars": f'host = "{NEON}"\n',
        "infra/web/main.tf": 'resource "app" "web" {\n  env = {\n'
        '    DATABASE_URL = "postgres://${var.db_user}:x@${var.host}/shop"\n  }\n}\n',
    }
    assert severities(tmp_path / "called", "app-role-bypassrls", files, GRANTED) == ["error"]
    del files["infra/main.tf"]
    assert severities(tmp_path / "alone", "app-role-bypassrls", files, GRANTED) == []


@pytest.mark.parametrize(
    ("attribute", "rule", "expected"),
    [
        ("bypass_row_level_security = true", "app-role-bypassrls", ["error"]),
        ("bypass_row_level_security = false", "app-role-bypassrls", []),
        ("superuser = true", "app-role-superuser", ["error"]),
    ],
)
def test_terraform_makes_roles_that_no_policy_binds(
    attribute: str, rule: str, expected: list[str], tmp_path: Path
) -> None:
    files = {
        "infra/main.tf": 'variable "user" {\n  default = "shop_rw"\n}\n'
        'resource "postgresql_role" "web" {\n  name = var.user\n  login = true\n'
        f"  {attribute}\n}}\n",
        ".env": "DATABASE_URL=postgres://shop_rw:x@db.shop.example/shop",
    }
    assert severities(tmp_path, rule, files, GRANTED) == expected


def test_of_the_superuser_of_a_deployment_only_its_connection_is_reported(tmp_path: Path) -> None:
    history = """
    CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
    CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
    CREATE INDEX ON docs (tenant_id);
    CREATE INDEX ON notes (tenant_id);
    ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON docs
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int));
    CREATE POLICY tenant ON notes
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int));
    UPDATE notes SET body = '' WHERE body IS NULL;
    """
    compose = (
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: svc\n"
        "  web:\n    environment:\n      DATABASE_URL: postgres://{}:x@db/shop\n"
    )
    migrations = {"migrations/0001_docs.sql": history}
    path = "docker-compose.prod.yml"
    superuser = lint(tmp_path / "a", {**migrations, path: compose.format("svc")})
    others = {"rls-not-forced", "migration-write-under-force"}
    assert not others & {one.name for one in superuser.findings}
    (found,) = findings_of(superuser, "app-role-superuser")
    assert "connect as svc" not in found.finding.help
    bound = lint(tmp_path / "b", {**migrations, path: compose.format("web")})
    assert others <= {one.name for one in bound.findings}


def test_what_stands_in_for_a_role_is_none(tmp_path: Path) -> None:
    history = """
    CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
    CREATE INDEX ON notes (tenant_id);
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON notes
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int));
    UPDATE notes SET body = '' WHERE body IS NULL;
    """
    url = "sqlalchemy.url = postgresql://placeholder:placeholder@localhost/placeholder\n"
    files = {"migrations/0001_notes.sql": history, "alembic.ini": f"[alembic]\n{url}"}
    (found,) = findings_of(lint(tmp_path, files), "migration-write-under-force")
    assert "placeholder" not in found.finding.message


def test_no_finding_is_about_who_gets_past_every_policy_anyhow(tmp_path: Path) -> None:
    history = (
        GRANTED
        + "CREATE ROLE boss LOGIN BYPASSRLS; GRANT ALL ON docs TO boss;"
        + "CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL, up int);"
        + "GRANT SELECT ON notes TO web;"
        + "CREATE TABLE logs (tenant_id int); GRANT ALL ON logs TO boss;"
        + "CREATE POLICY everything ON docs FOR INSERT WITH CHECK (true);"
    )
    env = f"DATABASE_URL={SUPERUSER}\nJOBS_DATABASE_URL=postgres://boss@db.shop.example/shop"
    result = lint(tmp_path, {"migrations/0001.sql": history, ".env": env})
    said = {
        (each.name, each.finding.object): each.finding.message.split(" can ")[0]
        for each in result.findings
        if each.name in ("rls-not-enabled", "insert-check-true")
    }
    assert said == {
        ("rls-not-enabled", "public.notes"): "web",
        ("insert-check-true", "public.docs.everything"): "web",
    }


def test_a_script_beside_a_history_is_judged_by_who_connects_to_its_database(
    tmp_path: Path,
) -> None:
    script = TABLE.replace("docs", "lists").replace(", FORCE ROW LEVEL SECURITY", "")
    files = {"migrations/0001.sql": GRANTED, "scripts/lists.sql": script}
    owner = {".env": "DATABASE_URL=postgres://maker@db.shop.example/shop"}
    exempt = {".env": f"DATABASE_URL={SUPERUSER}"}
    for number, (env, expected) in enumerate(((owner, 1), (exempt, 0))):
        result = lint(tmp_path / str(number), {**files, **env})
        assert len(findings_of(result, "rls-not-forced")) == expected
        assert len(findings_of(result, "app-role-superuser")) == 1 - expected


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (".github/workflows/ci.yml", []),
        ("deploy/docker-compose.prod.yml", ["warning"]),
    ],
)
def test_what_sets_up_another_server_of_the_same_name_proves_little(
    beside: str, expected: list[str], tmp_path: Path
) -> None:
    service = "services:\n  db:\n    image: postgres:17\n"
    service += "    environment:\n      POSTGRES_USER: svc\n"
    workflow = "jobs:\n  test:\n    services:\n      db:\n        image: postgres:17\n"
    workflow += "        env:\n          POSTGRES_USER: svc\n"
    files = {
        beside: workflow if "ci" in beside else service,
        "k8s/secret.yaml": "kind: Secret\nmetadata: {name: web}\nstringData:\n"
        "  DATABASE_URL: postgres://svc:x@db:5432/shop\n",
    }
    assert severities(tmp_path, "app-role-superuser", files, GRANTED) == expected


SERVED = """CREATE TABLE notes (id int PRIMARY KEY, tenant_id text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
GRANT ALL ON notes TO guest;
CREATE POLICY seen ON notes FOR SELECT USING (tenant_id = current_setting('app.tenant', true));
"""
STAFF = "CREATE POLICY kept ON notes TO staff USING (tenant_id = current_setting('app.tenant'));"


@pytest.mark.parametrize(
    ("roles", "policies", "expected"),
    [
        ("CREATE ROLE guest; CREATE ROLE staff; GRANT guest TO staff;", STAFF, []),
        ("CREATE ROLE guest; CREATE ROLE staff;", STAFF, ["info"]),
        ("CREATE ROLE guest; CREATE ROLE staff; GRANT guest TO staff;", "", ["warning"]),
    ],
)
def test_what_is_granted_to_a_role_is_granted_to_its_members(
    roles: str, policies: str, expected: list[str], tmp_path: Path
) -> None:
    files = {"migrations/1.sql": roles + SERVED + policies}
    config = Config(runtime_roles=("guest",), min_severity=Severity.info)
    found = findings_of(lint(tmp_path, files, config), "granted-command-without-policy")
    assert [one.severity.name for one in found] == expected


@pytest.mark.parametrize(("roles", "expected"), [("", []), ("CREATE ROLE staff;", ["error"])])
def test_roles_that_are_made_elsewhere_may_be_those_that_are_served(
    roles: str, expected: list[str], tmp_path: Path
) -> None:
    narrowed = SERVED.replace("FOR SELECT", "AS RESTRICTIVE")
    files = {"migrations/1.sql": "CREATE ROLE guest LOGIN;" + roles + narrowed + STAFF}
    assert severities(tmp_path, "only-restrictive-policies", files, "") == expected
