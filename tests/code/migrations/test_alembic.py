"""What migrations of Alembic run on the way up, in its own words and in SQL."""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from tests.code.migrations.running import statements
from tests.command_line import rlslint
from tests.linting import findings_of, lint, rows_of
from tests.test_unread_files import files_in


def test_loops_and_helpers_are_followed() -> None:
    assert statements(
        ".py",
        """
        from alembic import op
        from lib.tenancy import TABLES
        COMMANDS = {"SELECT": "USING", "INSERT": "WITH CHECK"}
        def protect(table, force=False):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            if force:
                op.execute("ALTER TABLE %s FORCE ROW LEVEL SECURITY" % table)
        def upgrade():
            bind = op.get_bind()
            if bind.dialect.name != "postgresql":
                return
            for index, table in enumerate(TABLES):
                protect(table, force=index == 0)
                for command, clause in COMMANDS.items():
                    bind.execute(text("CREATE POLICY {t}_{c} ON {t} FOR {k} {u} (true)".format(
                        t=table, c=command.lower(), k=command, u=clause)))
        def downgrade():
            op.execute("DROP TABLE a")
        """,
        tenancy="TABLES = ('a', 'b')\n",
    ) == [
        "5: ALTER TABLE a ENABLE ROW LEVEL SECURITY",
        "7: ALTER TABLE a FORCE ROW LEVEL SECURITY",
        "15: CREATE POLICY a_select ON a FOR SELECT USING (true)",
        "15: CREATE POLICY a_insert ON a FOR INSERT WITH CHECK (true)",
        "5: ALTER TABLE b ENABLE ROW LEVEL SECURITY",
        "15: CREATE POLICY b_select ON b FOR SELECT USING (true)",
        "15: CREATE POLICY b_insert ON b FOR INSERT WITH CHECK (true)",
    ]


def test_lists_of_which_something_is_unknown_are_followed_to_their_ends() -> None:
    assert statements(
        ".py",
        """
        from alembic import op
        from itertools import zip_longest
        from settings import FIRST
        def upgrade():
            for table, level in zip_longest(["a", "b", "c"], ["FORCE"], fillvalue="ENABLE"):
                op.execute(f"ALTER TABLE {table} {level} ROW LEVEL SECURITY")
            for number, table in enumerate(["a"], start=FIRST):
                op.execute(f"DROP TABLE {number}")
        """,
    ) == [
        "6: ALTER TABLE a FORCE ROW LEVEL SECURITY",
        "6: ALTER TABLE b ENABLE ROW LEVEL SECURITY",
        "6: ALTER TABLE c ENABLE ROW LEVEL SECURITY",
        "8: DROP TABLE ?",
    ]


