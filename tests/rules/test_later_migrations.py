"""Tables that one migration makes and a later one protects: who got at them in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

RULE = "rls-enabled-in-later-migration"
ROLE = "CREATE ROLE app_user LOGIN;\n"
GRANT = "GRANT SELECT ON {0} TO app_user;\n"
TABLE = "CREATE TABLE {0} (id int PRIMARY KEY, tenant_id int NOT NULL);\n"
PROTECTED = """ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON {0} USING (tenant_id::text = current_setting('app.tenant_id', true));
"""
ADOPTED = ROLE + TABLE.format("notes") + PROTECTED.format("notes")
DOCS, DOCS_GRANTED, DOCS_PROTECTED = (one.format("docs") for one in (TABLE, GRANT, PROTECTED))
TAGS, TAGS_GRANTED, TAGS_PROTECTED = (one.format("tags") for one in (TABLE, GRANT, PROTECTED))


@pytest.mark.parametrize(
    ("scripts", "tables"),
    [
        ([ADOPTED, DOCS + DOCS_GRANTED, DOCS_PROTECTED], ["public.docs"]),
        ([ADOPTED, DOCS + DOCS_GRANTED, TAGS, DOCS_PROTECTED], ["public.docs"]),
        ([ADOPTED, DOCS, DOCS_GRANTED, DOCS_PROTECTED], ["public.docs"]),
        (
            [ADOPTED, DOCS + TAGS + DOCS_GRANTED + TAGS_GRANTED, DOCS_PROTECTED + TAGS_PROTECTED],
            ["public.docs"],
        ),
        (
            [ADOPTED, DOCS + DOCS_GRANTED, TAGS + TAGS_GRANTED, DOCS_PROTECTED + TAGS_PROTECTED],
            ["public.docs"],
        ),
        (
            [
                ADOPTED + "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app_user;",
                DOCS,
                DOCS_PROTECTED,
            ],
            ["public.docs"],
        ),
        (
            [
                ADOPTED,
                DOCS + "GRANT SELECT ON ALL TABLES IN SCHEMA public TO app_user;",
                f"DO $$ BEGIN {DOCS_PROTECTED} END $$;",
            ],
            ["public.docs"],
        ),
        # A first table, and the next migration.
        ([ROLE + DOCS + DOCS_GRANTED, DOCS_PROTECTED], ["public.docs"]),
        # Row security comes to a project that has been there for long.
        ([ROLE + DOCS + DOCS_GRANTED, TAGS, DOCS_PROTECTED], []),
        ([ADOPTED, DOCS + DOCS_PROTECTED + DOCS_GRANTED], []),
        ([ADOPTED, DOCS + DOCS_GRANTED + DOCS_PROTECTED], []),
        ([ADOPTED, DOCS, DOCS_PROTECTED + DOCS_GRANTED], []),
        ([ADOPTED, DOCS, DOCS_GRANTED + DOCS_PROTECTED], []),
        ([ADOPTED, DOCS + DOCS_PROTECTED + DOCS_GRANTED, DOCS_PROTECTED.partition("\n")[0]], []),
        (
            [
                ADOPTED,
                DOCS + DOCS_PROTECTED + DOCS_GRANTED,
                "ALTER TABLE docs DISABLE ROW LEVEL SECURITY;",
                "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;",
            ],
            [],
        ),
        (
            [
                ADOPTED,
                "CREATE TABLE kinds (id int PRIMARY KEY); GRANT SELECT ON kinds TO app_user;",
                "ALTER TABLE kinds ENABLE ROW LEVEL SECURITY;"
                "CREATE POLICY p ON kinds FOR SELECT USING (true);",
            ],
            [],
        ),
        ([ADOPTED, DOCS + DOCS_GRANTED, "ALTER TABLE docs OWNER TO postgres;"], []),
        # The table was there before the history makes it sure.
        (
            [
                ADOPTED,
                DOCS_PROTECTED,
                DOCS.replace("TABLE", "TABLE IF NOT EXISTS") + DOCS_GRANTED,
            ],
            [],
        ),
    ],
)
def test_what_was_open_is_told_where_it_ended(
    scripts: list[str], tables: list[str], tmp_path: Path
) -> None:
    files = {f"migrations/{n:04}_step.sql": script for n, script in enumerate(scripts, 1)}
    found = findings_of(lint(tmp_path, files), RULE)
    assert [one.finding.object for one in found] == tables


@pytest.mark.parametrize(
    "names",
    [
        ("sql/tables.sql", "sql/policies.sql"),
        ("docker-entrypoint-initdb.d/01_tables.sql", "docker-entrypoint-initdb.d/02_policies.sql"),
    ],
)
def test_scripts_that_set_up_a_database_run_together(
    names: tuple[str, str], tmp_path: Path
) -> None:
    files = dict(zip(names, [ROLE + DOCS + DOCS_GRANTED, DOCS_PROTECTED], strict=True))
    assert findings_of(lint(tmp_path, files), RULE) == []
