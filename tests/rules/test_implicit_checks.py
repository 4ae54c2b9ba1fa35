"""A policy without WITH CHECK checks new rows by its USING: that is no fault, and none is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.rules import rule_names
from tests.linting import lint
from tests.postgres import Database

TABLE = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, open bool NOT NULL DEFAULT true);
CREATE INDEX ON docs (tenant_id);
INSERT INTO docs VALUES (1, 1), (2, 2);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
"""
OWN = "tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int)"
MOVING = """\\c - app_user
SET app.tenant_id = '1';
INSERT INTO docs VALUES (5, 2);
UPDATE docs SET tenant_id = 2;
"""


@pytest.mark.parametrize(
    "policies",
    [
        f"CREATE POLICY t ON docs USING ({OWN}){{}};",
        f"CREATE POLICY t ON docs FOR ALL TO app_user USING ({OWN}){{}};",
        f"CREATE POLICY t ON public.docs USING ({OWN} AND open){{}};",
        "CREATE POLICY t ON docs USING (tenant_id = (SELECT tenant())){};",
        f"DO $do$ BEGIN CREATE POLICY t ON docs USING ({OWN}){{}}; END $do$;",
    ],
)
def test_what_is_left_out_is_as_good_as_what_is_written(
    policies: str, tmp_path: Path, database: Database
) -> None:
    using = policies.partition("USING (")[2].rpartition("){}")[0]
    told = []
    for place, check in (("implicit", ""), ("explicit", f" WITH CHECK ({using})")):
        history = TABLE + policies.format(check)
        found = lint(tmp_path / place, {"migrations/0001.sql": history}).findings
        assert "implicit-with-check" not in {one.name for one in found}
        assert "WITH CHECK" not in " ".join(one.finding.message for one in found)
        told.append(sorted((one.name, one.finding.object) for one in found))
    assert told[0] == told[1]
    assert database.run(TABLE + policies.format("")).errors == ()
    refused = [error.sqlstate for error in database.run(MOVING).errors]
    assert refused == ["42501", "42501"]


def test_no_rule_is_called_after_it() -> None:
    assert "implicit-with-check" not in rule_names()
