"""What policies ask and a role may not refuses the statement: PostgreSQL says where."""

from __future__ import annotations

import psycopg

from rlslint.access.effective import Extent, Ground
from rlslint.config.options import Config
from rlslint.project.matrix import Matrix, matrix_of
from rlslint.project.project import Project
from tests.access.proof import prove, shown
from tests.access.scenarios import relation, replayed
from tests.postgres import Database

GIVEN = """
CREATE ROLE app LOGIN; CREATE ROLE keeper; CREATE ROLE plain;
CREATE SCHEMA hidden;
CREATE TABLE members (tenant_id int, name text);
CREATE TABLE known (tenant_id int, name text);
GRANT SELECT (tenant_id) ON known TO app;
CREATE TABLE guarded (tenant_id int);
GRANT SELECT ON guarded TO app;
CREATE FUNCTION closed(int) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN $1 > 0; END';
CREATE FUNCTION hidden.open(int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT $1 > 0';
CREATE FUNCTION looks(int) RETURNS boolean LANGUAGE sql STABLE
  AS 'SELECT EXISTS (SELECT FROM members WHERE tenant_id = $1)';
CREATE FUNCTION looks_as_owner(int) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  AS 'SELECT EXISTS (SELECT FROM members WHERE tenant_id = $1)';
CREATE FUNCTION looks_as_keeper(int) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  AS 'SELECT EXISTS (SELECT FROM members WHERE tenant_id = $1)';
ALTER FUNCTION looks_as_keeper OWNER TO keeper;
CREATE FUNCTION calls(int) RETURNS boolean LANGUAGE plpgsql STABLE
  AS 'BEGIN RETURN closed($1); END';
CREATE FUNCTION inlined(int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT closed($1)';
CREATE FUNCTION turns(int) RETURNS boolean LANGUAGE plpgsql STABLE
  AS 'BEGIN IF $1 > 0 THEN RETURN true; END IF; RETURN closed($1); END';
REVOKE EXECUTE ON FUNCTION closed(int) FROM PUBLIC;
CREATE VIEW shown AS SELECT * FROM members;
CREATE VIEW shown_to_user WITH (security_invoker) AS SELECT * FROM members;
CREATE VIEW unseen AS SELECT * FROM members;
CREATE VIEW over AS SELECT * FROM shown_to_user;
CREATE VIEW calling AS SELECT * FROM members WHERE closed(tenant_id);
GRANT SELECT ON shown, shown_to_user, over, calling TO app;
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON guarded USING (closed(tenant_id));
"""
CONDITIONS = {
    "closed(id)": "refused",
    "true OR closed(id)": "every",
    "id = id OR closed(id)": "refused",
    "1 = 1 OR closed(id)": "every",
    "id = 5 AND closed(id)": "refused",
    "(SELECT closed(1))": "refused",
    "current_user = 'x' AND closed(id)": "refused",
    "CASE WHEN true THEN true ELSE closed(id) END": "every",
    "coalesce(true, closed(id))": "every",
    "NOT (false AND closed(id))": "every",
    "CASE WHEN id > 0 THEN true ELSE closed(id) END": "refused",
    "hidden.open(id)": "own or some",
    "looks(id)": "refused",
    "id > 0 OR looks(id)": "doubted",
    "looks_as_owner(id)": "own or some",
    "looks_as_keeper(id)": "refused",
    "calls(id)": "refused",
    "inlined(id)": "refused",
    "id > 0 OR inlined(id)": "refused",
    "turns(id)": "own or some",
    "EXISTS (SELECT FROM members m WHERE m.tenant_id = {table}.id)": "refused",
    "true OR EXISTS (SELECT FROM members m WHERE m.tenant_id = {table}.id)": "every",
    "id > 0 OR EXISTS (SELECT FROM members m WHERE m.tenant_id = {table}.id)": "refused",
    "(SELECT count(*) FROM members) > 0": "refused",
    "id IN (SELECT tenant_id FROM known)": "own or some",
    "id IN (SELECT tenant_id FROM known WHERE name = current_user)": "refused",
    "id IN (SELECT tenant_id FROM guarded)": "refused",
    "EXISTS (SELECT closed(1) FROM known k WHERE k.tenant_id = {table}.id)": "own or some",
    "id IN (SELECT tenant_id FROM shown)": "own or some",
    "id IN (SELECT tenant_id FROM shown_to_user)": "refused",
    "id IN (SELECT tenant_id FROM over)": "refused",
    "id IN (SELECT tenant_id FROM unseen)": "refused",
    "id IN (SELECT tenant_id FROM calling)": "refused",
}


def script() -> str:
    tables = []
    for number, condition in enumerate(CONDITIONS):
        name = f"t{number}"
        tables.append(
            f"CREATE TABLE {name} (id int PRIMARY KEY, word text);"
            f"GRANT ALL ON {name} TO app, plain; ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"
            f"CREATE POLICY p ON {name} USING ({condition.format(table=name)});"
        )
    return GIVEN + "\n".join(tables)


def test_what_policies_ask_is_told(database: Database) -> None:
    assert not database.run(script()).errors
    project = Project(replayed(script()), Config())
    matrix = matrix_of(project)
    told = {condition: _kind(matrix, f"t{number}") for number, condition in enumerate(CONDITIONS)}
    assert told == CONDITIONS
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        proof = prove(connection, project)
    assert not proof.refuted, shown(proof.refuted[:5])
    assert proof.answers["refused for what policies ask"] > 200


def _kind(matrix: Matrix, table: str) -> str:
    rows = matrix.rows("app", relation(matrix.project.catalog, table), "select")
    if rows.ground is Ground.refused:
        assert rows.lack is not None
        return "refused"
    if rows.doubts:
        return "doubted"
    return "every" if rows.extent is Extent.every else "own or some"