def test_operations_on_tables() -> None:
    assert statements(
        ".py",
        """
        import sqlalchemy as sa
        from alembic import op
        from sqlalchemy.dialects import postgresql
        STAMPS = [sa.Column("made", sa.DateTime(), server_default=sa.func.now())]
        def upgrade():
            docs = op.create_table(
                "docs",
                sa.Column("id", postgresql.UUID(as_uuid=True), primary_key=True),
                sa.Column("tenant_id", sa.Integer(), sa.ForeignKey("auth.tenants.id"), nullable=False, index=True),
                sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()")),
                sa.Column("labels", sa.ARRAY(sa.String())),
                sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), server_default="{}"),
                sa.Column("kind", sa.Enum("a", "b", name="kind")),
                sa.Column("own", OurType()),
                *STAMPS,
                sa.ForeignKeyConstraint(["id", "kind"], ["docs.id", "docs.kind"]),
                sa.PrimaryKeyConstraint("id", "kind"),
                sa.CheckConstraint("tenant_id > 0"),
                schema="app",
            )
            op.bulk_insert(docs, [{"tenant_id": 1}])
            op.execute(docs.update().values(tenant_id=2))
            op.get_bind().execute(sa.select(docs.c.id))
            op.add_column("docs", sa.Column("body", sa.Text, server_default=sa.func.current_setting("app.body", True)))
            op.create_index(op.f("ix"), "docs", ["tenant_id", sa.text("lower(body)"), sa.text("at DESC")], unique=True)
            with op.batch_alter_table("docs", schema="app") as batch_op:
                batch_op.drop_column("body")
                batch_op.create_index(batch_op.f("ix_at"), ["at"])
                batch_op.create_foreign_key("owned", "people", ["id"], ["id"], referent_schema="auth")
            op.alter_column("docs", "at", new_column_name="made", nullable=False, server_default=None, existing_type=sa.Date())
            op.create_foreign_key("fk", "docs", "tenants", ["tenant_id"], ["id"], source_schema="app", referent_schema="auth")
            op.create_unique_constraint("one", "docs", ["made"])
            op.drop_constraint("one", "docs", type_="unique")
            op.rename_table("docs", "papers")
            op.drop_index("ix", table_name="papers", schema="app")
            op.execute(sa.schema.CreateSchema("app"))
            op.drop_table("papers")
            op.create_table("open", *columns_of_others())
        """,
    ) == [
        '6: CREATE TABLE "app"."docs" ("id" uuid NOT NULL, "tenant_id" integer NOT NULL REFERENCES "auth"."tenants" ("id"), "at" timestamptz DEFAULT now(), "labels" varchar[], "data" jsonb DEFAULT \'{}\', "kind" varchar, "own" text, "made" timestamp DEFAULT now())',
        '9: CREATE INDEX ON "app"."docs" ("tenant_id")',
        '14: ALTER TABLE "app"."docs" ALTER COLUMN "own" TYPE ?',
        '17: ALTER TABLE "app"."docs" ADD PRIMARY KEY ("id", "kind")',
        '16: ALTER TABLE "app"."docs" ADD FOREIGN KEY ("id", "kind") REFERENCES "docs" ("id", "kind")',
        '24: ALTER TABLE "docs" ADD COLUMN "body" text DEFAULT current_setting(\'app.body\', true)',
        '25: CREATE UNIQUE INDEX "ix" ON "docs" ("tenant_id", (lower(body)), at DESC)',
        '27: ALTER TABLE "app"."docs" DROP COLUMN "body"',
        '28: CREATE INDEX "ix_at" ON "app"."docs" ("at")',
        '29: ALTER TABLE "app"."docs" ADD CONSTRAINT "owned" FOREIGN KEY ("id") REFERENCES "auth"."people" ("id")',
        '30: ALTER TABLE "docs" ALTER COLUMN "at" SET NOT NULL',
        '30: ALTER TABLE "docs" ALTER COLUMN "at" DROP DEFAULT',
        '30: ALTER TABLE "docs" RENAME COLUMN "at" TO "made"',
        '31: ALTER TABLE "app"."docs" ADD CONSTRAINT "fk" FOREIGN KEY ("tenant_id") REFERENCES "auth"."tenants" ("id")',
        '32: ALTER TABLE "docs" ADD CONSTRAINT "one" UNIQUE ("made")',
        '33: ALTER TABLE "docs" DROP CONSTRAINT IF EXISTS "one" CASCADE',
        '34: ALTER TABLE "docs" RENAME TO "papers"',
        '35: DROP INDEX IF EXISTS "app"."ix"',
        '36: CREATE SCHEMA IF NOT EXISTS "app"',
        '37: DROP TABLE IF EXISTS "papers"',
        '38: CREATE TABLE "open" ()',
        '38: ALTER TABLE "open" ADD COLUMN ? ?',
    ]


