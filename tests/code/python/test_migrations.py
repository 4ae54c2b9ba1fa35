"""Migrations in Python: their order, and the SQL that they run on the way up."""

# ruff: noqa: E501

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from rlslint.code.python.migrations import UnreadableMigration, migration_sites
from rlslint.files.layouts.python_order import order_alembic, order_django
from rlslint.sql.parser import SyntaxProblem, parsed_statements


def statements(
    source: str,
    modules: dict[str, str] | None = None,
    path: str = "versions/0001.py",
) -> list[str]:
    sites = migration_sites(path, textwrap.dedent(source), (modules or {}).get)
    assert all(site.migration for site in sites)
    for site in sites:
        if not site.text.holes:
            try:
                list(parsed_statements(site.text, ()))
            except SyntaxProblem as problem:
                pytest.fail(f"{problem.message}: {site.text.data!r}")
    return [" ".join(site.text.data.decode().split()) for site in sites]


def test_loops_are_unrolled() -> None:
    assert statements(
        """
        from alembic import op
        from app.tenancy import TABLES
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
        {"app.tenancy": "TABLES = ('a', 'b')\n"},
    ) == [
        "ALTER TABLE a ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE a FORCE ROW LEVEL SECURITY",
        "CREATE POLICY a_select ON a FOR SELECT USING (true)",
        "CREATE POLICY a_insert ON a FOR INSERT WITH CHECK (true)",
        "ALTER TABLE b ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY b_select ON b FOR SELECT USING (true)",
        "CREATE POLICY b_insert ON b FOR INSERT WITH CHECK (true)",
    ]


def test_alembic_operations() -> None:
    assert statements(
        """
        import sqlalchemy as sa
        from alembic import op
        from sqlalchemy.dialects import postgresql
        def upgrade():
            op.create_table(
                "docs",
                sa.Column("id", postgresql.UUID(as_uuid=True), primary_key=True),
                sa.Column("tenant_id", sa.Integer(), sa.ForeignKey("auth.tenants.id"), nullable=False, index=True),
                sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()")),
                sa.PrimaryKeyConstraint("id"),
                schema="app",
            )
            op.add_column("docs", sa.Column("body", sa.Text))
            op.create_index(op.f("ix"), "docs", ["tenant_id", sa.text("lower(body)")], unique=True)
            with op.batch_alter_table("docs") as batch_op:
                batch_op.drop_column("body")
                batch_op.create_index(batch_op.f("ix_at"), ["at"])
            op.alter_column("docs", "at", new_column_name="made", nullable=False)
            op.rename_table("docs", "papers")
            op.drop_index("ix", table_name="papers")
            op.drop_table("papers")
        """
    ) == [
        'CREATE TABLE "app"."docs" ("id" uuid PRIMARY KEY, "tenant_id" int4 NOT NULL REFERENCES'
        ' "auth"."tenants" ("id"), "at" timestamptz DEFAULT now(), PRIMARY KEY ("id"))',
        'CREATE INDEX ON "app"."docs" ("tenant_id")',
        'ALTER TABLE "docs" ADD COLUMN "body" text',
        'CREATE UNIQUE INDEX "ix" ON "docs" ("tenant_id", (lower(body)))',
        'ALTER TABLE "docs" DROP COLUMN "body"',
        'CREATE INDEX "ix_at" ON "docs" ("at")',
        'ALTER TABLE "docs" ALTER COLUMN "at" SET NOT NULL',
        'ALTER TABLE "docs" RENAME COLUMN "at" TO "made"',
        'ALTER TABLE "docs" RENAME TO "papers"',
        'DROP INDEX "ix"',
        'DROP TABLE "papers"',
    ]


def test_functions_of_another_module() -> None:
    sites = migration_sites(
        "versions/1.py",
        "from alembic import op\nfrom app.rls import protect\ndef upgrade():\n    protect(op, 'docs')\n",
        {
            "app.rls": "def protect(op, t):\n    op.execute(f'ALTER TABLE {t} ENABLE ROW LEVEL SECURITY')\n"
        }.get,
    )
    assert [site.text.data for site in sites] == [b"ALTER TABLE docs ENABLE ROW LEVEL SECURITY"]
    assert tuple(sites[0].text.location(12)) == (4, 5)


def test_what_only_a_run_can_tell_has_holes() -> None:
    (site,) = migration_sites(
        "versions/1.py",
        "from alembic import op\ndef upgrade():\n"
        "    for t in tables():\n        op.execute(f'ALTER TABLE {t} ENABLE ROW LEVEL SECURITY')\n",
    )
    assert [(hole.source, hole.binding) for hole in site.text.holes] == [("t", False)]


def test_order_of_alembic() -> None:
    def revision(name: str, down: str) -> tuple[Path, str]:
        return Path(f"v/{name}.py"), f"revision: str = {name!r}\ndown_revision = {down}\n"

    files = [
        revision("a", "('c', 'd')"),
        revision("b", "None"),
        revision("c", "'b'"),
        revision("d", "'b'"),
        (Path("v/env.py"), "x = 1\n"),
        (Path("v/zz.py"), "def :\n"),
    ]
    assert [path.stem for path in order_alembic(files)] == ["b", "c", "d", "a", "zz"]


def test_order_of_django() -> None:
    def migration(path: str, body: str) -> tuple[Path, str]:
        return Path(path), f"class Migration(m.Migration):\n    {body}\n"

    files = [
        migration("a/migrations/0001.py", "dependencies = [('b', '0002'), ('auth', '0001')]"),
        migration("b/migrations/0001.py", "dependencies = []"),
        migration("b/migrations/0002.py", "dependencies = [('b', '0001')]"),
        migration("b/migrations/0003_squashed.py", "replaces = [('b', '0001'), ('b', '0002')]"),
        migration("c/migrations/0001.py", "run_before = [('b', '0003_squashed')]"),
        (Path("a/migrations/__init__.py"), ""),
        migration("0/migrations/0001.py", "dependencies = [('last', '0001')]"),
        migration("z/migrations/0001.py", "dependencies = [('a', '0001')]"),
    ]
    assert [str(path) for path in order_django(files, {Path("z"): "last"})] == [
        "c/migrations/0001.py",
        "b/migrations/0003_squashed.py",
        "a/migrations/0001.py",
        "z/migrations/0001.py",
        "0/migrations/0001.py",
    ]


@pytest.mark.parametrize("source", ["def upgrade(:", "print 1", "\0", "x = " + "-" * 20_000 + "1"])
def test_unreadable(source: str) -> None:
    with pytest.raises(UnreadableMigration, match=r"\.$"):
        migration_sites("v/1.py", source)
