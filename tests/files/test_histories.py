import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlslint.files.discovery import discover
from rlslint.files.histories import Histories, histories
from rlslint.files.layouts.reversals import up_ranges
from tests.linting import findings_of, lint

Files = dict[str, str]


def _sorted_in(root: Path, files: Files, migrations: tuple[str, ...] = ()) -> Histories:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return histories(discover(["."], root=root), migrations)


def _empty(*names: str) -> Files:
    return dict.fromkeys(names, "")


def _orders(result: Histories) -> list[list[str]]:
    return [[migration.shown for migration in made.migrations] for made in result.histories]


def _loose(result: Histories) -> list[str]:
    return [migration.shown for made in result.loose for migration in made.migrations]


LAYOUTS: dict[str, tuple[Files, str, str, list[str], list[str], list[str]]] = {
    "numbers": (
        _empty("migrations/10_c.sql", "migrations/2_b.sql", "migrations/001_a.sql"),
        "migrations",
        "numbered",
        ["migrations/001_a.sql", "migrations/2_b.sql", "migrations/10_c.sql"],
        [],
        [],
    ),
    "dates with and without a time": (
        _empty("migrations/20240101000000_a.sql", "migrations/20260508_001_b.sql"),
        "migrations",
        "numbered",
        ["migrations/20240101000000_a.sql", "migrations/20260508_001_b.sql"],
        [],
        [],
    ),
    "dates with and without a time, for Supabase": (
        _empty("supabase/migrations/20260508_b.sql", "supabase/migrations/20240101000000_a.sql"),
        "supabase",
        "supabase",
        ["supabase/migrations/20240101000000_a.sql", "supabase/migrations/20260508_b.sql"],
        [],
        [],
    ),
    "dates with and without a time where a tool compares numbers": (
        _empty(
            *("migrations/20240101000000_b.up.sql", "migrations/20240101000000_b.down.sql"),
            *("migrations/20260508_a.up.sql", "migrations/20260508_a.down.sql"),
        ),
        "migrations",
        "golang-migrate",
        ["migrations/20260508_a.up.sql", "migrations/20240101000000_b.up.sql"],
        [],
        ["migrations/20240101000000_b.down.sql", "migrations/20260508_a.down.sql"],
    ),
    "timestamps outside a folder of migrations": (
        _empty("changes/20240102_b.sql", "changes/20231231_a.sql", "changes/README.sql"),
        "changes",
        "numbered",
        ["changes/20231231_a.sql", "changes/20240102_b.sql"],
        ["changes/README.sql"],
        [],
    ),
    "names alone": (
        _empty(
            "db/migrate/b.sql", "db/migrate/a.sql", "db/migrate/step10.sql", "db/migrate/step9.sql"
        ),
        "db/migrate",
        "numbered",
        ["db/migrate/a.sql", "db/migrate/b.sql", "db/migrate/step9.sql", "db/migrate/step10.sql"],
        [],
        [],
    ),
    "directories named by number": (
        _empty("migrations/v10/01.sql", "migrations/v2/02_b.sql", "migrations/v2/01_a.sql"),
        "migrations",
        "numbered",
        ["migrations/v2/01_a.sql", "migrations/v2/02_b.sql", "migrations/v10/01.sql"],
        [],
        [],
    ),
    "initialisation of a container": (
        _empty("docker-entrypoint-initdb.d/schema.sql", "docker-entrypoint-initdb.d/01.sql"),
        "docker-entrypoint-initdb.d",
        "numbered",
        ["docker-entrypoint-initdb.d/01.sql", "docker-entrypoint-initdb.d/schema.sql"],
        [],
        [],
    ),
    "Supabase": (
        _empty(
            "supabase/migrations/20240201000000_b.sql",
            "supabase/migrations/20240101000000_a.sql",
            "supabase/migrations/notes.sql",
            "supabase/schemas/public.sql",
            "supabase/seed.sql",
            "supabase/tests/policies.sql",
        ),
        "supabase",
        "supabase",
        [
            "supabase/migrations/20240101000000_a.sql",
            "supabase/migrations/20240201000000_b.sql",
        ],
        ["supabase/migrations/notes.sql"],
        ["supabase/schemas/public.sql", "supabase/seed.sql", "supabase/tests/policies.sql"],
    ),
    "Supabase without migrations": (
        {
            "supabase/schemas/a.sql": "",
            "supabase/schemas/b.sql": "",
            "supabase/config.toml": '[db.migrations]\nschema_paths = ["./schemas/b.sql"]\n',
        },
        "supabase",
        "supabase",
        ["supabase/schemas/b.sql", "supabase/schemas/a.sql"],
        [],
        [],
    ),
    "Flyway": (
        _empty(
            "db/migration/V10__d.sql",
            "db/migration/V2_1__c.sql",
            "db/migration/V2.0__b.sql",
            "db/migration/V1__a.sql",
            "db/migration/R__views.sql",
            "db/migration/R__grants.sql",
            "db/migration/afterMigrate.sql",
            "db/migration/U10__d.sql",
            "db/migration/sub/V3__e.sql",
        ),
        "db/migration",
        "flyway",
        [
            "db/migration/V1__a.sql",
            "db/migration/V2.0__b.sql",
            "db/migration/V2_1__c.sql",
            "db/migration/sub/V3__e.sql",
            "db/migration/V10__d.sql",
            "db/migration/R__grants.sql",
            "db/migration/R__views.sql",
            "db/migration/afterMigrate.sql",
        ],
        [],
        ["db/migration/U10__d.sql"],
    ),
    "Flyway with a baseline and a second location": (
        _empty("sql/v/V1__a.sql", "sql/v/V2__b.sql", "sql/v/V3__c.sql", "sql/v/B2__all.sql")
        | _empty("sql/r/R__x.sql"),
        "sql/v",
        "flyway",
        ["sql/v/B2__all.sql", "sql/v/V3__c.sql", "sql/r/R__x.sql"],
        [],
        ["sql/v/V1__a.sql", "sql/v/V2__b.sql"],
    ),
    "golang-migrate": (
        _empty("m/1_a.up.sql", "m/1_a.down.sql", "m/10_c.up.sql", "m/2_b.up.sql", "m/2_b.down.sql"),
        "m",
        "golang-migrate",
        ["m/1_a.up.sql", "m/2_b.up.sql", "m/10_c.up.sql"],
        [],
        ["m/1_a.down.sql", "m/2_b.down.sql"],
    ),
    "goose": (
        {
            "sql/20240101000000_a.sql": "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;",
            "sql/00002_b.sql": "-- +goose Up\nSELECT 1;",
        },
        "sql",
        "goose",
        ["sql/00002_b.sql", "sql/20240101000000_a.sql"],
        [],
        [],
    ),
    "dbmate": (
        {
            "db/migrations/20240101000000_a.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\n",
            "db/schema.sql": "-- PostgreSQL database dump\n",
        },
        "db/migrations",
        "dbmate",
        ["db/migrations/20240101000000_a.sql"],
        [],
        ["db/schema.sql"],
    ),
    "Prisma": (
        _empty(
            "prisma/migrations/20240201_b/migration.sql",
            "prisma/migrations/20240101_a/migration.sql",
            "prisma/migrations/0_init/migration.sql",
        ),
        "prisma/migrations",
        "prisma",
        [
            "prisma/migrations/0_init/migration.sql",
            "prisma/migrations/20240101_a/migration.sql",
            "prisma/migrations/20240201_b/migration.sql",
        ],
        [],
        [],
    ),
    "Drizzle": (
        {
            "drizzle/0000_b.sql": "",
            "drizzle/0001_a.sql": "",
            "drizzle/extra.sql": "",
            "drizzle/meta/_journal.json": json.dumps(
                {"entries": [{"idx": 1, "tag": "0000_b"}, {"idx": 0, "tag": "0001_a"}]}
            ),
        },
        "drizzle",
        "drizzle",
        ["drizzle/0001_a.sql", "drizzle/0000_b.sql"],
        ["drizzle/extra.sql"],
        [],
    ),
    "sqitch": (
        {
            "sqitch.plan": (
                "%syntax-version=1.0.0\n%project=p\n\n# note\n"
                "users 2024-01-01T00:00:00Z A <a@b.example> # Users\n"
                "schema/docs [users !old] 2024-01-01T00:00:00Z A <a@b.example> # Docs\n"
                "@v1 2024-01-01T00:00:00Z A <a@b.example> # First\n\n"
                "users [users@v1] 2024-01-02T00:00:00Z A <a@b.example> # Again\n"
            )
        }
        | _empty("deploy/users.sql", "deploy/users@v1.sql", "deploy/schema/docs.sql")
        | _empty("deploy/unplanned.sql", "revert/users.sql", "verify/users.sql"),
        ".",
        "sqitch",
        ["deploy/users@v1.sql", "deploy/schema/docs.sql", "deploy/users.sql"],
        ["deploy/unplanned.sql"],
        ["revert/users.sql", "verify/users.sql"],
    ),
    "node-pg-migrate": (
        {
            "migrations/1700000000001_a.sql": "-- Up Migration\nSELECT 1;\n-- Down Migration\n",
            "migrations/1700000000000_b.sql": "-- Up Migration\nSELECT 1;\n",
        },
        "migrations",
        "node-pg-migrate",
        ["migrations/1700000000000_b.sql", "migrations/1700000000001_a.sql"],
        [],
        [],
    ),
    "Rails": (
        {"db/structure.sql": "SET statement_timeout = 0;\n", "db/migrate/1_a.rb": ""},
        "db",
        "rails",
        ["db/structure.sql"],
        [],
        [],
    ),
    "pg_dump": (
        {"dump/all.sql": "--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n"},
        "dump",
        "pg_dump",
        ["dump/all.sql"],
        [],
        [],
    ),
    "sqlx": (
        _empty("migrations/2_b.sql", "migrations/1_a.up.sql", "migrations/1_a.down.sql"),
        "migrations",
        "golang-migrate",
        ["migrations/1_a.up.sql", "migrations/2_b.sql"],
        [],
        ["migrations/1_a.down.sql"],
    ),
    "Diesel": (
        _empty(
            "migrations/2024-01-02-000000_b/up.sql",
            "migrations/2024-01-02-000000_b/down.sql",
            "migrations/20240101000000_a/up.sql",
            "migrations/00000000000000_setup/up.sql",
        ),
        "migrations",
        "diesel",
        [
            "migrations/00000000000000_setup/up.sql",
            "migrations/20240101000000_a/up.sql",
            "migrations/2024-01-02-000000_b/up.sql",
        ],
        [],
        ["migrations/2024-01-02-000000_b/down.sql"],
    ),
    "Hasura": (
        _empty(
            "migrations/default/1620000000001_b/up.sql",
            "migrations/default/1620000000000_a/up.sql",
            "migrations/default/1620000000000_a/down.sql",
        ),
        "migrations/default",
        "hasura",
        ["migrations/default/1620000000000_a/up.sql", "migrations/default/1620000000001_b/up.sql"],
        [],
        ["migrations/default/1620000000000_a/down.sql"],
    ),
    "Atlas": (
        _empty("ent/migrate/10.sql", "ent/migrate/9.sql", "ent/migrate/atlas.sum"),
        "ent/migrate",
        "atlas",
        ["ent/migrate/10.sql", "ent/migrate/9.sql"],
        [],
        [],
    ),
    "Liquibase": (
        {
            "db/changelog.xml": '<include file="changes/b.sql"/>\n<include file="changes/a.sql"/>',
            "db/changes/a.sql": "--liquibase formatted sql\n--changeset x:1\nSELECT 1;",
            "db/changes/b.sql": "-- liquibase formatted sql\n",
        },
        "db",
        "liquibase",
        ["db/changes/b.sql", "db/changes/a.sql"],
        [],
        [],
    ),
    "graphile-migrate": (
        _empty("migrations/committed/000002.sql", "migrations/committed/000001.sql")
        | _empty("migrations/current.sql"),
        "migrations",
        "graphile-migrate",
        [
            "migrations/committed/000001.sql",
            "migrations/committed/000002.sql",
            "migrations/current.sql",
        ],
        [],
        [],
    ),
    "up and down directories": (
        _empty("migrations/up/1.sql", "migrations/up/2.sql", "migrations/down/1.sql"),
        "migrations/up",
        "numbered",
        ["migrations/up/1.sql", "migrations/up/2.sql"],
        [],
        ["migrations/down/1.sql"],
    ),
    "undo files of other names": (
        _empty(
            "m/001.do.a.sql", "m/001.undo.a.sql", "m/2_b.sql", "m/2_b_rollback.sql", "m/3_c.sql"
        ),
        "m",
        "numbered",
        ["m/001.do.a.sql", "m/2_b.sql", "m/3_c.sql"],
        [],
        ["m/001.undo.a.sql", "m/2_b_rollback.sql"],
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(tmp_path: Path, name: str) -> None:
    files, root, layout, order, loose, left_out = LAYOUTS[name]
    result = _sorted_in(tmp_path, files)
    assert [(made.root, made.layout) for made in result.histories] == [(root, layout)]
    assert _orders(result) == [order]
    assert _loose(result) == loose
    assert sorted(file.shown for file in result.left_out) == left_out


def test_several_roots_are_several_histories(tmp_path: Path) -> None:
    files = _empty("a/migrations/1.sql", "b/migrations/1.sql", "b/supabase/migrations/1_x.sql")
    assert _orders(_sorted_in(tmp_path, files)) == [
        ["a/migrations/1.sql"],
        ["b/migrations/1.sql"],
        ["b/supabase/migrations/1_x.sql"],
    ]


def test_flyway_directories_per_product_are_kept_apart(tmp_path: Path) -> None:
    files = _empty("db/migration/h2/V1__a.sql", "db/migration/postgresql/V1__a.sql")
    assert [made.root for made in _sorted_in(tmp_path, files).histories] == [
        "db/migration/h2",
        "db/migration/postgresql",
    ]


def test_a_sqitch_change_without_a_script_is_noted(tmp_path: Path) -> None:
    plan = "%project=p\n\na 2024-01-01T00:00:00Z A <a@b.example>\nb 2024 A <a@b.example>\n"
    result = _sorted_in(tmp_path, {"sqitch.plan": plan, "deploy/a.sql": ""})
    assert _orders(result) == [["deploy/a.sql"]]
    assert [(note.path, "plans b" in note.message) for note in result.notes] == [
        ("sqitch.plan", True)
    ]


def test_a_broken_journal_is_noted_and_names_give_the_order(tmp_path: Path) -> None:
    files = {"d/meta/_journal.json": "{", "d/0001_b.sql": "", "d/0000_a.sql": ""}
    result = _sorted_in(tmp_path, files)
    assert _orders(result) == [["d/0000_a.sql", "d/0001_b.sql"]]
    assert len(result.notes) == 1


@pytest.mark.parametrize(
    "old",
    [
        "supabase/migrations/archived/003_c.sql",
        "supabase/migrations_old/003_c.sql",
        "supabase/migrations.bak/20240101_c/migration.sql",
    ],
)
def test_superseded_migrations_beside_those_that_run_do_not_count(tmp_path: Path, old: str) -> None:
    new = ["supabase/migrations/001_a.sql", "supabase/migrations/002_b.sql"]
    result = _sorted_in(tmp_path, _empty(*new, old))
    assert _orders(result) == [new]
    assert [file.shown for file in result.superseded] == [old]
    assert not _loose(result)
    named = histories(discover([old], root=tmp_path))
    assert old in {m.shown for made in (*named.histories, *named.loose) for m in made.migrations}


def test_what_is_called_old_counts_where_nothing_took_its_place(tmp_path: Path) -> None:
    files = ["archive/001_a.sql", "archive/002_b.sql"]
    assert _orders(_sorted_in(tmp_path, _empty(*files))) == [files]


def test_a_lone_file_is_a_history(tmp_path: Path) -> None:
    result = _sorted_in(tmp_path, {"schema.sql": "CREATE TABLE t ();"})
    assert [(made.layout, made.root) for made in result.histories] == [("script", ".")]
    assert result.loose == ()


def test_scripts_that_need_each_other_are_one_history_with_creators_first(tmp_path: Path) -> None:
    result = _sorted_in(
        tmp_path,
        {
            "policies.sql": "CREATE POLICY p ON docs USING (EXISTS (SELECT FROM members));",
            "tables.sql": "CREATE TABLE docs (id int REFERENCES users);",
            "users.sql": "CREATE TABLE public.users (id int); CREATE TABLE members ();",
            "unrelated.sql": "SELECT 1;",
        },
    )
    assert sorted(_orders(result)) == [
        ["unrelated.sql"],
        ["users.sql", "tables.sql", "policies.sql"],
    ]


def test_alternatives_are_never_put_together(tmp_path: Path) -> None:
    result = _sorted_in(
        tmp_path,
        {
            "bad.sql": "CREATE TABLE docs ();",
            "good.sql": "CREATE TABLE docs (); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;",
            "probe.sql": "GRANT SELECT ON docs TO app;",
        },
    )
    assert _orders(result) == [["bad.sql"], ["good.sql"], ["probe.sql"]]


def test_a_broken_script_is_a_history_of_its_own(tmp_path: Path) -> None:
    result = _sorted_in(tmp_path, {"a.sql": "CREATE TABEL t;", "b.sql": "CREATE TABLE t ();"})
    assert _orders(result) == [["a.sql"], ["b.sql"]]


def test_the_configuration_overrides_everything(tmp_path: Path) -> None:
    files = _empty(
        "base/10.sql", "base/9.sql", "base/9.down.sql", "z/deep/a.sql", "migrations/1.sql"
    )
    result = _sorted_in(tmp_path, files, ("z/**/*.sql", "base/*.sql", "gone/*.sql"))
    assert _orders(result) == [["z/deep/a.sql", "base/9.sql", "base/10.sql"]]
    assert [made.layout for made in result.histories] == ["configured"]
    assert _loose(result) == ["migrations/1.sql"]
    assert [file.shown for file in result.left_out] == ["base/9.down.sql"]
    assert [note.path for note in result.notes] == ["gone/*.sql"]


MARKED_LINES = [
    b"-- +goose Up\n",
    b"-- +goose Down\r\n",
    b"-- up\n",
    b"--down\n",
    b"-- @UNDO",
    b"---- create above / drop below ----\n",
    b"SELECT 'down';\n",
]


def _up(sql: str) -> str:
    data = sql.encode()
    return "".join(data[start:end].decode() for start, end in up_ranges(data))


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("-- +goose Up", "-- +goose Down"),
        ("--  +goose up", "--+goose down"),
        ("-- migrate:up transaction:false", "-- migrate:down"),
        ("-- +migrate Up", "-- +migrate Down"),
        ("-- Up Migration", "-- Down Migration"),
        ("-- UP", "-- DOWN"),
        ("-- ==== Up ====", "-- ==== Down ===="),
        ("--- up migration", "---- down migration"),
        ("# --- !Ups", "# --- !Downs"),
        ("-- create the table", "-- @UNDO"),
        ("-- // create the table", "--//@UNDO"),
        ("-- create the table", "-- //@UNDO"),
        ("CREATE TABLE s ();", "---- create above / drop below ----"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_down_sections_are_cut(up: str, down: str, newline: str) -> None:
    forward = f"{up}{newline}CREATE TABLE é ();{newline}"
    assert _up(f"{forward}{down}{newline}DROP TABLE é;{newline}") == forward


def test_a_down_section_may_come_first() -> None:
    sql = "-- Down Migration\nDROP TABLE t;\n-- Up Migration\nCREATE TABLE t ();"
    assert _up(sql) == "-- Up Migration\nCREATE TABLE t ();"


@given(st.lists(st.sampled_from(MARKED_LINES)).map(b"".join))
def test_what_counts_is_in_order_and_inside_the_file(data: bytes) -> None:
    edges = [edge for stretch in up_ranges(data) for edge in stretch]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(data) for edge in edges)


def test_a_file_that_only_undoes_has_nothing_that_counts() -> None:
    assert _up("-- +goose Down\nDROP TABLE t;") == ""


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELECT 1;",
        "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n",
        "-- update the downloads\nUPDATE t SET downloads = 0;",
        "--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n--rollback DROP TABLE t;\n",
        "SELECT 1;\n--> statement-breakpoint\nSELECT 2;",
        "-- Down\nSELECT 1;",
    ],
)
def test_all_counts_where_nothing_is_marked(sql: str) -> None:
    assert _up(sql) == sql


