"""Time `rlslint access` on many tables and roles: in each format, `explain` of one table, `diff`.

The tables have owners, grants, flags and policies of several kinds, some views and functions; every
hundredth table has a policy of its own. Roles log in, are members of groups, own and bypass.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_TENANT = "tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint)"
_CONDITIONS = (
    _TENANT,
    f"{_TENANT} OR is_open",
    "owner_name = current_user",
    "EXISTS (SELECT FROM members m WHERE m.tenant_id = {table}.tenant_id"
    " AND m.user_id = (SELECT nullif(current_setting('app.user_id', true), '')::bigint))",
)
_TABLES_APART = 100
"""Every so often a table has a policy like no other one."""


CHANGE = """ALTER TABLE table_1 DISABLE ROW LEVEL SECURITY;
GRANT DELETE ON table_2 TO group_0;
ALTER POLICY tenant ON table_3 USING (tenant_id IS NOT NULL);
"""
"""What `access diff` is asked about."""


def database(tables: int, roles: int) -> Iterator[str]:
    """Yield the statements that make tables and roles."""
    groups = [f"group_{number}" for number in range(max(1, roles // 5))]
    logins = [f"role_{number}" for number in range(roles - len(groups))]
    for group in groups:
        yield f"CREATE ROLE {group} NOLOGIN;"
    for number, login in enumerate(logins):
        yield f"CREATE ROLE {login} LOGIN{' BYPASSRLS' if number == 1 else ''};"
        if number % 3 == 0:
            yield f"GRANT {groups[number % len(groups)]} TO {login};"
    columns = "id bigint PRIMARY KEY, tenant_id bigint NOT NULL, is_open boolean NOT NULL"
    yield "CREATE TABLE members (tenant_id bigint NOT NULL, user_id bigint NOT NULL);"
    yield f"GRANT SELECT ON members TO {', '.join(groups)};"
    for number in range(tables):
        name = f"table_{number}"
        yield f"CREATE TABLE {name} ({columns}, owner_name text, body text);"
        if number % 20:
            yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"
        if number % 4 == 0:
            yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;"
        grantees = {groups[number % len(groups)], logins[number % 7 % len(logins)]}
        yield f"GRANT SELECT, INSERT, UPDATE ON {name} TO {', '.join(sorted(grantees))};"
        yield f"CREATE POLICY tenant ON {name} USING ({_TENANT});"
        kind = _CONDITIONS[number % len(_CONDITIONS)].format(table=name)
        yield f"CREATE POLICY more ON {name} FOR SELECT TO {groups[0]} USING ({kind});"
        if number % 5 == 0:
            yield f"CREATE POLICY less ON {name} AS RESTRICTIVE FOR UPDATE USING ({_TENANT});"
        if number % _TABLES_APART == 0:
            yield f"CREATE POLICY own ON {name} FOR DELETE USING (id > {number} AND {_TENANT});"
            yield f"CREATE VIEW {name}_all AS SELECT * FROM {name};"
            yield f"GRANT SELECT ON {name}_all TO {logins[0]};"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=2000)
    parser.add_argument("--roles", type=int, default=20)
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        migrations = Path(folder) / "migrations"
        migrations.mkdir()
        statements = database(arguments.tables, arguments.roles)
        (migrations / "0001_all.sql").write_text("\n".join(statements), encoding="utf-8")
        shutil.copytree(migrations, Path(folder) / "earlier")
        (migrations / "0002_change.sql").write_text(CHANGE, encoding="utf-8")
        print(f"{arguments.tables} tables, {arguments.roles} roles")
        print("| command | wall s | CPU s | MB | printed kB |")
        print("|---|--:|--:|--:|--:|")
        for words in (
            ["access"],
            ["access", "--output-format", "json"],
            ["access", "--output-format", "csv"],
            ["access", "--output-format", "markdown"],
            ["access", "--role", "role_0"],
            ["access", "explain", "table_7"],
            ["access", "--output-format", "html"],
            ["access", "diff", "earlier", "migrations"],
            ["check", "--no-cache"],
        ):
            runs = [_run(words, folder) for _ in range(arguments.repetitions)]
            wall, cpu, memory, size = sorted(runs)[len(runs) // 2]
            print(f"| {' '.join(words)} | {wall:.2f} | {cpu:.2f} | {memory} | {size // 1000} |")


def _run(words: list[str], folder: str) -> tuple[float, float, int, int]:
    """Return the seconds of a whole process by the clock and of CPU, its peak, and its output."""
    with tempfile.TemporaryFile() as printed:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "rlslint", *words],
            cwd=folder,
            stdout=printed,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if os.waitstatus_to_exitcode(status) == 2:
            sys.exit(f"rlslint {' '.join(words)} failed")
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1000, printed.tell()


if __name__ == "__main__":
    main()
