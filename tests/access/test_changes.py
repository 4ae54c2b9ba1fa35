"""What is the same twice has no changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config.options import Config
from rlslint.project.access_changes import Change, compare
from rlslint.project.matrix import Matrix, matrix_of
from rlslint.project.opening import open_files
from rlslint.reports import file_and_row
from tests.projects import FIXTURES


def matrices(path: Path) -> list[Matrix]:
    return [matrix_of(one.project) for one in open_files([str(path)], Config()).projects]


@pytest.mark.parametrize("fixture", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_nothing_changes_between_equal_projects(fixture: Path) -> None:
    before, after = matrices(fixture), matrices(fixture)
    for earlier, later in zip(before, after, strict=True):
        found = compare(earlier, later)
        assert found.changes == ()
    assert any(matrix.tables for matrix in after) or fixture.suffix


TABLES = """CREATE ROLE app LOGIN;
CREATE TABLE members (tenant_id int NOT NULL, name text NOT NULL);
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner text);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
"""
THROUGH = "GRANT SELECT ON v TO app;"
DIRECT = "GRANT SELECT ON docs, members TO app;"
CALLED = "CREATE FUNCTION f() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';"


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        pytest.param(
            "CREATE VIEW v AS SELECT * FROM docs WHERE tenant_id = 1;" + THROUGH,
            "CREATE OR REPLACE VIEW v AS SELECT * FROM docs;",
            "what public.v shows has changed",
            id="a view",
        ),
        pytest.param(
            "CREATE VIEW w AS SELECT * FROM docs WHERE tenant_id = 1;"
            "CREATE VIEW v AS SELECT * FROM w;" + THROUGH,
            "CREATE OR REPLACE VIEW w AS SELECT * FROM docs;",
            "what public.w shows has changed",
            id="a view behind a view",
        ),
        pytest.param(
            "CREATE VIEW v AS SELECT * FROM docs ORDER BY id LIMIT 1;" + THROUGH,
            "CREATE OR REPLACE VIEW v AS SELECT * FROM docs ORDER BY id LIMIT 5;",
            "what public.v shows has changed",
            id="how many rows a view shows",
        ),
        pytest.param(
            CALLED + "CREATE VIEW v AS SELECT * FROM docs WHERE tenant_id = f();" + THROUGH,
            "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql STABLE AS 'SELECT 2';",
            "what public.f gives has changed",
            id="a function that a view calls",
        ),
        pytest.param(
            "CREATE MATERIALIZED VIEW v AS SELECT * FROM docs WHERE tenant_id = 1;" + THROUGH,
            "DROP MATERIALIZED VIEW v; CREATE MATERIALIZED VIEW v AS SELECT * FROM docs;" + THROUGH,
            "what public.v shows has changed",
            id="a materialized view",
        ),
        pytest.param(
            "CREATE FUNCTION f() RETURNS SETOF docs LANGUAGE sql SECURITY DEFINER"
            " AS 'SELECT * FROM docs WHERE tenant_id = 1';",
            "CREATE OR REPLACE FUNCTION f() RETURNS SETOF docs LANGUAGE sql SECURITY DEFINER"
            " AS 'SELECT * FROM docs';",
            "what public.f gives has changed",
            id="a function with its owner's rights",
        ),
        pytest.param(
            DIRECT + "CREATE VIEW mine AS SELECT * FROM members WHERE name = current_user;"
            "GRANT SELECT ON mine TO app;"
            "CREATE POLICY p ON docs USING (tenant_id IN (SELECT tenant_id FROM mine));",
            "CREATE OR REPLACE VIEW mine AS SELECT * FROM members;",
            "what public.mine shows has changed",
            id="a view that a policy looks up",
        ),
        pytest.param(
            DIRECT + "CREATE ROLE keeper; ALTER TABLE members OWNER TO keeper;"
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$"
            " DECLARE found int; BEGIN FOR found IN SELECT tenant_id FROM members LOOP"
            " RETURN found; END LOOP; RETURN NULL; END $$;"
            "ALTER FUNCTION f() OWNER TO keeper;"
            "CREATE POLICY p ON docs USING (tenant_id = f());",
            "ALTER TABLE members ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;",
            "what it looks up in public.members has changed",
            id="a table that a helper reads for its owner",
        ),
    ],
)  # fmt: skip
def test_what_conditions_and_ways_ask_counts(
    tmp_path: Path, first: str, second: str, told: str
) -> None:
    of_docs = [one for one in between(tmp_path, first, second) if one.table == "public.docs"]
    reasons = {one.change.lost.because for one in of_docs if "app" in one.roles}
    assert reasons == {told}


def between(folder: Path, first: str, second: str) -> tuple[Change, ...]:
    """Return what a second migration changes."""
    for side, files in (("was", [TABLES + first]), ("now", [TABLES + first, second])):
        for number, sql in enumerate(files):
            (folder / side / "migrations").mkdir(parents=True, exist_ok=True)
            (folder / side / "migrations" / f"000{number}_change.sql").write_text(sql)
    (was,), (now,) = (matrices(folder / side) for side in ("was", "now"))
    return compare(was, now).changes


NUMBERED = DIRECT + "CREATE POLICY p ON docs USING (tenant_id = 1);"


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        pytest.param(
            DIRECT + "CREATE POLICY p ON docs USING (tenant_id = 1 OR tenant_id <> 1);",
            "ALTER TABLE docs ALTER tenant_id DROP NOT NULL;",
            [],
            id="NULL where none was",
        ),
        pytest.param(NUMBERED, "ALTER ROLE app RENAME TO web;", [], id="a role renamed"),
        pytest.param(
            NUMBERED,
            "ALTER ROLE app RENAME TO web; ALTER POLICY p ON docs USING (true);",
            [("web", "", True, False, ["0001_change.sql:1"])],
            id="a role renamed that gains",
        ),
        pytest.param(
            "CREATE ROLE staff; GRANT SELECT ON docs TO staff; "
            "CREATE POLICY p ON docs TO staff USING (true);",
            "GRANT staff TO app WITH INHERIT FALSE, SET TRUE;",
            [("app", "SET ROLE staff", True, False, ["0001_change.sql:1"])],
            id="a role that another may become",
        ),
        pytest.param(
            DIRECT + "CREATE POLICY p ON docs USING (owner = current_setting('app.user', true));",
            "DROP POLICY p ON docs; ALTER TABLE docs ALTER owner TYPE char(3);"
            "CREATE POLICY p ON docs USING (owner = current_setting('app.user', true));",
            [("app", "", None, None, ["0001_change.sql:1"])],
            id="a column of another type",
        ),
        pytest.param(
            "CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO app; ALTER TABLE docs SET SCHEMA s;"
            "CREATE POLICY p ON s.docs USING (true); GRANT SELECT ON s.docs TO app;",
            "REVOKE USAGE ON SCHEMA s FROM app;",
            [("app", "", False, None, ["0001_change.sql:1"])],
            id="USAGE on a schema",
        ),
        pytest.param(
            DIRECT + "CREATE ROLE staff; CREATE POLICY p ON docs TO app USING (true);",
            "ALTER POLICY p ON docs TO staff;",
            [("app", "", False, True, ["0001_change.sql:1"])],
            id="a policy for other roles",
        ),
        pytest.param(
            DIRECT + CALLED + "CREATE POLICY p ON docs USING (tenant_id = f());",
            "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;",
            [("app", "", False, True, ["0001_change.sql:1"])],
            id="EXECUTE on a helper taken back",
        ),
        pytest.param(
            DIRECT + CALLED + "CREATE POLICY p ON docs USING (tenant_id = f());"
            "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;",
            "GRANT EXECUTE ON FUNCTION f() TO app;",
            [("app", "", True, False, ["0001_change.sql:1"])],
            id="EXECUTE on a helper granted",
        ),
        pytest.param(
            DIRECT + CALLED + "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql STABLE"
            " AS 'BEGIN RETURN f(); END';"
            "CREATE POLICY p ON docs USING (tenant_id = g());",
            "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;",
            [("app", "", False, True, ["0001_change.sql:1"])],
            id="EXECUTE on what a helper calls",
        ),
        pytest.param(
            DIRECT + "CREATE POLICY p ON docs USING"
            " (tenant_id IN (SELECT tenant_id FROM members));",
            "REVOKE SELECT ON members FROM app;\nGRANT SELECT (name) ON members TO app;",
            [
                ("app", "", False, True, ["0001_change.sql:1", "0001_change.sql:2"]),
                ("app", "", False, True, ["0001_change.sql:2"]),
            ],
            id="SELECT on a column that a policy looks up",
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_as_it_is(
    tmp_path: Path, first: str, second: str, told: list[tuple[object, ...]]
) -> None:
    found = [
        (*one.roles, one.through, one.change.gained.happened, one.change.lost.happened,
         [file_and_row(statement.span).rpartition("/")[2] for statement in one.statements])
        for one in between(tmp_path, first, second)
        if one.commands != ("truncate",)
    ]  # fmt: skip
    assert found == told


POLICY = DIRECT + "GRANT INSERT, UPDATE ON docs TO app; CREATE POLICY p ON docs USING "
TENANT = "(tenant_id = current_setting('app.tenant')::int);"
REFUSES = (
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN IF NEW.tenant_id > 0 THEN RETURN NULL; END IF; RETURN NEW; END';"
)
STAMPS = REFUSES.replace(
    "IF NEW.tenant_id > 0 THEN RETURN NULL; END IF;", "NEW.owner := current_user;"
)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        pytest.param(
            POLICY + TENANT,
            "CREATE RULE r AS ON INSERT TO docs DO INSTEAD NOTHING;",
            "rule r on public.docs has changed",
            id="a rule",
        ),
        pytest.param(
            POLICY + TENANT + "CREATE RULE r AS ON INSERT TO docs DO INSTEAD NOTHING;",
            "ALTER TABLE docs DISABLE RULE r;",
            "rule r on public.docs has changed",
            id="a rule that is disabled",
        ),
        pytest.param(
            POLICY + TENANT + REFUSES,
            "CREATE TRIGGER t BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION refuse();",
            "trigger t on public.docs may refuse or change rows, and has changed",
            id="a trigger",
        ),
        pytest.param(
            POLICY + TENANT + REFUSES
            + "CREATE TRIGGER t BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION refuse();",
            STAMPS.replace("CREATE", "CREATE OR REPLACE", 1),
            "trigger t on public.docs may refuse or change rows, and has changed",
            id="the body of a trigger's function",
        ),
        pytest.param(
            POLICY + TENANT + STAMPS,
            "CREATE TRIGGER t BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION refuse();",
            "",
            id="a trigger that fills in what no policy asks",
        ),
        pytest.param(
            POLICY + TENANT,
            "ALTER ROLE app SET app.tenant = '1';",
            "what sessions of app begin with in app.tenant has changed",
            id="a setting of the role",
        ),
        pytest.param(
            POLICY + TENANT, "ALTER ROLE app SET app.other = '1';", "", id="a setting nobody reads"
        ),
        pytest.param(
            POLICY + "(tenant_id = 1); CREATE ROLE chief; GRANT ALL ON docs TO chief;"
            "CREATE POLICY c ON docs TO chief USING (true); GRANT chief TO app WITH INHERIT FALSE;",
            "ALTER ROLE app SET role = chief;",
            "sessions of app begin as chief",
            id="the role that sessions begin as",
        ),
        pytest.param(
            POLICY + "(pg_has_role(current_user, 'staff', 'member')); CREATE ROLE staff;",
            "GRANT staff TO app WITH INHERIT FALSE, SET FALSE; CREATE ROLE x; GRANT x TO app;",
            "of which roles app is a member has changed",
            id="a membership",
        ),
        pytest.param(
            "ALTER TABLE docs ADD mine boolean GENERATED ALWAYS AS (tenant_id = 1) STORED;"
            + POLICY + "(mine);",
            "DROP POLICY p ON docs; ALTER TABLE docs DROP mine;"
            "ALTER TABLE docs ADD mine boolean GENERATED ALWAYS AS (tenant_id > 0) STORED;"
            "CREATE POLICY p ON docs USING (mine);",
            "what generates mine is not compared",
            id="a generated column",
        ),
        pytest.param(
            "CREATE FUNCTION same(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 = $2';"
            "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = same);"
            + POLICY + "(tenant_id === 1);",
            "CREATE OR REPLACE FUNCTION same(int, int) RETURNS boolean LANGUAGE sql"
            " AS 'SELECT true';",
            "what the operator === does has changed",
            id="an operator",
        ),
        pytest.param(
            "CREATE FUNCTION f(int) RETURNS boolean LANGUAGE plpython3u AS 'return True';"
            + POLICY + "(f(tenant_id));",
            "CREATE OR REPLACE FUNCTION f(int) RETURNS boolean LANGUAGE plpython3u"
            " AS 'return False';",
            "what its condition reads has changed",
            id="a body that nobody reads, and that is another",
        ),
    ],
)  # fmt: skip
def test_what_else_decides_is_told(tmp_path: Path, first: str, second: str, told: str) -> None:
    of_docs = [one for one in between(tmp_path, first, second) if one.table == "public.docs"]
    reasons = {
        direction.because
        for one in of_docs
        if "app" in one.roles and not one.through
        for direction in one.change
        if direction.happened is None
    }
    assert reasons == ({told} if told else set())