def test_sql_in_all_its_shapes() -> None:
    assert statements(
        ".py",
        """
        import textwrap
        import sqlalchemy as sa
        from alembic import context, op
        TABLES = ["a", "b"]
        TABLES_SQL = [f"SELECT '{t}'" for t in TABLES]
        def secure(*tables, clause="true", **options):
            for t in tables:
                yield f"CREATE POLICY {options.get('name', 'p')} ON {t} USING ({clause})"
        def upgrade():
            conn = op.get_bind()
            conn.exec_driver_sql("SELECT 1")
            conn.execute(sa.DDL("SELECT 2"))
            op.execute(["SELECT 3", sa.text("SELECT 4")])
            op.execute(textwrap.dedent(\"\"\"
                SELECT 5\"\"\"))
            op.execute(sa.text("SELECT :a, '12:30', 6::int, x\\\\:y").bindparams(a=1))
            op.execute(" ".join(["SELECT", ", ".join(TABLES)]))
            op.execute("; ".join(f"SELECT '{t}'" for t in TABLES))
            for name, (table, clause) in {"x": ("a", "1 = 1"), "y": ("b", "2 = 2")}.items():
                op.execute("COMMENT ON TABLE %(t)s IS '%(c)s'" % {"t": table, "c": clause})
            for statement in [f"SELECT '{t.upper()}'" for t in sorted(TABLES, reverse=True) if t != "a"]:
                op.execute(statement)
            with op.get_context().autocommit_block():
                op.execute("SELECT 7")
            if context.is_offline_mode():
                raise RuntimeError("docs")
            if not context.is_offline_mode():
                op.execute("SELECT 8")
            else:
                op.execute("SELECT 9")
            try:
                op.execute("SELECT 10")
            except Exception:
                op.execute("ROLLBACK")
            schema = None
            if schema is None:
                op.execute(f"SELECT '{schema or 'public'}'")
            for t in sa.inspect(conn).get_table_names():
                op.execute(f"ALTER TABLE {t} ENABLE ROW LEVEL SECURITY")
            list(map(op.execute, TABLES_SQL))
            for statement in sqlparse.split("SELECT 12; SELECT 13"):
                op.execute(statement)
            op.execute("SELECT '{t}'".format_map({"t": 14}))
            op.execute(made_elsewhere())
            op.our_own_operation("docs")
        def downgrade():
            op.execute("SELECT 11")
        """,
    ) == [
        "11: SELECT 1",
        "12: SELECT 2",
        "13: SELECT 3",
        "13: SELECT 4",
        "14: \n        SELECT 5",
        "16: SELECT __, '12:30', 6::int, x:y",
        "17: SELECT a, b",
        "18: SELECT 'a'; SELECT 'b'",
        "20: COMMENT ON TABLE a IS '1 = 1'",
        "20: COMMENT ON TABLE b IS '2 = 2'",
        "21: SELECT 'B'",
        "24: SELECT 7",
        "30: SELECT 9",
        "32: SELECT 10",
        "37: SELECT 'public'",
        "39: ALTER TABLE ? ENABLE ROW LEVEL SECURITY",
        "5: SELECT 'a'",
        "5: SELECT 'b'",
        "41: SELECT 12; SELECT 13",
        "43: SELECT '14'",
        "44: DO $$ BEGIN EXECUTE ?; END $$",
        '45: ALTER TABLE ?."docs" ENABLE ROW LEVEL SECURITY',
        '45: ALTER TABLE ?."docs" FORCE ROW LEVEL SECURITY',
        '45: CREATE POLICY ? ON ?."docs" USING (?)',
    ]


def test_entities_of_alembic_utils() -> None:
    assert statements(
        ".py",
        """
        from alembic import op
        from alembic_utils.pg_function import PGFunction
        from alembic_utils.pg_grant_table import PGGrantTable, PGGrantTableChoice
        from alembic_utils.pg_policy import PGPolicy
        from lib.policies import NOTES
        docs = PGPolicy(
            schema="public",
            signature="mine",
            on_entity="public.docs",
            definition="AS PERMISSIVE FOR SELECT USING (true)",
        )
        def upgrade():
            op.create_entity(docs)
            op.replace_entity(docs)
            op.create_entity(PGPolicy("app", "mine.papers", "USING (true)"))
            op.create_entity(NOTES)
            who = PGFunction("public", "who()", "RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")
            op.replace_entity(who)
            op.drop_entity(who)
            op.create_entity(PGGrantTable("public", "docs", ["id"], "web", PGGrantTableChoice.SELECT))
            op.create_entity(described_elsewhere())
        """,
        policies="from alembic_utils.pg_policy import PGPolicy\nNOTES = PGPolicy('public', 'n', 'USING (true)', 'notes')\n",
    ) == [
        "6: CREATE POLICY mine ON public.docs AS PERMISSIVE FOR SELECT USING (true)",
        "6: DROP POLICY mine ON public.docs",
        "6: CREATE POLICY mine ON public.docs AS PERMISSIVE FOR SELECT USING (true)",
        "15: CREATE POLICY mine ON papers USING (true)",
        "2: CREATE POLICY n ON notes USING (true)",
        '17: CREATE OR REPLACE FUNCTION "public".who() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
        '17: DROP FUNCTION "public".who()',
        '20: GRANT SELECT ("id") ON "public"."docs" TO "web"',
        "21: DO $$ BEGIN EXECUTE ?; END $$",
    ]


