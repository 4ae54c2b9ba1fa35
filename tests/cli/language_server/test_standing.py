"""A check that stands says after each edit what a new one says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from rlslint.cli.language_server.projects import Analyst, Busy, Place
from rlslint.cli.language_server.standing import StandingCheck
from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.engine import check
from rlslint.files import disk
from rlslint.project.going_on import CannotGoOn
from rlslint.reports import Result

FIRST = """\
CREATE ROLE app_user LOGIN;
CREATE TABLE tenants (id uuid PRIMARY KEY);
CREATE FUNCTION tenant1() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT current_setting('app.tenant_id')::uuid $$;
"""
TABLE = """\
CREATE TABLE t{0} (id int PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants);
ALTER TABLE t{0} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t{0} USING (tenant_id = tenant1());
CREATE VIEW v{0} AS SELECT * FROM t{0};
GRANT SELECT, INSERT ON t{0} TO app_user;
"""
STATEMENTS = (
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;",
    "CREATE ROLE r# LOGIN;",
    "SET ROLE r#;",
    "GRANT r# TO app_user;",
    "DROP TABLE IF EXISTS t# CASCADE;",
    "CREATE TABLE t# (id int PRIMARY KEY, tenant_id uuid);",
    "CREATE TABLE u# (id int, t int REFERENCES t#(id) ON DELETE CASCADE);",
    "CREATE TABLE w# PARTITION OF t# DEFAULT;",
    "ALTER TABLE t# ENABLE ROW LEVEL SECURITY;",
    "ALTER TABLE t# FORCE ROW LEVEL SECURITY;",
    "ALTER TABLE t# RENAME TO t#;",
    "ALTER TABLE t# ADD COLUMN c# text;",
    "CREATE POLICY p# ON t# USING (true);",
    "CREATE POLICY q# ON t# USING (tenant_id = current_setting('app.tenant_id')::uuid);",
    "CREATE POLICY z# ON t# USING (tenant_id = tenant#());",
    "ALTER POLICY own ON t# USING (auth.uid() = tenant_id);",
    "CREATE OR REPLACE FUNCTION tenant#() RETURNS uuid LANGUAGE sql STABLE"
    " AS $$ SELECT current_setting('app.x#')::uuid $$;",
    "DROP FUNCTION tenant# CASCADE;",
    "CREATE VIEW v# AS SELECT * FROM t#;",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r#;",
    "INSERT INTO t# SELECT * FROM t#;",
    "DO $$ BEGIN EXECUTE 'ALTER TABLE t# DISABLE ROW LEVEL SECURITY'; END $$;",
    "-- rlslint: ignore[policy-using-true] meant so",
    "SELECT broken FROM FROM;",
    "BEGIN;",
    "SAVEPOINT s#;",
    "ROLLBACK TO s#;",
    "ROLLBACK;",
    "COMMIT;",
    "-- +goose Down",
)
CONFIG = Config(min_severity=Severity.info)


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "migrations").mkdir()
    _write(tmp_path, 1, FIRST)
    for number in range(2, 8):
        _write(tmp_path, number, TABLE.format(number - 1))
    return tmp_path


def _write(history: Path, number: int, sql: str) -> None:
    (history / f"migrations/{number:04}_x.sql").write_text(sql, "utf-8")


def _path(history: Path, number: int) -> str:
    return str(history / f"migrations/{number:04}_x.sql")


def _edited(sql: str, chance: random.Random) -> str:
    lines = sql.split("\n")
    match chance.randrange(5):
        case 0 | 1:
            statement = chance.choice(STATEMENTS)
            while "#" in statement:
                statement = statement.replace("#", str(chance.randint(1, 3)), 1)
            lines.insert(chance.choice((len(lines), chance.randint(0, len(lines)))), statement)
        case 2:
            place = chance.randrange(len(lines))
            del lines[place : place + chance.randint(1, 3)]
        case 3:
            place = chance.randrange(len(sql) + 1)
            return sql[:place] + chance.choice(("x", ";", " ", "'", "(", "--")) + sql[place:]
        case _:
            lines.append("")
    return "\n".join(lines)


def _said(result: Result) -> tuple[object, ...]:
    findings = [
        (
            *(one.code, one.where, one.finding.message, one.finding.help),
            *((other.message, other.span.locations()) for other in one.finding.related),
        )
        for one in result.findings
    ]
    unchecked = sorted((one.kind, one.object, one.reason, one.rules) for one in result.not_checked)
    return findings, unchecked, result.checked.statements, result.faults


@pytest.mark.parametrize("seed", range(3))
def test_every_edit_is_answered_as_a_new_check_answers(seed: int, history: Path) -> None:
    chance = random.Random(seed)
    buffers = {path: Path(path).read_bytes() for n in (1, 4, 7) for path in [_path(history, n)]}
    standing, went_on = _standing(buffers), 0
    for _ in range(25):
        path = chance.choice(list(buffers))
        buffers[path] = _edited(buffers[path].decode(), chance).encode()
        with disk.Buffers(buffers):
            try:
                standing.go_on(path)
                went_on += 1
            except CannotGoOn:
                standing = _standing(buffers)
            standing.near()
            assert _said(standing.all().result) == _said(check((".",), CONFIG))
    assert went_on > 15


def _standing(buffers: dict[str, bytes]) -> StandingCheck:
    with disk.Buffers(buffers):
        standing = StandingCheck((".",), CONFIG, None, tuple(buffers))
        standing.all()
    return standing


@pytest.mark.parametrize(
    ("number", "before", "after", "carried_out"),
    [
        (7, "", "CREATE TABLE last (id int);\n", 1),
        # What stands last may go on in what is added.
        (
            7,
            "GRANT SELECT, INSERT ON t6 TO app_user;\n",
            "GRANT SELECT, INSERT ON t6 TO app_user",
            1,
        ),
        (7, "GRANT SELECT, INSERT", "GRANT SELECT, UPDATE", 1),
        (7, "CREATE POLICY own", "CREATE POLICY owner", 3),
        (6, "", "CREATE TABLE last (id int);\n", 6),
        (6, "CREATE TABLE t5", "CREATE UNLOGGED TABLE t5", 10),
    ],
)
def test_the_replay_goes_on_from_the_edit(
    number: int, before: str, after: str, carried_out: int, history: Path
) -> None:
    path = _path(history, number)
    buffers = {path: Path(path).read_bytes()}
    standing = _standing(buffers)
    sql = buffers[path].decode()
    buffers[path] = (sql.replace(before, after) if before else f"{sql}{after}").encode()
    with disk.Buffers(buffers):
        assert standing.go_on(path)
    assert standing.carried_out == carried_out


def test_a_fault_that_was_just_typed_is_told_before_all_else_is_judged(history: Path) -> None:
    path = _path(history, 7)
    buffers = {path: Path(path).read_bytes()}
    place, analyst = Place(str(history), (".",)), Analyst()
    assert analyst.look(place, buffers).is_whole
    buffers = {path: buffers[path] + b"CREATE POLICY opened ON t6 USING (true);\n"}
    analysis = analyst.look(place, buffers, is_new=False)
    assert not analysis.is_whole
    assert "policy-using-true" in {one.name for one in analysis.findings}
    with pytest.raises(Busy):
        analyst.finish(place, buffers, _busy)
    whole = analyst.finish(place, buffers, lambda: None)
    assert whole.is_whole
    assert "policy-using-true" in {one.name for one in whole.findings}


def test_a_project_that_is_gone_meanwhile_is_a_sentence(history: Path) -> None:
    path = _path(history, 7)
    buffers = {path: Path(path).read_bytes()}
    place, analyst = Place(str(history), (".",)), Analyst()
    analyst.look(place, buffers)
    history.rename(history.with_name("moved"))
    for analysis in (
        analyst.look(place, buffers, is_new=False),
        analyst.finish(place, buffers, lambda: None),
    ):
        assert len(analysis.failures) == 1
        assert "cannot be checked" in analysis.failures[0]
    history.with_name("moved").rename(history)


def _busy() -> None:
    raise Busy


def test_a_history_is_read_anew_where_an_edit_changes_more_than_its_statements(
    history: Path,
) -> None:
    path = _path(history, 7)
    standing = _standing({path: Path(path).read_bytes()})
    called = Path(path).read_bytes() + b"ALTER POLICY own ON t6 USING (tenant_id = auth.uid());\n"
    with disk.Buffers({path: called}), pytest.raises(CannotGoOn):
        standing.go_on(path)
    with disk.Buffers({path: called}):
        assert not _standing({path: called}).go_on(str(history / "app.py"))


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    yield
    from rlslint.catalog.journal import JOURNAL

    assert JOURNAL.records is None
    assert JOURNAL.checkpoints == 0


def test_what_is_told_at_once_is_what_is_told_in_the_end(history: Path) -> None:
    """Where the edit adds objects, makes them anew or changes who is who."""
    path = _path(history, 7)
    buffers = {path: Path(path).read_bytes()}
    standing = _standing(buffers)
    for old, new in (
        (b"", b"CREATE TABLE t9 (id int PRIMARY KEY, tenant_id uuid);\n"),
        (b"", b"CREATE POLICY opened ON t1 USING (true);\n"),
        (b"USING (true)", b"USING (tenant_id = tenant1())"),
        (b"CREATE TABLE t6 (id int", b"CREATE TABLE t6 (id bigint"),
        (b"", b"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r1;\n"),
    ):
        sql = buffers[path]
        buffers[path] = sql.replace(old, new) if old else sql + new
        with disk.Buffers(buffers):
            assert standing.go_on(path)
            at_once = _said(standing.near().result)[0]
            assert at_once == _said(standing.all().result)[0], new
