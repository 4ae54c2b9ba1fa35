"""Names that try to be more than names: every help that quotes one changes what it names alone."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from rlslint.sql import quoted_identifier
from tests.advice import Advice, advice_of, unreadable
from tests.linting import findings_of, lint
from tests.postgres import Database

HOSTILE = [
    "it's",
    'say "yes"',
    'x"; DROP TABLE bystander; --',
    "x'; DROP TABLE bystander; --",
    "x); DROP TABLE bystander; --",
    "two\nlines",
    "back\\slash",
    "ünï → 名",
    "select",
    "MiXed",
    "a.b.c",
    "-- comment",
    "/* comment",
    "$$ $x$",
    "%s %(a)s %%",
    "{0} {name}",
    "n" * 63,
    "é" * 31,
]

HISTORY = """
CREATE ROLE {n} LOGIN;
CREATE ROLE bystander LOGIN;
CREATE TABLE bystander (id int PRIMARY KEY);
GRANT SELECT ON bystander TO bystander;
CREATE SCHEMA {n};
GRANT USAGE ON SCHEMA {n} TO {n};
CREATE SCHEMA kinds;
GRANT USAGE ON SCHEMA kinds TO {n};
CREATE TYPE kinds.{n} AS ENUM ('a');
CREATE TABLE {n}.model ({n} int NOT NULL, id int PRIMARY KEY);
ALTER TABLE {n}.model ENABLE ROW LEVEL SECURITY;
ALTER TABLE {n}.model FORCE ROW LEVEL SECURITY;
CREATE POLICY {n} ON {n}.model TO {n}
  USING ({n} = (SELECT nullif(current_setting('app.tenant', true), '')::int));
CREATE POLICY "all" ON {n}.model TO {n} USING (true);
CREATE POLICY same ON {n}.model FOR UPDATE TO {n} USING ({n} = {n});
CREATE TABLE {n}.{n} ({n} int NOT NULL, id int PRIMARY KEY);
CREATE TABLE {n}.idle ({n} int NOT NULL, id int PRIMARY KEY);
CREATE POLICY {n} ON {n}.idle TO {n}
  USING ({n} = (SELECT nullif(current_setting('app.tenant', true), '')::int));
CREATE TABLE {n}.unforced ({n} int NOT NULL, id int PRIMARY KEY);
ALTER TABLE {n}.unforced ENABLE ROW LEVEL SECURITY;
CREATE POLICY {n} ON {n}.unforced TO {n}
  USING ({n} = (SELECT nullif(current_setting('app.tenant', true), '')::int));
CREATE VIEW {n}.seen AS SELECT * FROM {n}.unforced;
CREATE FUNCTION {n}.{n}(one kinds.{n}, many int[]) RETURNS int LANGUAGE plpgsql
  SECURITY DEFINER AS $body$ BEGIN RETURN 1; END $body$;
GRANT ALL ON ALL TABLES IN SCHEMA {n} TO {n};
ALTER TABLE {n}.unforced OWNER TO {n};
"""

RULES = {
    "grant-truncate",
    "owner-changed-to-runtime-role",
    "policy-column-unindexed",
    "policy-tautology",
    "policy-using-true",
    "policy-without-enable",
    "rls-not-enabled",
    "security-definer-no-search-path",
}

EVERYTHING = """
SELECT 'relation ' || c.oid::regclass::text || ' ' || c.relrowsecurity || c.relforcerowsecurity
  || coalesce(c.reloptions::text, '') || c.relowner || coalesce(c.relacl::text, '')
  FROM pg_class c WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT 'role ' || rolname || rolsuper || rolbypassrls || rolreplication FROM pg_roles
UNION ALL SELECT 'schema ' || nspname || nspowner FROM pg_namespace WHERE nspname !~ '^pg_'
UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace >= 16384
UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting
ORDER BY 1
"""
"""What no help of this history names: it stays as it is."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_help_changes_what_it_names_and_nothing_else(
    name: str, tmp_path: Path, database: Database
) -> None:
    history = HISTORY.replace("{n}", quoted_identifier(name))
    assert database.run(history).errors == ()
    result = lint(tmp_path, {"migrations/0001.sql": history})
    assert unreadable(result) == []
    helps = advice_of(result)
    assert {rule for help in helps for rule, _ in help.mends} >= RULES
    for help in helps:
        assert _changed(database, help) == set(), help.sql


def _changed(database: Database, help: Advice) -> set[str]:
    with (
        psycopg.connect(database.conninfo(), autocommit=True) as connection,
        connection.transaction(force_rollback=True),
    ):
        before = {row for (row,) in connection.execute(EVERYTHING)}
        connection.execute(help.sql.encode())
        return before ^ {row for (row,) in connection.execute(EVERYTHING)}


def test_a_name_does_not_end_the_comment_that_it_stands_in(
    tmp_path: Path, database: Database
) -> None:
    name = quoted_identifier("x\nDROP TABLE bystander; --")
    history = f"""
    CREATE ROLE {name} LOGIN BYPASSRLS;
    CREATE TABLE bystander (id int PRIMARY KEY, tenant_id int NOT NULL);
    ALTER TABLE bystander ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON bystander
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int));
    GRANT SELECT ON bystander TO {name};
    """
    assert database.run(history).errors == ()
    result = lint(tmp_path, {"migrations/0001.sql": history})
    (bypassing,) = findings_of(result, "app-role-bypassrls")
    assert "bypass-roles" in bypassing.finding.help
    assert database.run(bypassing.finding.help).errors == ()
    assert database.run("SELECT count(*) FROM bystander").rows == ("0",)
