"""Print how long the language server takes to analyse an edit, and how much it replays.

Statements are typed at the end of the last migration of 500, and of one file of 200 tables. `near`
is the answer to what was typed, `all` the judging of everything that follows it, which the next key
ends. `anew` is replay and answer where the last statement is changed, whose object is then another
one, so that what is known of the project as a whole is asked again. Times are processor time in
milliseconds, medians of the edits.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rlslint.cli.language_server.standing import StandingCheck
from rlslint.config.options import Config
from rlslint.files import disk

GENERATE = Path(__file__).with_name("generate.py")
EVERYDAY = Path(__file__).with_name("everyday.py")
TYPED = (
    "CREATE TABLE typed (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);",
    "ALTER TABLE typed ENABLE ROW LEVEL SECURITY;",
    "CREATE POLICY typed_rows ON typed USING (true);",
    "ALTER POLICY typed_rows ON typed USING (tenant_id = current_setting('app.tenant_id')::uuid);",
    "CREATE INDEX ON typed (tenant_id);",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=4, help="how often the statements are typed")
    rounds = parser.parse_args().rounds
    sys.setrecursionlimit(5_000)
    print("| history | first check | replay | near | replay + near | all | anew | statements |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, command in {
            "500 migrations": (GENERATE, "migrations", "migrations"),
            "500 everyday migrations": (EVERYDAY, "migrations"),
            "one file of 200 tables, 200 policies": (
                *(GENERATE, "schema", "--tables", "200", "--policies", "1"),
                "migrations/0001_all.sql",
            ),
        }.items():
            project = Path(folder, name.replace(" ", "_"))
            (project / ".git").mkdir(parents=True)
            (project / "migrations").mkdir()
            subprocess.run([sys.executable, *map(str, command)], cwd=project, check=True)
            print(_row(name, project, rounds), flush=True)


def _row(name: str, project: Path, rounds: int) -> str:
    os.chdir(project)
    path = str(max((project / "migrations").iterdir()))
    buffers = {path: Path(path).read_bytes()}
    begun = time.process_time()
    with disk.Buffers(buffers):
        standing = StandingCheck((".",), Config(), None, (path,))
        standing.all()
    first = time.process_time() - begun
    gc.collect()
    gc.freeze()
    replays, judgings, wholes, anew, counts = [], [], [], [], []
    for _ in range(rounds):
        start = buffers[path]
        for statement in TYPED:
            buffers[path] += f"\n{statement}".encode()
            with disk.Buffers(buffers):
                times = [time.process_time()]
                for step in (lambda: standing.go_on(path), standing.near, standing.all):
                    step()
                    times.append(time.process_time())
            replays.append(times[1] - times[0])
            judgings.append(times[2] - times[1])
            wholes.append(times[3] - times[2])
            counts.append(standing.carried_out)
        for typed in ("first", "second", "third"):
            policy = f"\nCREATE POLICY {typed} ON typed USING (true);"
            buffers[path] = start + f"\n{TYPED[0]}{policy}".encode()
            with disk.Buffers(buffers):
                begun = time.process_time()
                standing.go_on(path)
                standing.near()
                anew.append(time.process_time() - begun)
                standing.all()
        buffers[path] = start
    both = [replay + judging for replay, judging in zip(replays, judgings, strict=True)]
    shown = (first, *map(statistics.median, (replays, judgings, both, wholes, anew)))
    cells = [f"{1000 * seconds:.1f}" for seconds in shown]
    return f"| {name} | {' | '.join(cells)} | {statistics.median(counts):.0f} |"


if __name__ == "__main__":
    main()
