"""Two servers judge, row by row, who is told to gain and who to lose."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from tests.command_line import rlslint
from tests.postgres import Database, Server

TABLES = """
CREATE ROLE app; CREATE ROLE reader; CREATE ROLE staff;
CREATE TABLE docs (
    id int NOT NULL, tenant_id int NOT NULL, owner_id int, is_public boolean NOT NULL, status text
);
CREATE TABLE members (tenant_id int NOT NULL, user_id int NOT NULL, role text NOT NULL);
GRANT SELECT ON members TO app, reader, staff;
"""
CTX = "nullif(current_setting('app.t', true), '')::int"
CONDITIONS = (
    f"tenant_id = {CTX}",
    f"{CTX} = tenant_id",
    "tenant_id = current_setting('app.t', true)::int",
    f"tenant_id = {CTX} OR is_public",
    f"is_public OR tenant_id = (SELECT {CTX})",
    f"tenant_id IN (SELECT m.tenant_id FROM members m WHERE m.user_id = {CTX})",
    f"EXISTS (SELECT FROM members m WHERE m.tenant_id = docs.tenant_id AND m.user_id = {CTX})",
    f"tenant_id IN (SELECT tenant_id FROM members WHERE user_id = {CTX} AND role = 'admin')",
    f"tenant_id = coalesce({CTX}, tenant_id)",
    "is_public", "NOT is_public", "status = 'open'", "status <> 'closed'", "true",
)  # fmt: skip
ROLES = ("app", "reader", "staff")
COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")
ROWS = """
INSERT INTO docs
    SELECT row_number() OVER (), t, NULL, p, s FROM generate_series(1, 3) t,
        unnest(ARRAY[true, false]) p, unnest(ARRAY['open', 'closed', 'x', NULL]) s;
INSERT INTO members VALUES (1, 1, 'admin'), (2, 1, 'user'), (2, 2, 'user'), (1, 2, 'admin');
"""
SESSIONS = ("", "SET app.t = '1';", "SET app.t = '2';")
LEAST_SHOWN = 1 / 4
"""Which share of the changes that are told the rows above show at least."""


class History:
    """Statements drawn at random that a server carries out."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._policies: list[str] = []

    def beginning(self) -> str:
        enabled = "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;" * (self._random.random() < 0.8)
        return "\n".join([enabled, *(self._statement() for _ in range(8))])

    def change(self) -> str:
        return "\n".join(self._statement() for _ in range(self._random.randint(1, 4)))

    def _statement(self) -> str:
        draw = self._random
        role, command = draw.choice(ROLES), draw.choice(COMMANDS)
        match draw.randrange(12):
            case 0 | 1 | 2 | 3:
                return f"GRANT {command} ON docs TO {draw.choice((role, role, 'PUBLIC'))};"
            case 4:
                return f"REVOKE {command} ON docs FROM {role};"
            case 5 if self._policies:
                gone = self._policies.pop(draw.randrange(len(self._policies)))
                return f"DROP POLICY {gone} ON docs;"
            case 6 if self._policies:
                changed = draw.choice(self._policies)
                return f"ALTER POLICY {changed} ON docs USING ({draw.choice(CONDITIONS)});"
            case 7:
                return "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
            case 8:
                able = draw.choice(("ENABLE", "DISABLE"))
                return f"ALTER TABLE members {able} ROW LEVEL SECURITY;"
            case 9:
                return f"GRANT staff TO {draw.choice(('app', 'reader'))};"
            case 10:
                return f"ALTER ROLE {role} {draw.choice(('BYPASSRLS', 'NOBYPASSRLS'))};"
            case _:
                name = f"p{draw.randrange(10**9)}"
                self._policies.append(name)
                kind = draw.choice(("PERMISSIVE", "PERMISSIVE", "PERMISSIVE", "RESTRICTIVE"))
                return (
                    f"CREATE POLICY {name} ON docs AS {kind} FOR ALL"
                    f" TO {draw.choice((role, 'PUBLIC'))} USING ({draw.choice(CONDITIONS)});"
                )


NEW_ROWS = tuple(
    f"{tenant}, {public}, '{status}'"
    for tenant in (1, 2, 3)
    for public in ("true", "false")
    for status in ("open", "closed", "x")
)


def reached(database: Database, role: str, command: str, session: str) -> frozenset[str]:
    """The rows that a role gets at by a command that reads none besides; none where refused."""
    match command:
        case "SELECT":
            return frozenset(database.run(f"SET ROLE {role}; {session} SELECT id FROM docs;").rows)
        case "INSERT":
            return frozenset(row for row in NEW_ROWS if _takes(database, role, session, row))
        case "UPDATE":
            done, left = "UPDATE docs SET owner_id = 9", "owner_id IS DISTINCT FROM 9"
        case _:
            done, left = "DELETE FROM docs", "true"
    ran = database.run(
        f"BEGIN; SET LOCAL ROLE {role}; {session} {done}; RESET ROLE; SELECT id FROM"
        f" generate_series(1, 24) id WHERE id NOT IN (SELECT id FROM docs WHERE {left}); ROLLBACK;"
    )
    return frozenset() if ran.errors else frozenset(ran.rows)


def _takes(database: Database, role: str, session: str, row: str) -> bool:
    return not database.run(
        f"BEGIN; SET LOCAL ROLE {role}; {session}"
        f" INSERT INTO docs (id, tenant_id, is_public, status) VALUES (99, {row}); ROLLBACK;"
    ).errors


def told(folder: Path, beginning: str, change: str) -> dict[tuple[str, str], tuple[object, object]]:
    """Whether each role gains and loses by each command, as rlslint tells it."""
    for side, more in (("before", ""), ("after", change)):
        (folder / side).mkdir(parents=True)
        (folder / side / "0001_docs.sql").write_text(TABLES + beginning)
        if more:
            (folder / side / "0002_change.sql").write_text(more)
    run = rlslint(
        "access", "diff", "before", "after", "--table", "docs", "--output-format", "json",
        cwd=folder,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    (project,) = json.loads(run.stdout)["projects"]
    return {
        (role, command): (one["gained"]["happened"], one["lost"]["happened"])
        for one in project["changes"]
        if not one["through"]
        for role in one["roles"]
        for command in one["commands"]
    }


@pytest.mark.times(3, 8)
def test_no_row_comes_or_goes_that_is_not_told(number: int, server: Server, tmp_path: Path) -> None:
    claimed = shown = 0
    for seed in range(number * 4, number * 4 + 4):
        history = History(seed)
        beginning, change = history.beginning(), history.change()
        changes = told(tmp_path / str(seed), beginning, change)
        rows: list[dict[tuple[str, str, str], frozenset[str]]] = []
        for more in ("", change):
            with server.database() as database:
                database.run(TABLES + beginning + more)
                assert not database.run(ROWS).errors
                rows.append(
                    {
                        (role, command, session): reached(database, role, command, session)
                        for role in ROLES
                        for command in COMMANDS
                        for session in SESSIONS
                    }
                )
        before, after = rows
        for role in ROLES:
            for command in COMMANDS:
                told_gained, told_lost = changes.get((role, command.lower()), (False, False))
                keys = [(role, command, session) for session in SESSIONS]
                gained = any(after[key] - before[key] for key in keys)
                lost = any(before[key] - after[key] for key in keys)
                where = (seed, role, command, beginning, change)
                assert not (gained and told_gained is False), where
                assert not (lost and told_lost is False), where
                claimed += (told_gained is True) + (told_lost is True)
                shown += (told_gained is True and gained) + (told_lost is True and lost)
    assert shown >= LEAST_SHOWN * claimed, (shown, claimed)