ALEMBIC = "revision = {!r}\ndown_revision = {!r}\n\n\ndef upgrade():\n    pass\n"
DJANGO = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = {!r}
"""


def test_alembic_revisions_are_ordered_by_what_they_revise(tmp_path: Path) -> None:
    result = _sorted_in(
        tmp_path,
        {
            "app/env.py": "down_revision = 1\n",
            "app/versions/a.py": ALEMBIC.format("a", "b"),
            "app/versions/b.py": ALEMBIC.format("b", None),
            "app/versions/not_one.py": "",
        },
    )
    assert [(made.layout, made.root) for made in result.histories] == [("alembic", "app/versions")]
    assert _orders(result) == [["app/versions/b.py", "app/versions/a.py"]]


def test_django_migrations_of_a_project_are_one_history(tmp_path: Path) -> None:
    result = _sorted_in(
        tmp_path,
        {
            "site/manage.py": "",
            "site/a/migrations/__init__.py": "",
            "site/a/migrations/0001_initial.py": DJANGO.format([("b", "0001_initial")]),
            "site/b/migrations/0001_initial.py": DJANGO.format([]),
        },
    )
    assert [(made.layout, made.root) for made in result.histories] == [("django", "site")]
    assert _orders(result) == [
        ["site/b/migrations/0001_initial.py", "site/a/migrations/0001_initial.py"]
    ]


def test_graphile_migrate_is_known_by_its_settings_before_anything_is_committed(
    tmp_path: Path,
) -> None:
    script = "CREATE SCHEMA shop; CREATE TABLE docs (id int);"
    result = _sorted_in(tmp_path, {"migrations/current.sql": script, ".gmrc": "{}"})
    assert [made.layout for made in result.histories] == ["graphile-migrate"]


def test_a_search_path_of_graphile_migrate_that_is_not_read_is_said(tmp_path: Path) -> None:
    settings = "module.exports = {pgSettings: {search_path: process.env.SCHEMAS}}"
    result = _sorted_in(tmp_path, {"migrations/current.sql": "SELECT 1;", ".gmrc.js": settings})
    assert [note.message for note in result.notes] == [
        "migrations/current.sql runs with a search_path of .gmrc that is not read."
    ]


@pytest.mark.parametrize(
    ("settings", "schema"),
    [
        (
            '{\n  // "search_path": "none"\n  "pgSettings": {"search_path": "shop,public"}\n}',
            "shop",
        ),
        ("module.exports = {pgSettings: {statement_timeout: 1, search_path: 'shop'}}", "shop"),
        ('{"pgSettings": {/* "search_path": "shop" */}}', "public"),
        ("{}", "public"),
    ],
)
def test_graphile_migrate_sets_a_search_path_before_each_migration(
    settings: str, schema: str, tmp_path: Path
) -> None:
    files = {
        "server/.gmrc.js" if settings.startswith("module") else "server/.gmrc": settings,
        "server/migrations/committed/000001.sql": "CREATE SCHEMA shop; "
        "CREATE TABLE docs (id int, tenant_id int);",
        "server/migrations/committed/000002.sql": (
            "CREATE POLICY own ON docs USING (true); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
            "CREATE ROLE app; GRANT SELECT ON docs TO app; GRANT USAGE ON SCHEMA shop TO app;"
        ),
        "server/migrations/current.sql": "",
    }
    (found,) = findings_of(lint(tmp_path, files), "policy-using-true")
    assert found.finding.object == f"{schema}.docs.own"
