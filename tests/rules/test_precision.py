"""What real projects do that must neither raise a false alarm nor hide a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import lint

TENANTS = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE docs FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON docs TO app_user USING (true);
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
        "ALTER TABLE t MODIFY TTL at + INTERVAL 1 DAY;",
    ],
)
def test_what_another_program_reads_is_no_broken_sql(tmp_path: Path, sql: str) -> None:
    assert "unparsable-sql" not in _names(tmp_path, {"script.sql": sql})


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
    assert result.uses_row_security
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
