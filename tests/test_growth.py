"""Twice as much of anything takes about twice as many steps, never four times as many."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from pathlib import Path

import pytest

from rlslint.reports import Result
from rlslint.reports.formats import render
from rlslint.rules import card
from tests.linting import lint

MOST = 2.3
"""How much more work twice the input may be."""

BASE = """
CREATE ROLE app LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE docs FORCE ROW LEVEL SECURITY;
CREATE POLICY t ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app;
"""
PROTECTED = """
CREATE TABLE t{n} (id int PRIMARY KEY, up int REFERENCES {before}, tenant_id int NOT NULL);
ALTER TABLE t{n} ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t{n} USING ({using});
GRANT SELECT, INSERT ON t{n} TO app;
"""
OWN = "tenant_id = current_setting('app.tenant_id')::int"
PARTITIONED = f"""
CREATE TABLE e (id int, tenant_id int) PARTITION BY RANGE (id);
ALTER TABLE e ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON e USING ({OWN});
GRANT SELECT ON e TO app;
"""
TRIGGERED = """
CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN NEW.tenant_id := 1; RETURN NEW; END $$;
"""
FUNCTION = "CREATE FUNCTION f{n}() RETURNS int LANGUAGE sql STABLE {rights} AS $$ SELECT {body} $$;"


def _before(n: int, kind: str, first: str) -> str:
    return f"{kind}{n - 1}" if n else first


KINDS: dict[str, tuple[str, Callable[[int], str]]] = {
    "tables": ("", lambda n: PROTECTED.format(n=n, before="docs", using=OWN)),
    "foreign keys in a row": (
        "",
        lambda n: PROTECTED.format(
            n=n,
            before=_before(n, "t", "docs"),
            using=f"EXISTS (SELECT 1 FROM {_before(n, 't', 'docs')} u WHERE u.id = up)",
        ),
    ),
    "policies on a table": (
        "",
        lambda n: f"CREATE POLICY p{n} ON docs TO app USING (tenant_id = {n} OR {OWN});",
    ),
    "open policies on a table": ("", lambda n: f"CREATE POLICY p{n} ON docs USING (true);"),
    "alike policies on a table": (
        "",
        lambda n: f"CREATE POLICY p{n} ON docs TO app USING (id IN (SELECT d.id FROM docs d));",
    ),
    "policies in a ring": (
        "",
        lambda n: (
            f"CREATE TABLE r{n} (id int PRIMARY KEY);"
            f"ALTER TABLE r{n} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            f"GRANT SELECT ON r{n} TO app;"
            f"CREATE POLICY p ON r{n} USING (EXISTS (SELECT FROM {_before(n, 'r', 'docs')}));"
            "DROP POLICY IF EXISTS back ON r0;"
            f"CREATE POLICY back ON r0 USING (EXISTS (SELECT FROM r{n}));"
        ),
    ),
    "functions": (
        "",
        lambda n: FUNCTION.format(
            n=n, rights="SECURITY DEFINER", body="current_setting('app.tenant_id')::int"
        ),
    ),
    "functions that call one another": (
        "",
        lambda n: FUNCTION.format(n=n, rights="", body=f"{_before(n, 'f', 'abs')}()"),
    ),
    "views": (
        "",
        lambda n: f"CREATE VIEW v{n} AS SELECT * FROM docs; GRANT SELECT ON v{n} TO app;",
    ),
    "views over views": (
        "",
        lambda n: f"CREATE VIEW v{n} AS SELECT * FROM {_before(n, 'v', 'docs')};",
    ),
    "views over views that all may query": (
        "CREATE VIEW w AS SELECT * FROM docs;",
        lambda n: (
            f"CREATE VIEW v{n} AS SELECT * FROM {_before(n, 'v', 'w')};GRANT SELECT ON v{n} TO app;"
        ),
    ),
    "roles": ("", lambda n: f"CREATE ROLE r{n} LOGIN; GRANT app TO r{n};"),
    "roles that are members of one another": (
        "",
        lambda n: f"CREATE ROLE r{n} LOGIN; GRANT {_before(n, 'r', 'app')} TO r{n};",
    ),
    "grants": ("", lambda n: f"CREATE TABLE g{n} (tenant_id int); GRANT ALL ON g{n} TO PUBLIC;"),
    "grants of a table": ("", lambda n: f"CREATE ROLE r{n}; GRANT SELECT ON docs TO r{n};"),
    "owners": (
        "",
        lambda n: (
            f"CREATE ROLE r{n} LOGIN; CREATE TABLE o{n} (id int);"
            f"ALTER TABLE o{n} OWNER TO r{n}; ALTER TABLE o{n} ENABLE ROW LEVEL SECURITY;"
        ),
    ),
    "roles that a block makes if they are missing": (
        "",
        lambda n: (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'r{n}')"
            f" THEN CREATE ROLE r{n}; END IF; END $$;"
        ),
    ),
    "triggers": (
        TRIGGERED,
        lambda n: f"CREATE TRIGGER t{n} BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION trg();",
    ),
    "partitions": (
        PARTITIONED,
        lambda n: (
            f"CREATE TABLE e{n} PARTITION OF e FOR VALUES FROM ({n}) TO ({n + 1});"
            f"GRANT SELECT ON e{n} TO app;"
        ),
    ),
    "settings that are read": (
        "",
        lambda n: f"CREATE POLICY s{n} ON docs USING (id = current_setting('app.s{n}')::int);",
    ),
    "settings that are set": (
        "",
        lambda n: (
            f"CREATE POLICY s{n} ON docs USING (id = current_setting('app.s{n}')::int);"
            f"ALTER DATABASE d SET app.w{n * 13} = '1';"
        ),
    ),
    "ignore comments": (
        "",
        lambda n: (
            f"-- rlslint: ignore[rls-not-enabled]\nCREATE TABLE i{n} (tenant_id int);\n"
            f"GRANT SELECT ON i{n} TO app;"
        ),
    ),
    "findings": (
        "",
        lambda n: PROTECTED.format(n=n, before="docs", using="true"),
    ),
    "broken statements": ("", lambda n: f"CREATE TABEL b{n} (id int);\nCREATE TABLE b{n} ();"),
    "copies": ("", lambda n: f"CREATE TABLE c{n} AS TABLE docs; GRANT SELECT ON c{n} TO app;"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_twice_as_much_takes_twice_the_steps(kind: str, tmp_path: Path) -> None:
    first, one = KINDS[kind]
    _steps(tmp_path / "warm", BASE + first + one(0))
    few, many = (
        _steps(tmp_path / str(count), BASE + first + "\n".join(map(one, range(count))))
        for count in (50, 100)
    )
    assert many <= MOST * few


def _steps(folder: Path, sql: str) -> int:
    """Return how many functions are called until all is found and printed."""
    profile = cProfile.Profile()
    folder.mkdir()
    profile.runcall(_printed, folder, {"migrations/0001_a.sql": sql})
    calls: int = vars(pstats.Stats(profile))["total_calls"]
    return calls


def _printed(folder: Path, files: dict[str, str]) -> list[str]:
    result: Result = lint(folder, files)
    return list(render("full", result, card=lambda name: card(name).text))
