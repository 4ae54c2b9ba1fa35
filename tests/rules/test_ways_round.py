"""Ways round the policies that only several files, or a platform, make."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config.files import load_config
from rlslint.files.discovery import read_in_project
from tests.linting import findings_of, lint

OWN = "(org_id = (SELECT nullif(current_setting('app.org', true), '')::int))"
DOCS = f"""CREATE TABLE docs (id int PRIMARY KEY, org_id int NOT NULL, body text);
CREATE INDEX ON docs (org_id);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON docs USING {OWN};
"""
REMOTE = """CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER archive FOREIGN DATA WRAPPER elsewhere;
CREATE FOREIGN TABLE public.customers (id text, email text) SERVER archive;
"""
ORDERS = {"supabase/migrations/1_orders.sql": "CREATE TABLE orders (id uuid, user_id uuid);"}

BAD = {
    "column-grant-tenant-update": {
        "migrations/1.sql": f"CREATE ROLE web LOGIN; {DOCS} GRANT SELECT, UPDATE ON docs TO web;",
        "app.py": "import psycopg\n\n\ndef write(number, body):\n"
        "    with psycopg.connect() as connection:\n"
        "        connection.execute('UPDATE docs SET body = %s WHERE id = %s', (body, number))\n",
    },
    "replication-role-filtered": {
        "migrations/1.sql": "CREATE ROLE pipeline LOGIN REPLICATION;",
        "migrations/2.sql": DOCS,
        "migrations/3.sql": "GRANT SELECT ON docs TO pipeline;",
        "migrations/4.sql": "CREATE PUBLICATION p FOR TABLE docs;",
    },
    "foreign-table-no-rls": {
        **ORDERS,
        "supabase/migrations/2_remote.sql": REMOTE + "GRANT SELECT ON customers TO anon;",
    },
    "rule-runs-as-owner": {
        "migrations/1.sql": "CREATE ROLE web LOGIN; CREATE TABLE ping (id int);",
        "migrations/2.sql": DOCS,
        "migrations/3.sql": "CREATE RULE r AS ON INSERT TO ping DO ALSO DELETE FROM docs;",
        "migrations/4.sql": "GRANT INSERT ON ping TO web;",
    },
}
GOOD = {
    "rule-runs-as-owner": {
        **BAD["rule-runs-as-owner"],
        "migrations/5.sql": "DROP RULE IF EXISTS r ON ping;",
    },
    "column-grant-tenant-update": {
        "migrations/1.sql": f"CREATE ROLE web LOGIN; {DOCS} GRANT SELECT, UPDATE ON docs TO web;",
        "app.py": "import psycopg\n\n\ndef move(number, org):\n"
        "    with psycopg.connect() as connection:\n"
        "        connection.execute('UPDATE docs SET org_id = %s WHERE id = %s', (org, number))\n",
    },
    "replication-role-filtered": {
        **BAD["replication-role-filtered"],
        "migrations/5.sql": "CREATE POLICY p ON docs FOR SELECT TO pipeline USING (true);",
    },
    "foreign-table-no-rls": {
        **BAD["foreign-table-no-rls"],
        "supabase/config.toml": '[api]\nschemas = ["public"]\n',
        "supabase/migrations/3_private.sql": "CREATE SCHEMA private;"
        "ALTER FOREIGN TABLE customers SET SCHEMA private;",
    },
}


@pytest.mark.parametrize("rule", BAD)
def test_a_fault_of_several_files_is_found(rule: str, tmp_path: Path) -> None:
    assert len(findings_of(lint(tmp_path, BAD[rule]), rule)) == 1


@pytest.mark.parametrize("rule", GOOD)
def test_what_a_later_file_mends_is_no_fault(rule: str, tmp_path: Path) -> None:
    assert findings_of(lint(tmp_path, GOOD[rule]), rule) == []


@pytest.mark.parametrize(
    ("files", "owner"),
    [
        ({}, "the role that runs the migrations, which is probably a superuser"),
        ({"rlslint.toml": 'owner-roles = ["keeper"]\n'}, "keeper, whom no policy binds if it is"),
        (
            {".env": "MIGRATION_DATABASE_URL=postgres://keeper@db.example.com/shop\n"},
            "keeper, whom no policy binds if it is a superuser",
        ),
    ],
)
def test_an_owner_whom_the_project_names_is_called_by_its_name(
    files: dict[str, str], owner: str, tmp_path: Path
) -> None:
    script = """CREATE ROLE app_user LOGIN;
        CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
        ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON docs TO app_user
            USING (tenant_id = (SELECT nullif(current_setting('app.t', true), '')::int));
        CREATE VIEW all_docs AS SELECT * FROM docs;
        GRANT SELECT ON all_docs TO app_user;"""
    (tmp_path / "rlslint.toml").write_text(files.get("rlslint.toml", ""))
    config = load_config(tmp_path / "rlslint.toml", read_in_project)
    result = lint(tmp_path, {**files, "migrations/1.sql": script}, config)
    (reported,) = findings_of(result, "view-owner-rights")
    assert owner in reported.words