MIGRATION = """\
from alembic import op
import sqlalchemy as sa
revision = "a"
down_revision = None


def upgrade():
    op.create_table("docs", sa.Column("tenant_id", sa.BigInteger(), nullable=False))
    op.execute("ALTER TABLE docs ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY mine ON docs USING (tenant_id = current_setting('app.tenant')::bigint)")
    op.create_table("bills", sa.Column("tenant_id", sa.BigInteger(), nullable=False))
    MORE
"""


@pytest.mark.parametrize(
    ("more", "is_found"),
    [
        ("pass", True),
        ("op.execute(sa.text('UPDATE bills SET tenant_id = :t').bindparams(t=1))", True),
        ("op.execute(sa.table('bills').update().values(tenant_id=1))", True),
        ("op.execute(find_statement())", False),
        ("op.protect('bills')", False),
        ("[op.execute(f'ALTER TABLE {t} ENABLE ROW LEVEL SECURITY') for t in found()]", False),
        ("op.execute('ALTER TABLE bills ENABLE ROW LEVEL SECURITY') if found() else None", False),
        (
            "if found():\n        op.execute('SELECT 1')\n    else:\n"
            "        op.execute('ALTER TABLE bills ENABLE ROW LEVEL SECURITY')",
            False,
        ),
    ],
)
def test_what_cannot_be_told_is_not_taken_for_missing(
    tmp_path: Path, more: str, is_found: bool
) -> None:
    files = {"alembic/versions/1_a.py": MIGRATION.replace("MORE", more)}
    result = lint(tmp_path, files)
    assert len(findings_of(result, "rls-not-enabled")) == is_found
    assert rows_of(result, "rls-enabled-no-policy") == []


def test_what_only_the_way_back_runs_is_not_unread(tmp_path: Path) -> None:
    back = "pass\nBACK = ['ALTER TABLE docs DISABLE ROW LEVEL SECURITY']  # Zurück führt es über das.\n"
    back += "def downgrade():\n    for each in BACK:\n        op.execute(each)\n"
    documented = '"""ENABLE ROW LEVEL SECURITY for docs."""\n' + MIGRATION.replace("MORE", back)
    run = rlslint("check", cwd=files_in(tmp_path, {"alembic/versions/1_a.py": documented}))
    assert "rls-not-enabled" in run.stdout
    assert "is not read" not in run.stderr


def test_a_helper_of_another_module_is_read_with_the_migration(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/rls.py": "def protect(op, t):\n    op.execute(f'CREATE POLICY open ON {t} USING (true)')\n"
        "    op.execute(f'ALTER TABLE {t} ENABLE ROW LEVEL SECURITY')\n",
        "alembic/versions/1_a.py": MIGRATION.replace("MORE", "protect(op, 'bills')").replace(
            "import sqlalchemy", "from app.rls import protect\nimport sqlalchemy"
        ),
    }
    run = rlslint("check", "--output-format", "concise", cwd=files_in(tmp_path, files))
    assert "app/rls.py:2" in run.stdout
    assert "policy-using-true" in run.stdout
    assert "rls-not-enabled" not in run.stdout
    assert "is not read" not in run.stderr


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("def upgrade(:\n", "Python cannot parse this file at line "),
        ("x = = 1\n", "Python cannot parse this file at line "),
        ("x = " + "-" * 20_000 + "1\n", "parts of this file are nested too deeply"),
    ],
)
def test_what_cannot_be_parsed_is_said(tmp_path: Path, broken: str, said: str) -> None:
    files = {"alembic/versions/1_a.py": MIGRATION.replace("MORE", "pass") + broken}
    run = rlslint("check", cwd=files_in(tmp_path, files))
    assert said in run.stderr
    assert "No findings" not in run.stderr
